namespace Gavel.Rollup;

/// <summary>
/// The truth about one game's root as the trusted nodes tell it. What is known is weighed anew whenever it is asked for, from answers that are
/// kept; what is lacking is asked by <see cref="AskAsync"/>, on tasks that outlive the asker.
/// </summary>
public sealed class GameCase
{
    private readonly TrustedNodes _nodes;
    private readonly Lock _lock = new();
    private readonly HeldEvidence _shown = new();
    private HeldEvidence _decided = new();
    private readonly Dictionary<(Hash32 From, Hash32 To), RunFinding> _runs = [];
    private RootDecision? _decision;

    internal GameCase(GameFacts facts, TrustedNodes nodes)
    {
        Facts = facts;
        _nodes = nodes;
    }

    /// <summary>The game.</summary>
    public GameFacts Facts { get; }

    /// <summary>What a person decided of its root, from here on.</summary>
    /// <param name="decision">The decision; null for none.</param>
    /// <returns>True if it was another before: what was decided by that is to be decided anew.</returns>
    public bool Decide(RootDecision? decision)
    {
        lock (_lock)
        {
            if (_decision == decision)
            {
                return false;
            }

            // What other voices have shown is no evidence beside a decision, and what stands beside one none without it.
            _decision = decision;
            _decided = new HeldEvidence();
            return true;
        }
    }

    /// <summary>Weighs what is known now, by what a person decided if somebody did.</summary>
    /// <param name="isLastResort">
    /// Whether one group may decide alone about values, because there is little time left and no other group answers. What was not derivable never
    /// rests on that.
    /// </param>
    public Weighing Weigh(bool isLastResort = false)
    {
        lock (_lock)
        {
            return Weigh(_decision, isLastResort);
        }
    }

    /// <summary>Weighs what the nodes say by themselves, whatever a person decided.</summary>
    public Weighing WeighNodes()
    {
        lock (_lock)
        {
            return Weigh(null, isLastResort: false);
        }
    }

    /// <summary>Weighs what would be true if a person decided so. Nothing of it is held.</summary>
    public Weighing Suppose(RootDecision decision)
    {
        lock (_lock)
        {
            return new Weighing(Facts, _nodes, isLastResort: false, default, new Dictionary<ulong, VerifiedOutput>(), decision, [.. _runs.Values]);
        }
    }

    /// <summary>Takes what is known of a run of our own: of each the newest.</summary>
    /// <returns>True if it was not known before how that run ends, so that another weighing may know more.</returns>
    public bool Take(RunFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        lock (_lock)
        {
            (Hash32, Hash32) key = (finding.Run.From.OutputRoot, finding.Run.To.OutputRoot);
            bool isNews = finding.Arrived is not null && _runs.GetValueOrDefault(key)?.Arrived is null;
            _runs[key] = finding;
            return isNews;
        }
    }

    /// <summary>Keeps the outputs that a weighing has found, so that they stand until the minimum of groups says otherwise.</summary>
    public void Hold(Weighing weighing)
    {
        ArgumentNullException.ThrowIfNull(weighing);
        lock (_lock)
        {
            if (weighing.Decision == _decision || weighing.Decision is null)
            {
                HeldFor(weighing.Decision).Take(weighing.Found);
            }
        }
    }

    /// <summary>
    /// Asks for what the weighing of the root needs, and for the outputs of some blocks, each question once. Returns when everything that can be
    /// asked is answered, or at the end of the time given; what is still open then goes on by itself.
    /// </summary>
    /// <param name="blocks">L2 blocks whose outputs are wanted.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="freshest">
    /// Answers from before this are asked for again. Whatever it is, so are those that are older than <see cref="TrustLimits.RecheckAfter"/>, and where there is no
    /// verdict those older than <see cref="TrustLimits.FreshFor"/>: what a node said wrongly for a moment must not stand.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True if anything was answered meanwhile.</returns>
    public async Task<bool> AskAsync(IReadOnlyCollection<ulong> blocks, TimeSpan patience, DateTimeOffset freshest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        TimeSpan age = Weigh().Verdict.Truth == Truth.Unavailable ? _nodes.Limits.FreshFor : _nodes.Limits.RecheckAfter;
        DateTimeOffset kept = _nodes.Clock.GetUtcNow() - age;
        freshest = freshest > kept ? freshest : kept;
        Task limit = Task.Delay(patience, _nodes.Clock, cancellationToken);
        bool any = false;
        HashSet<Task> waited = [];
        while (true)
        {
            Task[] begun = [.. Start(blocks, freshest).Where(task => task != Task.CompletedTask && waited.Add(task))];
            any |= begun.Any(task => task.IsCompleted);
            Task[] pending = [.. waited.Where(task => !task.IsCompleted)];
            if (begun.Length > 0 && pending.Length == 0)
            {
                continue; // all answered at once: what depends on it can be asked now
            }

            if (pending.Length == 0)
            {
                return any;
            }

            Task first = await Task.WhenAny([.. pending, limit]).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (first == limit)
            {
                return any;
            }

            any = true;
            if (IsSettled(blocks))
            {
                return true; // the rest cannot change it, and answers at its leisure
            }
        }
    }

