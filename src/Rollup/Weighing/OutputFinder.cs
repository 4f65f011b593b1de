using System.Globalization;

namespace Gavel.Rollup;

/// <summary>The output of a block as the nodes tell it.</summary>
/// <param name="Vote">What the groups of rollup nodes say: output root and block hash.</param>
/// <param name="Verified">The output, once the minimum of groups says it and an execution node's header and proof give it; null otherwise.</param>
/// <param name="Rule">Why there is none; of no meaning otherwise.</param>
/// <param name="Problem">The same in words.</param>
public sealed record OutputFinding(QuorumResult<(Hash32 Root, Hash32 Block)> Vote, VerifiedOutput? Verified, VerdictRule Rule, string Problem);

/// <summary>Finds outputs of blocks: told by the minimum of groups of rollup nodes, given by an execution node's header and proof.</summary>
/// <param name="facts">The game.</param>
/// <param name="nodes">All nodes.</param>
/// <param name="voices">Those with a voice.</param>
/// <param name="isLastResort">Whether one group alone may decide.</param>
/// <param name="held">What was found before: it stands until the minimum says the opposite.</param>
internal sealed class OutputFinder(GameFacts facts, TrustedNodes nodes, Voices voices, bool isLastResort, IReadOnlyDictionary<ulong, VerifiedOutput> held)
{
    private readonly Dictionary<ulong, OutputFinding> _found = [];

    /// <summary>Blocks that were looked up.</summary>
    public IEnumerable<ulong> LookedUp => _found.Keys;

    /// <summary>All outputs known of blocks that were looked up, now or before.</summary>
    public IEnumerable<VerifiedOutput> Known => _found.Values.Select(finding => finding.Verified).OfType<VerifiedOutput>()
        .Concat(held.Where(entry => !_found.ContainsKey(entry.Key)).Select(entry => entry.Value));

    /// <summary>Outputs found by the full minimum, and null where it contradicts one that was held.</summary>
    public IEnumerable<KeyValuePair<ulong, VerifiedOutput?>> Found => isLastResort
        ? []
        : _found.Where(entry => entry.Value.Verified is not null || held.ContainsKey(entry.Key))
            .Select(entry => new KeyValuePair<ulong, VerifiedOutput?>(entry.Key, entry.Value.Verified));

    /// <summary>What the nodes say of the output of a block.</summary>
    public OutputFinding Of(ulong block)
    {
        if (!_found.TryGetValue(block, out OutputFinding? finding))
        {
            _found[block] = finding = Held(block, Find(block));
        }

        return finding;
    }

    // What was found stands until the minimum says the opposite: silence, and one dissenting voice, undo nothing.
    private OutputFinding Held(ulong block, OutputFinding found)
    {
        if (found.Verified is not null || !held.TryGetValue(block, out VerifiedOutput? output))
        {
            return found;
        }

        (Hash32, Hash32) known = (output.OutputRoot, output.Block.Hash);
        int against = Voices.Groups(voices.Rollup.Where(watch => watch.Output(block) is { HasValue: true } told && (told.Value!.OutputRoot, told.Value.Block.Hash) != known));
        return against < voices.Minimum ? found with { Verified = output } : found;
    }

