using System.Globalization;

namespace Gavel.Rollup;

/// <summary>One rollup node: looked at once a cycle, asked about games on tasks of their own, its sightings logged.</summary>
/// <param name="label">Its name and whose voice it is.</param>
/// <param name="node">The node.</param>
/// <param name="l1">Our L1, by which its fork is checked.</param>
/// <param name="log">Our log of safe heads.</param>
/// <param name="limits">Time limits.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class RollupWatch(NodeLabel label, RollupNode node, L1Book l1, SafeHeadLog log, TrustLimits limits, TimeProvider clock) : IDisposable
{
    private readonly KeptQuestions<string, SyncStatus> _status = new((_, token) => node.SyncStatusAsync(token), limits.LookTime, clock);
    private readonly KeptQuestions<string, RollupConfig> _config = new((_, token) => node.ConfigAsync(token), limits.LookTime, clock);
    private readonly KeptQuestions<ulong, SafeHeadAtL1> _records = new(node.SafeHeadAtL1BlockAsync, limits.AnswerTime, clock);
    private readonly KeptQuestions<ulong, ToldOutput> _outputs = new((block, token) => OutputAsync(node, block, token), limits.AnswerTime, clock);
    private readonly Lock _lock = new();
    private Task _look = Task.CompletedTask;
    private Course _course = new(null, null, null, 0);

    /// <summary>Its name and whose voice it is.</summary>
    public NodeLabel Label => label;

    /// <summary>Which chain it derives.</summary>
    public Kept<RollupConfig> Config => _config.Of("");

    /// <summary>Its last status.</summary>
    public Kept<SyncStatus> Status => _status.Of("");

    /// <summary>Since when it gives no status; null while it does.</summary>
    public DateTimeOffset? SilentSince => Volatile.Read(ref _course).SilentSince;

    /// <summary>When it last went back on L1: another backend behind the same address, or it began anew. Null if that was not lately.</summary>
    public DateTimeOffset? WentBack => Volatile.Read(ref _course).WentBack is { } at && clock.GetUtcNow() - at < limits.UnsteadyTime ? at : null;

    /// <summary>The last block that it has worked through, if that is on our L1's chain.</summary>
    public BlockId? CurrentL1 => Status is { HasValue: true } status && l1.IsCanonical(status.Value!.CurrentL1) == true ? status.Value.CurrentL1 : null;

    public Kept<SafeHeadAtL1> Record(ulong l1Block) => _records.Of(l1Block);

    public Kept<ToldOutput> Output(ulong block) => _outputs.Of(block);

    public Task AskRecord(ulong l1Block, DateTimeOffset freshest) => _records.Ask(l1Block, freshest);

    public Task AskOutput(ulong block, DateTimeOffset freshest) => _outputs.Ask(block, freshest);

    /// <summary>Looks at it: status, and who it is where that is not known or may have changed. One look at a time: the end of the running one, if there is one.</summary>
    public Task LookAsync(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _look.IsCompleted ? _look = LookOnceAsync(now) : _look;
        }
    }

    private async Task LookOnceAsync(DateTimeOffset now)
    {
        // Another machine may answer at its address now: at once after a silence, or behind a balancer at any time.
        Task identity = _config.Ask("", Config.HasValue && SilentSince is null ? now - limits.FreshFor : now);
        await _status.Ask("", now).ConfigureAwait(false);
        Course before = Volatile.Read(ref _course);
        if (Status is not { HasValue: true, Error: null } status)
        {
            Volatile.Write(ref _course, before with { SilentSince = before.SilentSince ?? now, Last = null });
            return;
        }

        SyncStatus said = status.Value!;
        await InTime(l1.AskAt(said.CurrentL1.Number)).ConfigureAwait(false);
        if (l1.IsCanonical(said.CurrentL1) == false)
        {
            await InTime(l1.AskAt(said.CurrentL1.Number, now)).ConfigureAwait(false); // our own answer may be of before a reorganisation
        }

        await InTime(identity).ConfigureAwait(false);
        SafeHeadSighting? seen = l1.IsCanonical(said.CurrentL1) == true && LogName is not null
            ? new SafeHeadSighting(said.CurrentL1, said.LocalSafeL2, now, before.HasAdvanced(said, now))
            : null;
        if (seen is { } sighting)
        {
            log.Note(LogName!, sighting);
        }

        bool wentBack = said.CurrentL1.Number < before.HighestL1;
        Volatile.Write(ref _course, new Course(null, wentBack ? now : before.WentBack, seen, wentBack ? said.CurrentL1.Number : Math.Max(before.HighestL1, said.CurrentL1.Number)));
    }

    /// <summary>Why it may not be believed about a chain; null if it may.</summary>
    public Objection? ObjectionTo(ulong l1ChainId, ulong l2ChainId, Address? systemConfig) => Config switch
    {
        { HasValue: false } unknown => new Objection(ObjectionKind.Unidentified, $"it has not said which chain it derives ({unknown.Trouble ?? "not answered yet"})"),
        { Value: { } config } when config.L1ChainId != l1ChainId => Foreign("L1", config.L1ChainId, l1ChainId),
        { Value: { } config } when config.L2ChainId != l2ChainId => Foreign("L2", config.L2ChainId, l2ChainId),
        { Value.SystemConfig: { IsZero: false } other } when systemConfig is { } ours && other != ours =>
            new Objection(ObjectionKind.Foreign, $"it derives the chain of SystemConfig {other}; ours is {ours}"),
        _ => null,
    };

    /// <summary>What it shows of an L1 block: what was derivable by it, and what was not.</summary>
    public DerivationWitness Witness(BlockId head)
    {
        Kept<SyncStatus> status = Status;
        SyncStatus? said = status.Value;
        List<Piece> pieces = [];
        ulong? derived = null;
        if (Canonical(Before(head.Number)) is { } before)
        {
            derived = before.SafeL2.Number;
        }

        if (CurrentL1 is { } current && current.Number > head.Number)
        {
            if (SilentSince is null)
            {
                pieces.Add(new Piece(PieceKind.Pipeline, label, Next(said!.LocalSafeL2.Number), current, status.At));
            }

            if (Record(head.Number) is { HasValue: true } record && record.Value!.L1Block.Number <= head.Number && l1.IsCanonical(record.Value.L1Block) == true)
            {
                derived = Math.Max(derived ?? 0, record.Value.SafeHead.Number);

                // Of several backends behind one address one may be past the head, and another, which is not, may have told of it.
                if (WentBack is null && IsDense(head.Number, record.Value, current.Number))
                {
                    pieces.Add(new Piece(PieceKind.Record, label, Next(record.Value.SafeHead.Number), record.Value.L1Block, record.At));
                }
            }
        }

        // What the node has derived after all, by what it shows elsewhere, takes back what we saw of it when it was not well.
        if (Canonical(After(head.Number)) is { } after && !(derived > after.SafeL2.Number))
        {
            pieces.Add(new Piece(PieceKind.Log, label, Next(after.SafeL2.Number), after.CurrentL1, after.At));
        }

        bool isWell = SilentSince is null;
        return new DerivationWitness(label, derived, pieces, isWell ? said?.LocalSafeL2.Number : null) { IsWell = isWell };
    }

    /// <summary>The last of our sightings at or below an L1 block that shows what was derivable; those of lost forks are passed over.</summary>
    public SafeHeadSighting? Before(ulong l1Block) => LogName is { } name ? log.Before(name, l1Block, l1.IsCanonical) : null;

    /// <summary>The first of our sightings past an L1 block.</summary>
    public SafeHeadSighting? After(ulong l1Block) => LogName is { } name ? log.After(name, l1Block, l1.IsCanonical) : null;

    /// <summary>Whether it has said, or failed to say, what its record holds around an L1 block; one that is silent or not past it is not waited for.</summary>
    public bool HasTold(BlockId head) => SilentSince is not null || CurrentL1 is not { } current || current.Number <= head.Number
        || new[] { head.Number, LaterBlock(head.Number, current.Number) }.All(at => Record(at) is { HasValue: true } or { Error: not null });

    /// <summary>Asks what <see cref="Witness"/> lacks.</summary>
    public IEnumerable<Task> AskWitness(BlockId head, DateTimeOffset freshest)
    {
        foreach (SafeHeadSighting? sighting in new[] { Before(head.Number), After(head.Number) })
        {
            if (sighting is { } seen)
            {
                yield return AskCanonical(seen.CurrentL1, freshest);
            }
        }

        if (CurrentL1 is not { } current || current.Number <= head.Number)
        {
            yield break;
        }

        foreach (ulong at in new[] { head.Number, LaterBlock(head.Number, current.Number) })
        {
            yield return AskRecord(at, freshest);
            if (Record(at) is { HasValue: true } record)
            {
                yield return AskCanonical(record.Value!.L1Block, freshest);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _status.Dispose();
        _config.Dispose();
        _records.Dispose();
        _outputs.Dispose();
    }

    public void Forget(DateTimeOffset before)
    {
        _records.Forget(before);
        _outputs.Forget(before);
    }

    private static async Task<ToldOutput> OutputAsync(RollupNode node, ulong block, CancellationToken cancellationToken)
    {
        ToldOutput told = await node.OutputAtBlockAsync(block, cancellationToken).ConfigureAwait(false);
        Hash32 computed = Rollup.OutputRoot.Compute(told.StateRoot, told.MessagePasserStorageRoot, told.Block.Hash);
        return told.Block.Number != block ? throw new NodeLieException($"it gave the output of block {told.Block.Number} when asked for {block}")
            : computed != told.OutputRoot ? throw new NodeLieException($"it says output {told.OutputRoot} for block {told.Block}, but its own fields give {computed}")
            : told;
    }

    private static Objection Foreign(string layer, ulong its, ulong ours) => new(
        ObjectionKind.Foreign, string.Create(CultureInfo.InvariantCulture, $"it derives a chain with {layer} chain id {its}; ours has {ours}"));

    private static ulong Next(ulong block) => block == ulong.MaxValue ? block : block + 1;

    // A block after the head at which the record must have gone on, if it has no gap there.
    private ulong LaterBlock(ulong head, ulong current) => Math.Min(current, head + limits.RecordSpan);

    // On either side the record itself must go on, or our own log must show the same safe head: a record with a gap there tells too low a head.
    private bool IsDense(ulong head, SafeHeadAtL1 record, ulong current)
    {
        bool left = head - record.L1Block.Number <= limits.RecordSpan
            || (Canonical(Before(head)) is { } before && before.CurrentL1.Number >= record.L1Block.Number && before.SafeL2.Number == record.SafeHead.Number);
        bool right = Record(LaterBlock(head, current)) is { HasValue: true, Value: { } later }
            && later.L1Block.Number > head && later.SafeHead.Number >= record.SafeHead.Number && l1.IsCanonical(later.L1Block) == true;
        return left && (right || (Canonical(After(head)) is { } after && after.SafeL2.Number == record.SafeHead.Number));
    }

    // The rest goes on by itself: neither L1 nor the node holds up a look.
    private async Task InTime(Task task) => await task.WaitAsync(limits.LookTime, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // Sightings are of one chain: at the same address another may have answered before.
    private string? LogName => Config is { HasValue: true, Value: { } config } ? string.Create(CultureInfo.InvariantCulture, $"{label.Name} {config.L1ChainId} {config.L2ChainId}") : null;

    // What is on our chain stays; what is not may be so by a lie or an error of the moment.
    private Task AskCanonical(BlockId block, DateTimeOffset freshest) => l1.IsCanonical(block) == true ? Task.CompletedTask : l1.AskAt(block.Number, freshest);

    private SafeHeadSighting? Canonical(SafeHeadSighting? sighting) =>
        sighting is { } seen && l1.IsCanonical(seen.CurrentL1) == true ? seen : null;

    /// <summary>What the looks up to now have shown of how the node goes on. It is replaced as a whole, so that whoever reads it sees one look.</summary>
    private sealed record Course(DateTimeOffset? SilentSince, DateTimeOffset? WentBack, SafeHeadSighting? Last, ulong HighestL1)
    {
        // A reset takes a node back on L1 by more than this, so that none can have happened between two looks which are nearer to each other.
        private const ulong NearBlocks = 25;
        private static readonly TimeSpan _nearTime = TimeSpan.FromMinutes(5);

        /// <summary>Whether the safe head that the node names now was derived by it from L1 up to where it stands: we saw it come there step by step.</summary>
        public bool HasAdvanced(SyncStatus now, DateTimeOffset at) => Last is { } last
            && now.CurrentL1.Number >= last.CurrentL1.Number && now.CurrentL1.Number - last.CurrentL1.Number <= NearBlocks
            && at >= last.At && at - last.At <= _nearTime
            && (now.LocalSafeL2.Number > last.SafeL2.Number || (now.LocalSafeL2 == last.SafeL2 && last.IsDerived));
    }
}
