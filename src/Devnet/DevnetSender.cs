using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>
/// Signs and sends transactions of the devnet's accounts and waits until they are mined. For set-up, the batcher and the players of tests:
/// it keeps nothing and never replaces a transaction.
/// </summary>
internal sealed class DevnetSender(ChainReader chain, ulong chainId) : IDisposable
{
    private static readonly UInt256 s_maxFeePerGas = 1_000_000_000_000;
    private static readonly UInt256 s_tip = 1_000_000_000;
    private static readonly TimeSpan s_inclusionLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    // From reading a nonce until the node has the transaction; nobody else sends for these accounts in the meantime.
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Sends and waits for the receipts, in order. Without a gas limit of its own a call gets half more than is estimated.</summary>
    /// <exception cref="RpcException">A call reverts in its estimate, or the node refuses a transaction.</exception>
    /// <exception cref="DevnetException">A transaction was not mined in time.</exception>
    public async Task<IReadOnlyList<RpcReceipt>> SendAsync(
        DevnetAccount from, IReadOnlyList<CallRequest> calls, CancellationToken cancellationToken)
    {
        List<SignedTransaction> signed = [];
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ulong nonce = await chain.GetTransactionCountAsync(from.Address, BlockRef.Pending, cancellationToken).ConfigureAwait(false);
            foreach (CallRequest call in calls)
            {
                ulong gas = call.Gas
                    ?? await chain.EstimateGasAsync(call with { From = from.Address }, BlockRef.Latest, cancellationToken).ConfigureAwait(false) * 3 / 2;
                signed.Add(await SignAsync(from, nonce++, call with { Gas = gas }, chainId, cancellationToken).ConfigureAwait(false));
            }

            await SubmitAsync(chain, signed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }

        List<RpcReceipt> receipts = [];
        foreach (SignedTransaction transaction in signed)
        {
            receipts.Add(await WaitAsync(transaction.Hash, cancellationToken).ConfigureAwait(false));
        }

        return receipts;
    }

    /// <summary>Signs a call that states its gas limit.</summary>
    public static Task<SignedTransaction> SignAsync(
        DevnetAccount from, ulong nonce, CallRequest call, ulong chainId, CancellationToken cancellationToken) => from.Signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = chainId,
                Nonce = nonce,
                MaxFeePerGas = s_maxFeePerGas,
                MaxPriorityFeePerGas = s_tip,
                GasLimit = call.Gas!.Value,
                To = call.To,
                Value = call.Value,
                Data = call.Data,
            },
            cancellationToken);

    /// <summary>Gives transactions to the node; the first that it refuses is thrown.</summary>
    public static async Task SubmitAsync(ChainReader chain, IEnumerable<SignedTransaction> signed, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = [.. signed.Select(transaction => new RpcRequest("eth_sendRawTransaction", Hex.Encode(transaction.Raw.Span)))];
        foreach (RpcReply reply in await chain.Rpc.BatchAsync(requests, cancellationToken).ConfigureAwait(false))
        {
            if (reply.Error is { } refused)
            {
                throw refused;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<RpcReceipt> WaitAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_inclusionLimit);
        try
        {
            RpcReceipt? receipt;
            while ((receipt = await chain.FindReceiptAsync(transaction, limit.Token).ConfigureAwait(false)) is null)
            {
                await Task.Delay(s_poll, limit.Token).ConfigureAwait(false);
            }

            return receipt;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DevnetException($"transaction {transaction} was not mined within {s_inclusionLimit.TotalSeconds:0} s", e);
        }
    }
}
