using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>Finds the transaction that used up a nonce: proof, where a missing receipt would only be a suspicion.</summary>
internal static class NonceHistory
{
    /// <summary>The transaction of an account with a nonce below <paramref name="view"/>'s, and its block; null if the chain moved meanwhile.</summary>
    /// <exception cref="RpcException">Also where the node no longer has the state of that time.</exception>
    public static async Task<(Hash32 Transaction, ulong Block)?> FindAsync(
        ChainReader eth, Address account, ulong nonce, ChainView view, CancellationToken cancellationToken)
    {
        // The first block after which the account's count exceeds the nonce: back in growing steps, then by halves.
        ulong after = view.Head.Number;
        ulong before = after;
        for (ulong step = 1; before > 0; step *= 2)
        {
            before = after > step ? after - step : 0;
            if (await eth.GetTransactionCountAsync(account, before, cancellationToken).ConfigureAwait(false) <= nonce)
            {
                break;
            }

            after = before;
        }

        while (after - before > 1)
        {
            ulong middle = before + ((after - before) / 2);
            bool used = await eth.GetTransactionCountAsync(account, middle, cancellationToken).ConfigureAwait(false) > nonce;
            (before, after) = used ? (before, middle) : (middle, after);
        }

        var block = new RpcValue(
            await eth.Rpc.RequestAsync(new RpcRequest("eth_getBlockByNumber", Hex.Quantity(after), true), cancellationToken).ConfigureAwait(false),
            "eth_getBlockByNumber");
        if (block.IsNull)
        {
            return null;
        }

        foreach (RpcValue transaction in block["transactions"].Items())
        {
            if (transaction["from"].Address() == account && transaction["nonce"].UInt64() == nonce)
            {
                return (transaction["hash"].Hash(), after);
            }
        }

        return null;
    }
}
