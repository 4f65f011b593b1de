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
    private readonly KeptQuestions<string, RollupConfig> _config = new((_, token) => node.ConfigAsync(token), limits.AnswerTime, clock);
    private readonly KeptQuestions<ulong, SafeHeadAtL1> _records = new(node.SafeHeadAtL1BlockAsync, limits.AnswerTime, clock);
    private readonly KeptQuestions<ulong, ToldOutput> _outputs = new((block, token) => OutputAsync(node, block, token), limits.AnswerTime, clock);
    private ulong _highestL1;
    private DateTimeOffset? _wentBack;
    private DateTimeOffset? _silentSince;

    /// <summary>Its name and whose voice it is.</summary>
    public NodeLabel Label => label;

    /// <summary>Which chain it derives.</summary>
    public Kept<RollupConfig> Config => _config.Of("");

    /// <summary>Its last status.</summary>
    public Kept<SyncStatus> Status => _status.Of("");

    /// <summary>Since when it gives no status; null while it does.</summary>
    public DateTimeOffset? SilentSince => _silentSince;

    /// <summary>When it last went back on L1: another backend behind the same address, or it began anew. Null if that was not lately.</summary>
    public DateTimeOffset? WentBack => _wentBack is { } at && clock.GetUtcNow() - at < limits.UnsteadyTime ? at : null;

    /// <summary>The last block that it has worked through, if that is on our L1's chain.</summary>
    public BlockId? CurrentL1 => Status is { HasValue: true } status && l1.IsCanonical(status.Value!.CurrentL1) == true ? status.Value.CurrentL1 : null;

    public Kept<SafeHeadAtL1> Record(ulong l1Block) => _records.Of(l1Block);

    public Kept<ToldOutput> Output(ulong block) => _outputs.Of(block);

    public Task AskRecord(ulong l1Block, DateTimeOffset freshest) => _records.Ask(l1Block, freshest);

    public Task AskOutput(ulong block, DateTimeOffset freshest) => _outputs.Ask(block, freshest);

    /// <summary>Looks at it: status, and who it is where that is not known or may have changed.</summary>
    public async Task LookAsync(DateTimeOffset now)
    {
        // Who it is is asked again after it was silent: another machine may answer at its address now.
        Task identity = _config.Ask("", Config.HasValue && SilentSince is null ? default : now);
        await _status.Ask("", now).ConfigureAwait(false);
        if (Status is not { HasValue: true, Error: null } status)
        {
            _silentSince ??= now;
            return;
        }

        _silentSince = null;
        SyncStatus said = status.Value!;
        await l1.AskAt(said.CurrentL1.Number).ConfigureAwait(false);
        if (l1.IsCanonical(said.CurrentL1) == false)
        {
            await l1.AskAt(said.CurrentL1.Number, now).ConfigureAwait(false); // our own answer may be of before a reorganisation
        }

        if (said.CurrentL1.Number < _highestL1)
        {
            _wentBack = now;
        }

        _highestL1 = Math.Max(said.CurrentL1.Number, _wentBack == now ? 0 : _highestL1);
        if (CurrentL1 is { } current)
        {
            log.Note(label.Name, new SafeHeadSighting(current, said.LocalSafeL2, now));
        }

        await identity.WaitAsync(limits.LookTime, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        SafeHeadSighting? before = Canonical(log.Before(label.Name, head.Number));
        if (before is { } seen)
        {
            derived = seen.SafeL2.Number;
        }

        if (Canonical(log.After(label.Name, head.Number)) is { } after && (before is null || before.Value.SafeL2.Number <= after.SafeL2.Number))
        {
            pieces.Add(new Piece(PieceKind.Log, label, Next(after.SafeL2.Number), after.CurrentL1, after.At));
        }

        if (CurrentL1 is { } current && current.Number > head.Number)
        {
            pieces.Add(new Piece(PieceKind.Pipeline, label, Next(said!.LocalSafeL2.Number), current, status.At));
            if (Record(head.Number) is { HasValue: true } record && record.Value!.L1Block.Number <= head.Number && l1.IsCanonical(record.Value.L1Block) == true)
            {
                derived = Math.Max(derived ?? 0, record.Value.SafeHead.Number);
                if (IsDense(head.Number, record.Value, current.Number))
                {
                    pieces.Add(new Piece(PieceKind.Record, label, Next(record.Value.SafeHead.Number), record.Value.L1Block, record.At));
                }
            }
        }

        return new DerivationWitness(label, derived, pieces, said?.LocalSafeL2.Number);
    }

    /// <summary>Asks what <see cref="Witness"/> lacks.</summary>
    public IEnumerable<Task> AskWitness(BlockId head, DateTimeOffset freshest)
    {
        foreach (SafeHeadSighting? sighting in new[] { log.Before(label.Name, head.Number), log.After(label.Name, head.Number) })
        {
            if (sighting is { } seen && !l1.At(seen.CurrentL1.Number).HasValue)
            {
                yield return l1.AskAt(seen.CurrentL1.Number);
            }
        }

        if (CurrentL1 is not { } current || current.Number <= head.Number)
        {
            yield break;
        }

        yield return AskRecord(head.Number, freshest);
        yield return AskRecord(LaterBlock(head.Number, current.Number), default);
        foreach (ulong at in new[] { head.Number, LaterBlock(head.Number, current.Number) })
        {
            if (Record(at) is { HasValue: true } record && !l1.At(record.Value!.L1Block.Number).HasValue)
            {
                yield return l1.AskAt(record.Value.L1Block.Number);
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
            || (Canonical(log.Before(label.Name, head)) is { } before && before.CurrentL1.Number >= record.L1Block.Number && before.SafeL2.Number == record.SafeHead.Number);
        bool right = Record(LaterBlock(head, current)) is { HasValue: true, Value: { } later }
            && later.L1Block.Number > head && later.SafeHead.Number >= record.SafeHead.Number && l1.IsCanonical(later.L1Block) == true;
        return left && (right || (Canonical(log.After(label.Name, head)) is { } after && after.SafeL2.Number == record.SafeHead.Number));
    }

    private SafeHeadSighting? Canonical(SafeHeadSighting? sighting) =>
        sighting is { } seen && l1.IsCanonical(seen.CurrentL1) == true ? seen : null;
}
