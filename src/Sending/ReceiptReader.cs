using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>Asks for the receipts of attempts, and tells "there is none" from "it cannot be had".</summary>
internal sealed class ReceiptReader(SenderScope scope)
{
    /// <summary>The answers for all attempts; where all at once could not be asked for, those that could alone.</summary>
    public async Task<Dictionary<Hash32, RpcReply?>> AskAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
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

    /// <summary>The receipt, or why there is none to be had; neither where the node says that there is none.</summary>
    public static (RpcReceipt? Receipt, string? Trouble) Read(Hash32 hash, RpcReply? reply)
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
}
