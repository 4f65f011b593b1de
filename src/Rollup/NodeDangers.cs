using System.Globalization;

namespace Gavel.Rollup;

/// <summary>What is wrong with the trusted nodes of one chain, whatever games there are.</summary>
/// <param name="chain">The chain's name.</param>
/// <param name="nodes">The nodes.</param>
/// <param name="lagBlocks">By how many L1 blocks a rollup node may be behind the newest one that it knows itself, or that another has worked through.</param>
public sealed class NodeDangers(string chain, TrustedNodes nodes, ulong lagBlocks) : IDangerSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(DangerKind, string), DateTimeOffset> _since = [];

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers
    {
        get
        {
            lock (_lock)
            {
                Danger[] found = [.. OfRollup(), .. OfExecution(), .. OfLog()];
                foreach ((DangerKind, string) gone in _since.Keys.Except(found.Select(danger => (danger.Kind, danger.Subject))).ToArray())
                {
                    _since.Remove(gone);
                }

                return found;
            }
        }
    }

    private IEnumerable<Danger> OfRollup()
    {
        // A head that a node merely tells of accuses itself alone; what it has worked through is checked against our L1.
        ulong reached = nodes.Rollup.Select(watch => watch.CurrentL1?.Number ?? 0).DefaultIfEmpty().Max();
        int well = nodes.Rollup.Where(watch => watch.SilentSince is null && watch.Status.HasValue).Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();
        foreach (RollupWatch watch in nodes.Rollup)
        {
            string name = watch.Label.Name;
            if (watch.SilentSince is { } silent)
            {
                yield return New(
                    DangerCodes.NodeDown,
                    well < nodes.Minimum ? DangerSeverity.Page : DangerSeverity.Warn,
                    name,
                    $"optimism_syncStatus: {watch.Status.Trouble ?? "no answer"}",
                    well < nodes.Minimum
                        ? string.Create(CultureInfo.InvariantCulture, $"{well} of {nodes.Groups} groups answer and {nodes.Minimum} must agree: no game can be judged until this node is back")
                        : "bring it back; the others judge meanwhile",
                    silent);
                continue;
            }

            if (nodes.ExpectedL2ChainId is { } expected && watch.ObjectionTo(nodes.L1ChainId, expected, nodes.SystemConfig) is { } objection)
            {
                yield return objection.Kind == ObjectionKind.Foreign
                    ? New(DangerCodes.NodeOfAnotherChain, DangerSeverity.Page, name, objection.Problem, "name a node of this chain; this one has no voice", null)
                    : New(DangerCodes.NodeDown, DangerSeverity.Warn, name, objection.Problem, "it has no voice before it has said which chain it derives (optimism_rollupConfig)", null);
            }

            if (watch.Status.Value is { } status)
            {
                ulong newest = Math.Max(reached, status.HeadL1.Number);
                if (watch.CurrentL1 is null && nodes.L1.IsCanonical(status.CurrentL1) == false)
                {
                    yield return New(
                        DangerCodes.NodeContradicts, DangerSeverity.Warn, name, $"it derives from L1 block {status.CurrentL1}, which our L1 does not have on its chain", "look which L1 it follows; it has no voice meanwhile", null);
                }
                else if (newest > lagBlocks && status.CurrentL1.Number < newest - lagBlocks)
                {
                    yield return New(
                        DangerCodes.NodeLags,
                        DangerSeverity.Warn,
                        name,
                        string.Create(CultureInfo.InvariantCulture, $"it has derived up to L1 block {status.CurrentL1.Number}; L1 is at {newest}"),
                        "see why it is behind; games newer than that wait for it",
                        null);
                }
            }

            if (watch.WentBack is { } back)
            {
                yield return New(
                    DangerCodes.NodeUnsteady, DangerSeverity.Warn, name, "it went back on L1: it began anew, or several backends answer behind its address", "name each backend by its own address", back);
            }
        }
    }

    private IEnumerable<Danger> OfExecution()
    {
        int well = nodes.Execution.Count(watch => watch.SilentSince is null && watch.ChainId.HasValue);
        foreach (ExecutionWatch watch in nodes.Execution)
        {
            if (watch.SilentSince is { } silent)
            {
                yield return New(
                    DangerCodes.NodeDown,
                    well == 0 ? DangerSeverity.Page : DangerSeverity.Warn,
                    watch.Label.Name,
                    $"eth_chainId: {watch.ChainId.Trouble ?? "no answer"}",
                    well == 0 ? "no output can be rebuilt until an L2 execution node is back" : "bring it back; the others prove meanwhile",
                    silent);
            }
            else if (nodes.ExpectedL2ChainId is { } expected && watch.ObjectionTo(expected) is { Kind: ObjectionKind.Foreign } objection)
            {
                yield return New(DangerCodes.NodeOfAnotherChain, DangerSeverity.Page, watch.Label.Name, objection.Problem, "name a node of this chain; this one has no voice", null);
            }
        }
    }

    private IEnumerable<Danger> OfLog() => nodes.Log.Trouble is { } trouble
        ? [New(DangerCodes.SafeHeadLogUnwritten, DangerSeverity.Warn, chain, trouble, "make room on the disk of the data directory, or mend it; until then a restart forgets this evidence", null)]
        : [];

    private Danger New(DangerKind kind, DangerSeverity severity, string subject, string problem, string mend, DateTimeOffset? since)
    {
        if (!_since.TryGetValue((kind, subject), out DateTimeOffset began))
        {
            _since[(kind, subject)] = began = since ?? nodes.Clock.GetUtcNow();
        }

        return new Danger { Kind = kind, Severity = severity, Subject = subject, Chain = chain, Problem = problem, Since = began, Mend = mend };
    }
}