    private HeldEvidence HeldFor(RootDecision? decision) => decision is null ? _shown : _decided;

    private Weighing Weigh(RootDecision? decision, bool isLastResort)
    {
        HeldEvidence held = HeldFor(decision);
        Weighing weighing = new(Facts, _nodes, isLastResort, held.Bounds, new Dictionary<ulong, VerifiedOutput>(held.Outputs), decision, [.. _runs.Values]);
        if (!isLastResort && decision is null && weighing.L1Head is not null)
        {
            // What the minimum has shown stands through later silence; the weighing has dropped what the minimum contradicts. What a person decided
            // is no evidence, and what runs of our own showed is known as long as they are.
            held.Bounds = new DerivableBounds(weighing.Shown.LastDerivable, weighing.Shown.FirstUnderivable);
        }

        return weighing;
    }

    private bool IsSettled(IReadOnlyCollection<ulong> blocks)
    {
        Weighing now = Weigh();
        return now.IsSettled && blocks.All(block => now.OutputOf(block).Verified is not null);
    }

    // Everything that can be asked by now; what depends on an answer is asked when that has come.
    private IEnumerable<Task> Start(IReadOnlyCollection<ulong> blocks, DateTimeOffset freshest)
    {
        yield return _nodes.L1.AskHead(Facts.L1Head);
        if (_nodes.L1.Head(Facts.L1Head) is not { HasValue: true } head)
        {
            yield break;
        }

        BlockId l1Head = new(Facts.L1Head, head.Value);
        yield return _nodes.L1.AskAt(head.Value, freshest);
        ulong[] all = [.. blocks.Append(Facts.Block).Distinct()];
        foreach (RollupWatch watch in _nodes.Rollup.Where(watch => watch.ObjectionTo(_nodes.L1ChainId, Facts.L2ChainId, _nodes.SystemConfig) is null))
        {
            foreach (Task task in Awaited(Of(watch, l1Head, all, freshest), watch.SilentSince))
            {
                yield return task;
            }
        }

        foreach (ExecutionWatch watch in _nodes.Execution.Where(watch => watch.ObjectionTo(Facts.L2ChainId) is null))
        {
            foreach (Task task in Awaited(all.Where(block => _nodes.Rollup.Any(rollup => rollup.Output(block).HasValue)).Select(block => watch.AskOutput(block, freshest)), watch.SilentSince))
            {
                yield return task;
            }
        }
    }

    private IEnumerable<Task> Of(RollupWatch watch, BlockId l1Head, ulong[] blocks, DateTimeOffset freshest)
    {
        foreach (Task task in watch.AskWitness(l1Head, freshest))
        {
            yield return task;
        }

        if (!Facts.IsPlaceholderAnchor)
        {
            yield return watch.AskOutput(Facts.StartBlock, freshest);
        }

        foreach (ulong block in blocks.Where(block => watch.Status.Value?.LocalSafeL2.Number >= block))
        {
            yield return watch.AskOutput(block, freshest);
        }
    }

    // One that was silent when it was looked at is asked all the same, but no game waits for it.
    private static Task[] Awaited(IEnumerable<Task> asked, DateTimeOffset? silentSince)
    {
        Task[] all = [.. asked];
        return silentSince is null ? all : [];
    }

    /// <summary>What was shown before and stands through silence.</summary>
    private sealed class HeldEvidence
    {
        public DerivableBounds Bounds { get; set; }

        public Dictionary<ulong, VerifiedOutput> Outputs { get; } = [];

        public void Take(IEnumerable<KeyValuePair<ulong, VerifiedOutput?>> found)
        {
            foreach ((ulong block, VerifiedOutput? output) in found)
            {
                if (output is null)
                {
                    Outputs.Remove(block);
                }
                else
                {
                    Outputs[block] = output;
                }
            }
        }
    }
}
