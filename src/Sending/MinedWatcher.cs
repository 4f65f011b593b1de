using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Follows transactions from their first receipt to a final state. A receipt counts only while its block is the canonical one of its height, and
/// finishes an entry only when it is deep enough in two looks in a row.
/// </summary>
internal sealed class MinedWatcher(SenderScope scope, NonceKeeper nonces)
{
    private readonly ReceiptReader _receipts = new(scope);
    private readonly MinedOutcome _outcome = new(scope);
    private readonly TwoLooks _looks = new();
    private readonly Dictionary<ulong, Hash32> _seen = [];
    private readonly HashSet<ulong> _vanished = [];

    /// <summary>Entries whose receipt was there and is gone; <see cref="Tending"/> offers them again and takes them out.</summary>
    public ISet<ulong> Vanished => _vanished;

    /// <param name="view">The chain.</param>
    /// <param name="open">Entries that are not final.</param>
    /// <param name="mined">Final entries that a reorganisation may still reach.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>True if an entry's state changed.</returns>
    public async Task<bool> WatchAsync(
        ChainView view, IReadOnlyList<OutboxEntry> open, IReadOnlyList<OutboxEntry> mined, CancellationToken cancellationToken)
    {
        _looks.Begin();
        HashSet<ulong> ids = [.. open.Select(entry => entry.Id)];
        _vanished.IntersectWith(ids);
        foreach (ulong gone in _seen.Keys.Where(id => !ids.Contains(id)).ToArray())
        {
            _seen.Remove(gone);
        }

        foreach (OutboxEntry entry in open.Where(entry => entry.IsInFlight && entry.Nonce >= view.Nonce))
        {
            Forget(entry);
        }

        var canonical = new Dictionary<ulong, Hash32?>();
        List<OutboxEntry> passed = [.. open.Where(entry => entry.IsInFlight && entry.Nonce < view.Nonce)];
        Dictionary<Hash32, RpcReply?> receipts = await _receipts.AskAsync(passed, cancellationToken).ConfigureAwait(false);
        bool changed = false;
        foreach (OutboxEntry entry in mined)
        {
            changed |= await AloneAsync(entry, () => IsUnminedAsync(entry, view, canonical, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        foreach (OutboxEntry entry in passed)
        {
            changed |= await AloneAsync(entry, () => IsPassedAsync(entry, receipts, view, canonical, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return changed;
    }

    /// <summary>What goes wrong with one entry holds that one.</summary>
    private async Task<bool> AloneAsync(OutboxEntry entry, Func<Task<bool>> watch, CancellationToken cancellationToken)
    {
        try
        {
            return await watch().ConfigureAwait(false);
        }
        catch (Exception error) when (scope.HoldFor(entry, HoldCause.Receipt, error, cancellationToken))
        {
            return false;
        }
    }

    private async Task<bool> IsPassedAsync(
        OutboxEntry entry, Dictionary<Hash32, RpcReply?> receipts, ChainView view, Dictionary<ulong, Hash32?> canonical, CancellationToken cancellationToken)
    {
        string? unknown = null;
        foreach (SignedAttempt attempt in entry.Attempts)
        {
            (RpcReceipt? receipt, string? trouble) = ReceiptReader.Read(attempt.Hash, receipts.GetValueOrDefault(attempt.Hash));
            if (receipt is not null)
            {
                scope.Release(entry);
                return await IsFinishedAsync(entry, attempt, receipt, view, canonical, cancellationToken).ConfigureAwait(false);
            }

            unknown ??= trouble;
        }

        if (unknown is null)
        {
            return await IsUsedByAnotherAsync(entry, view, cancellationToken).ConfigureAwait(false);
        }

        // Which of its transactions used the nonce, or whether any did, cannot be told now: nothing is concluded.
        scope.Hold(entry, HoldCause.Receipt, unknown);
        return false;
    }

    private async Task<bool> IsFinishedAsync(
        OutboxEntry entry, SignedAttempt attempt, RpcReceipt receipt, ChainView view, Dictionary<ulong, Hash32?> canonical, CancellationToken cancellationToken)
    {
        if (await CanonicalAsync(receipt.BlockNumber, canonical, cancellationToken).ConfigureAwait(false) != receipt.BlockHash)
        {
            Forget(entry);
            return false;
        }

        if (!_seen.TryGetValue(entry.Id, out Hash32 block) || block != receipt.BlockHash)
        {
            _seen[entry.Id] = receipt.BlockHash;
            scope.Notify(SenderNoticeKind.Mined, entry, $"{attempt.Purpose} {attempt.Hash} mined in block {receipt.BlockNumber}");
            scope.Reached(FailPoint.SenderReceiptSeen);
        }

        bool deep = view.Head.Number + 1 >= receipt.BlockNumber + scope.Options.Confirmations;
        string conclusion = $"{attempt.Hash} {receipt.BlockHash} {receipt.BlockNumber} {receipt.Succeeded} {receipt.GasUsed} {receipt.EffectiveGasPrice}";
        if (!deep || !_looks.Agree(entry.Id, conclusion))
        {
            return false;
        }

        OutboxChange change = await _outcome.OfAsync(entry, attempt, receipt, cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderReceiptDeep);
        await scope.RecordAsync(entry, change, cancellationToken).ConfigureAwait(false);
        _seen.Remove(entry.Id);
        _vanished.Remove(entry.Id);
        return true;
    }

    private async Task<bool> IsUsedByAnotherAsync(OutboxEntry entry, ChainView view, CancellationToken cancellationToken)
    {
        Forget(entry);
        ulong nonce = entry.Nonce!.Value;
        string user;
        try
        {
            if (await NonceHistory.FindAsync(scope.Eth, scope.Signer.Address, nonce, view, cancellationToken).ConfigureAwait(false) is not (Hash32 hash, ulong block)
                || entry.Attempts.Any(attempt => attempt.Hash == hash)
                || view.Head.Number + 1 < block + scope.Options.Confirmations)
            {
                return false;
            }

            user = $"{hash} in block {block}";
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.NodeError)
        {
            // The state of that time is pruned. A finalised count without a receipt of ours is the next best proof.
            ulong final = await scope.Eth.GetTransactionCountAsync(scope.Signer.Address, BlockRef.Finalized, cancellationToken).ConfigureAwait(false);
            if (final <= nonce)
            {
                return false;
            }

            user = "a transaction of long ago";
        }

        if (!_looks.Agree(entry.Id, user))
        {
            return false;
        }

        await scope.RecordAsync(entry, new OutboxChange.Requeued($"nonce {nonce} was used by {user}", 0, null, scope.Now), cancellationToken).ConfigureAwait(false);
        nonces.TellForeign($"nonce {nonce} of {scope.Signer.Address}, which {scope.Options.Describe(entry)} held, was used by {user}");
        return true;
    }

    private async Task<bool> IsUnminedAsync(OutboxEntry entry, ChainView view, Dictionary<ulong, Hash32?> canonical, CancellationToken cancellationToken)
    {
        if (entry.Mined is not { } mined
            || entry.Nonce < view.Nonce
            || mined.BlockNumber > view.Head.Number
            || mined.BlockNumber + scope.Options.Confirmations + scope.Options.ReorgWatch < view.Head.Number
            || await CanonicalAsync(mined.BlockNumber, canonical, cancellationToken).ConfigureAwait(false) == mined.BlockHash
            || !_looks.Agree(entry.Id, "unmined"))
        {
            return false;
        }

        string reason = $"block {mined.BlockNumber} ({mined.BlockHash}) was reorganised away";
        OutboxEntry back = await scope.RecordAsync(entry, new OutboxChange.Unmined(reason, scope.Now), cancellationToken).ConfigureAwait(false);
        _vanished.Add(entry.Id);
        scope.Notify(SenderNoticeKind.Reorganised, back, reason);
        return true;
    }

    private void Forget(OutboxEntry entry)
    {
        if (_seen.Remove(entry.Id))
        {
            _vanished.Add(entry.Id);
            scope.Notify(SenderNoticeKind.Reorganised, entry, "its receipt is gone");
        }
    }

    private async Task<Hash32?> CanonicalAsync(ulong number, Dictionary<ulong, Hash32?> known, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(number, out Hash32? hash))
        {
            hash = (await scope.Eth.FindBlockAsync(number, cancellationToken).ConfigureAwait(false))?.Hash;
            known[number] = hash;
        }

        return hash;
    }
}