    private OutputFinding Find(ulong block)
    {
        int minimum = isLastResort && voices.WellGroups == 1 ? 1 : voices.Minimum;
        QuorumResult<(Hash32 Root, Hash32 Block)> vote = Vote(voices.Rollup, block, minimum);
        if (vote.Outcome == QuorumOutcome.Contradicted && !isLastResort
            && Vote(voices.Rollup.Where(watch => watch.SilentSince is null), block, minimum) is { Outcome: QuorumOutcome.Agreed } well)
        {
            vote = well; // one that lied and then fell silent cannot take it back
        }

        string what = string.Create(CultureInfo.InvariantCulture, $"the output of block {block}");
        return vote.Outcome switch
        {
            QuorumOutcome.Silent => new OutputFinding(vote, null, VerdictRule.Silent, $"no rollup node has told {what}{Troubles(block)}"),
            QuorumOutcome.TooFew => new OutputFinding(vote, null, VerdictRule.TooFew, $"only {vote.For.Count} of the {minimum} groups needed has told {what}{Troubles(block)}"),
            QuorumOutcome.Contradicted => new OutputFinding(vote, null, VerdictRule.Contradicted, $"the rollup nodes contradict each other about {what}: {Names(vote.For)} against {Names(vote.Against.Concat(vote.Torn))}"),
            _ => Prove(block, vote, what),
        };
    }

    // A proof needs no second voice; but an execution node that has another block there doubts that this is the chain.
    private OutputFinding Prove(ulong block, QuorumResult<(Hash32 Root, Hash32 Block)> vote, string what)
    {
        (Hash32 Root, Hash32 Block) said = vote.Value;
        (string Group, VerifiedOutput Output)[] rebuilt = [.. voices.Execution.Select(watch => (watch.Label.Group, Kept: watch.Output(block))).Where(told => told.Kept.HasValue).Select(told => (told.Group, told.Kept.Value!))];
        int proving = Groups(rebuilt.Where(told => told.Output.Block.Hash == said.Block));
        int doubting = Groups(rebuilt.Where(told => told.Output.Block.Hash != said.Block));
        if (proving == 0 || proving <= doubting)
        {
            return doubting > 0
                ? new OutputFinding(vote, null, VerdictRule.Contradicted, $"rollup nodes say block {said.Block} for {what}; execution nodes have another block there: {string.Join(", ", rebuilt.Select(told => told.Output.Block.Hash).Where(hash => hash != said.Block).Distinct())}")
                : new OutputFinding(vote, null, VerdictRule.Silent, $"no L2 execution node has proven {what}{ProverTroubles(block)}");
        }

        VerifiedOutput proven = rebuilt.First(told => told.Output.Block.Hash == said.Block).Output;
        return proven.OutputRoot == said.Root
            ? new OutputFinding(vote, proven, default, "")
            : new OutputFinding(vote, null, VerdictRule.Contradicted, $"the rollup nodes say {said.Root} for {what}, but the header and account proof of {proven.Block} give {proven.OutputRoot}");
    }

    private static int Groups(IEnumerable<(string Group, VerifiedOutput Output)> told) => told.Select(one => one.Group).Distinct(StringComparer.Ordinal).Count();

    private static QuorumResult<(Hash32 Root, Hash32 Block)> Vote(IEnumerable<RollupWatch> watches, ulong block, int minimum) => Quorum.Count(
        watches.Select(watch => (watch.Label.Group, Told: watch.Output(block))).Where(said => said.Told.HasValue)
            .Select(said => (said.Group, (said.Told.Value!.OutputRoot, said.Told.Value.Block.Hash))),
        minimum);

    private string Troubles(ulong block) => Joined(nodes.Rollup.Select(watch => voices.Objections.TryGetValue(watch, out Objection? objection)
        ? $"{watch.Label}: {objection.Problem}"
        : watch.Output(block) is { HasValue: false, Error: { } error } ? $"{watch.Label}: {error.Message}" : null));

    private string ProverTroubles(ulong block) => Joined(nodes.Execution.Select(watch => watch.ObjectionTo(facts.L2ChainId) is { } objection
        ? $"{watch.Label}: {objection.Problem}"
        : watch.Output(block) is { HasValue: false, Error: { } error } ? $"{watch.Label}: {error.Message}" : null));

    private static string Joined(IEnumerable<string?> problems) => problems.OfType<string>().ToArray() is { Length: > 0 } all ? $": {string.Join("; ", all)}" : "";

    private static string Names(IEnumerable<string> groups) => string.Join(", ", groups);
}
