using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>What the parts of one sender share: the chain, the account, the journal, and the way out for notices, dangers and figures.</summary>
internal sealed class SenderScope(
    ChainReader eth, ISigner signer, IOutbox outbox, IIntentGuard guard, SenderOptions options, Action<SenderNotice> notify)
{
    private static DangerKind HeldCode => DangerCodes.SenderHeld;
    private readonly Dictionary<ulong, (HoldCause Cause, string Reason)> _held = [];

    public ChainReader Eth { get; } = eth;

    public ISigner Signer { get; } = signer;

    public IOutbox Outbox { get; } = outbox;

    public IIntentGuard Guard { get; } = guard;

    public SenderOptions Options { get; private set; } = options;

    public SenderMetrics Metrics { get; } = new(options.ChainId, signer.Address);

    public SenderDangers Dangers { get; } = new(options.Clock);

    public FeeEstimator Fees { get; private set; } = new(eth, options.Fees);

    /// <summary>Cut to the journal's milliseconds, so that an entry is the same before and after a restart.</summary>
    public DateTimeOffset Now => WholeMilliseconds(Options.Clock.GetUtcNow());

    /// <summary>A moment for measuring how long something is ago: unlike <see cref="Now"/> nobody can set it.</summary>
    public long Timestamp => Options.Clock.GetTimestamp();

    public int HeldCount => _held.Count;

    /// <summary>How long a <see cref="Timestamp"/> is ago.</summary>
    public TimeSpan Since(long timestamp) => Options.Clock.GetElapsedTime(timestamp);

    public void Reached(FailPoint point) => Options.FailPoints.Reached(point);

    public void Notify(SenderNoticeKind kind, OutboxEntry? entry, string message) => notify(new SenderNotice(kind, entry, message));

    /// <summary>Other limits from here on.</summary>
    public void Use(SenderOptions options)
    {
        Options = options;
        Fees = new FeeEstimator(Eth, options.Fees);
    }

    /// <summary>True if a decision of this run wants it. The epoch tells, and no clock: a clock may be set back.</summary>
    public bool IsPermitted(OutboxEntry entry) => entry.Permission is { } permission && permission.Epoch == Outbox.Epoch;

    public bool IsUrgent(OutboxEntry entry) => Options.Policy.IsEmergency(entry.Intent);

    /// <summary>Forgets what concerns entries that are no longer open.</summary>
    public void Keep(IReadOnlySet<ulong> open)
    {
        foreach (ulong id in _held.Keys.Where(id => !open.Contains(id)).ToArray())
        {
            _held.Remove(id);
            Dangers.Clear(HeldCode, $"entry {id}");
        }
    }

    /// <summary>Tells once that an entry must wait, until the reason changes; while it waits it is a danger.</summary>
    public void Hold(OutboxEntry entry, HoldCause cause, string reason)
    {
        bool isDanger = cause is not (HoldCause.SecondLook or HoldCause.Decision or HoldCause.Funds); // funds are a danger of their own
        if (isDanger)
        {
            Dangers.Raise(
                HeldCode,
                IsUrgent(entry) ? DangerSeverity.Page : DangerSeverity.Warn,
                $"entry {entry.Id}",
                $"{Options.Describe(entry)}: {reason}",
                "see the reason; other entries go on, and this one as soon as it can",
                entry.Deadline);
        }
        else
        {
            Dangers.Clear(HeldCode, $"entry {entry.Id}");
        }

        if (!_held.TryGetValue(entry.Id, out (HoldCause Cause, string Reason) known) || known.Cause != cause || (known.Reason != reason && isDanger))
        {
            Metrics.Held(cause);
            Notify(SenderNoticeKind.Held, entry, reason);
        }

        _held[entry.Id] = (cause, reason);
    }

    /// <summary>It waits no longer.</summary>
    public void Release(OutboxEntry entry)
    {
        if (_held.Remove(entry.Id))
        {
            Dangers.Clear(HeldCode, $"entry {entry.Id}");
        }
    }

    /// <summary>Holds an entry for what went wrong with it alone. False for what concerns all: the outbox, or that we are to stop.</summary>
    public bool HoldFor(OutboxEntry entry, HoldCause cause, Exception error, CancellationToken cancellationToken)
    {
        if ((error is OperationCanceledException && cancellationToken.IsCancellationRequested)
            || error is OutboxException { Fault: not (OutboxFault.Conflict or OutboxFault.BadTransition) })
        {
            return false;
        }

        switch (error)
        {
            case OutboxException { Fault: OutboxFault.Conflict }:
                Hold(entry, HoldCause.SecondLook, error.Message); // decided anew in the next cycle
                break;
            case SignerTroubleException:
                Hold(entry, HoldCause.Signer, error.Message);
                break;
            default:
                Hold(entry, cause, error is RpcException ? error.Message : $"{error.GetType().Name}: {error.Message}");
                break;
        }

        return true;
    }

    /// <summary>Records a change and tells of it.</summary>
    public async Task<OutboxEntry> RecordAsync(OutboxEntry entry, OutboxChange change, CancellationToken cancellationToken)
    {
        OutboxEntry after = await Outbox.RecordAsync(entry.Id, entry.Version, change, cancellationToken).ConfigureAwait(false);
        Release(entry);
        if (change switch
        {
            OutboxChange.Confirmed c => c.Mined,
            OutboxChange.Failed c => c.Mined,
            OutboxChange.Requeued c => c.Mined,
            _ => null,
        } is { } mined)
        {
            Metrics.Paid(mined);
        }

        if (after.IsFinal && !entry.IsFinal)
        {
            Metrics.Finished(after.State);
            Notify(SenderNoticeKind.Finished, after, after.Reason.Length == 0 ? after.State.ToString() : $"{after.State}: {after.Reason}");
            Reached(FailPoint.SenderFinishedRecorded);
        }
        else if (after.State == OutboxState.Queued)
        {
            Notify(SenderNoticeKind.Requeued, after, after.Reason);
        }

        return after;
    }

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}

