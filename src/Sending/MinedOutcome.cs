using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>What became of an entry whose attempt is mined as deep as asked.</summary>
internal sealed class MinedOutcome(SenderScope scope)
{
    private const int MaxGasRetries = 3;

    /// <summary>The change that a receipt which counts means for its entry.</summary>
    /// <exception cref="RpcException">The revert could not be replayed for trouble on the way.</exception>
    public async Task<OutboxChange> OfAsync(OutboxEntry entry, SignedAttempt attempt, RpcReceipt receipt, CancellationToken cancellationToken)
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
}
