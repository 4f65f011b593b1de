using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>What the parts of one sender share: the chain, the account, the journal, and the way out for notices and figures.</summary>
internal sealed class SenderScope(
    ChainReader eth, ISigner signer, IOutbox outbox, IIntentGuard guard, SenderOptions options, SenderMetrics metrics, Action<SenderNotice> notify)
{
    private readonly Dictionary<ulong, string> _heldBecause = [];

    public ChainReader Eth { get; } = eth;

    public ISigner Signer { get; } = signer;

    public IOutbox Outbox { get; } = outbox;

    public IIntentGuard Guard { get; } = guard;

    public SenderOptions Options { get; } = options;

    public SenderMetrics Metrics { get; } = metrics;

    public FeeEstimator Fees { get; } = new(eth, options.Fees);

    /// <summary>Cut to the journal's milliseconds, so that an entry is the same before and after a restart.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Options.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    public void Reached(FailPoint point) => Options.FailPoints.Reached(point);

    public void Notify(SenderNoticeKind kind, OutboxEntry? entry, string message) => notify(new SenderNotice(kind, entry, message));

    /// <summary>Tells once that an intent must wait, until the reason changes.</summary>
    public void Hold(OutboxEntry entry, string reason)
    {
        if (!_heldBecause.TryGetValue(entry.Id, out string? known) || known != reason)
        {
            _heldBecause[entry.Id] = reason;
            Notify(SenderNoticeKind.Held, entry, reason);
        }
    }

    /// <summary>Records a change and tells of it.</summary>
    public async Task<OutboxEntry> RecordAsync(OutboxEntry entry, OutboxChange change, CancellationToken cancellationToken)
    {
        OutboxEntry after = await Outbox.RecordAsync(entry.Id, entry.Version, change, cancellationToken).ConfigureAwait(false);
        _heldBecause.Remove(entry.Id);
        foreach (Expense expense in after.Expenses.Skip(entry.Expenses.Length))
        {
            Metrics.Spent(expense.Wei);
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
}

/// <summary>The chain as one cycle sees it: all of it at the head's hash.</summary>
/// <param name="Head">The head.</param>
/// <param name="Nonce">The account's transactions mined up to it.</param>
/// <param name="Balance">Wei.</param>
internal sealed record ChainView(RpcBlock Head, ulong Nonce, UInt256 Balance)
{
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
/// </summary>
internal sealed class TwoLooks
{
    private Dictionary<ulong, string> _last = [];
    private Dictionary<ulong, string> _now = [];

    /// <summary>Begins the next look; conclusions not reached in the last one are forgotten.</summary>
    public void Begin() => (_last, _now) = (_now, []);

    /// <summary>True if the last look reached the same conclusion about the same thing.</summary>
    public bool Agree(ulong about, string conclusion)
    {
        _now[about] = conclusion;
        return _last.TryGetValue(about, out string? before) && before == conclusion;
    }
}