/// <summary>The chain as one cycle sees it: all of it at the head's hash.</summary>
/// <param name="Head">The head.</param>
/// <param name="Nonce">The account's transactions mined up to it.</param>
/// <param name="Balance">Wei.</param>
internal sealed record ChainView(RpcBlock Head, ulong Nonce, UInt256 Balance)
{
    /// <summary>True if a call that must be mined before a time comes too late at this head.</summary>
    public bool IsPast(DateTimeOffset? deadline) => deadline is { } time && time <= DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(Head.Timestamp, int.MaxValue * 64UL));

    public static async Task<ChainView> ReadAsync(ChainReader eth, Address account, CancellationToken cancellationToken)
    {
        RpcBlock head = await eth.GetBlockAsync(BlockRef.Latest, cancellationToken).ConfigureAwait(false);
        BlockRef at = BlockRef.At(head.Hash);
        ulong nonce = await eth.GetTransactionCountAsync(account, at, cancellationToken).ConfigureAwait(false);
        return new ChainView(head, nonce, await eth.GetBalanceAsync(account, at, cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>
/// Lets a conclusion count only when two looks in a row reach it. A single answer of a node may be of a fork, stale, or damaged on its way.
/// Safe for many threads.
/// </summary>
internal sealed class TwoLooks
{
    private readonly Lock _lock = new();
    private Dictionary<ulong, string> _last = [];
    private Dictionary<ulong, string> _now = [];

    /// <summary>Begins the next look; conclusions not reached in the last one are forgotten.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            (_last, _now) = (_now, []);
        }
    }

    /// <summary>True if the last look reached the same conclusion about the same thing.</summary>
    public bool Agree(ulong about, string conclusion)
    {
        lock (_lock)
        {
            _now[about] = conclusion;
            return _last.TryGetValue(about, out string? before) && before == conclusion;
        }
    }

    /// <summary>True if the last look reached any conclusion about it.</summary>
    public bool IsOpen(ulong about)
    {
        lock (_lock)
        {
            return _last.ContainsKey(about);
        }
    }
}
