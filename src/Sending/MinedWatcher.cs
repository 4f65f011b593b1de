using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Follows transactions from their first receipt to a final state. A receipt counts only while its block is the canonical one of its height, and
/// finishes an entry only when it is deep enough in two looks in a row.
/// </summary>
internal sealed class MinedWatcher(SenderScope scope, NonceKeeper nonces)
{
    private const int MaxGasRetries = 3;

    private readonly TwoLooks _looks = new();
    private readonly Dictionary<ulong, Hash32> _seen = [];
    private readonly HashSet<ulong> _vanished = [];

    /// <summary>Entries whose receipt was there and is gone; <see cref="Transmitter"/> offers them again and takes them out.</summary>
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
        Dictionary<Hash32, RpcReply?> receipts = await ReceiptsAsync(passed, cancellationToken).ConfigureAwait(false);
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
            (RpcReceipt? receipt, string? trouble) = Read(attempt.Hash, receipts.GetValueOrDefault(attempt.Hash));
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

    /// <summary>The receipt, or why there is none to be had; neither where the node says that there is none.</summary>
    private static (RpcReceipt? Receipt, string? Trouble) Read(Hash32 hash, RpcReply? reply)
    {
        try
        {
            var value = new RpcValue((reply ?? throw new RpcException(RpcErrorKind.Malformed, "no answer")).Result, "eth_getTransactionReceipt");
            RpcReceipt? receipt = value.IsNull ? null : RpcReceipt.Read(value);
            return receipt is null || receipt.TransactionHash == hash ? (receipt, null) : (null, $"the receipt of {hash} cannot be had: another's was given");
        }
        catch (RpcException error)
        {
            return (null, $"the receipt of {hash} cannot be had: {error.Message}");
        }
    }

    /// <summary>The answers for all attempts, or for those entries whose attempts could be asked for, where all at once could not.</summary>
    private async Task<Dictionary<Hash32, RpcReply?>> ReceiptsAsync(List<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        Hash32[] hashes = [.. entries.SelectMany(entry => entry.Attempts).Select(attempt => attempt.Hash)];
        try
        {
            return await AskAsync(hashes, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException) when (hashes.Length > 1)
        {
            var found = new Dictionary<Hash32, RpcReply?>();
            foreach (Hash32 hash in hashes)
            {
                try
                {
                    found[hash] = (await AskAsync([hash], cancellationToken).ConfigureAwait(false))[hash];
                }
                catch (RpcException)
                {
                    found[hash] = null;
                }
            }

            return found;
        }
        catch (RpcException)
        {
            return [];
        }
    }

    private async Task<Dictionary<Hash32, RpcReply?>> AskAsync(Hash32[] hashes, CancellationToken cancellationToken)
    {
        if (hashes.Length == 0)
        {
            return [];
        }

        RpcRequest[] requests = [.. hashes.Select(hash => new RpcRequest("eth_getTransactionReceipt", hash.ToString()))];
        IReadOnlyList<RpcReply> replies = await scope.Eth.Rpc.BatchAsync(requests, cancellationToken).ConfigureAwait(false);
        return hashes.Select((hash, i) => (hash, (RpcReply?)replies[i])).ToDictionary(one => one.hash, one => one.Item2);
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

        OutboxChange change = await OutcomeAsync(entry, attempt, receipt, cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderReceiptDeep);
        await scope.RecordAsync(entry, change, cancellationToken).ConfigureAwait(false);
        _seen.Remove(entry.Id);
        _vanished.Remove(entry.Id);
        return true;
    }

    private async Task<OutboxChange> OutcomeAsync(OutboxEntry entry, SignedAttempt attempt, RpcReceipt receipt, CancellationToken cancellationToken)
    {
        bool called = attempt.Purpose == AttemptPurpose.Call;
        UInt256 value = called && receipt.Succeeded ? entry.Intent.Value : UInt256.Zero;
        var mined = new MinedAttempt(
            attempt.Hash, receipt.BlockNumber, receipt.BlockHash, receipt.GasUsed, receipt.EffectiveGasPrice, receipt.Fee + value);
        if (!called)
        {
            return new OutboxChange.Requeued("its nonce was taken back by a cancellation", 0, mined, scope.Now);
        }

        if (receipt.Succeeded)
        {
            return new OutboxChange.Confirmed(mined, scope.Now);
        }

        RpcException? revert = await ReplayAsync(entry, attempt, receipt.BlockNumber, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> data = revert?.RevertData ?? default;

        // An inner call gets at most 63/64 of the gas that is left, so running out of it does not always use up the last unit.
        if (data.IsEmpty && receipt.GasUsed >= attempt.GasLimit / 100 * 95 && entry.Requeues < MaxGasRetries && attempt.GasLimit < scope.Options.MaxGas)
        {
            ulong floor = Math.Min(attempt.GasLimit * 2, scope.Options.MaxGas);
            return new OutboxChange.Requeued($"ran out of gas: {receipt.GasUsed} of {attempt.GasLimit} used", floor, mined, scope.Now);
        }

        string reason = revert is null
            ? "reverted on chain; the same call at the block before does not"
            : $"reverted on chain: {scope.Options.Reverts.Decode(data)}";
        return new OutboxChange.Failed(mined, reason, data, scope.Now);
    }

    /// <summary>The revert of the same call at the block before its own, or failing that at its own. Earlier transactions of the block may make both differ.</summary>
    private async Task<RpcException?> ReplayAsync(OutboxEntry entry, SignedAttempt attempt, ulong block, CancellationToken cancellationToken)
    {
        var call = new CallRequest
        {
            From = attempt.Account,
            To = entry.Intent.Target,
            Data = entry.Intent.Calldata,
            Value = entry.Intent.Value,
            Gas = attempt.GasLimit,
        };
        foreach (ulong at in (ulong[])[block - 1, block])
        {
            try
            {
                await scope.Eth.CallAsync(call, at, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException error) when (error.Kind == RpcErrorKind.Revert)
            {
                return error;
            }
            catch (RpcException error) when (!error.IsTransient)
            {
                // Out of gas, or a state that the node no longer has: there is no reason to be had, and the receipt counts without one.
                scope.Notify(SenderNoticeKind.Trouble, entry, $"the revert could not be replayed at block {at}: {error.Message}");
            }
        }

        return null;
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
