using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum;

/// <summary>
/// The <c>eth_*</c> methods of an execution node with this library's types. Every method throws <see cref="RpcException"/> where no usable
/// answer came. An answer about another block or transaction than the one asked for by hash is refused.
/// </summary>
public sealed class ChainReader(IJsonRpc rpc)
{
    /// <summary>What the requests go through, for methods that are not here.</summary>
    public IJsonRpc Rpc { get; } = rpc;

    /// <summary><c>eth_chainId</c>.</summary>
    public async Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_chainId"), cancellationToken).ConfigureAwait(false)).UInt64();

    /// <summary><c>eth_blockNumber</c>: the head's height.</summary>
    public async Task<ulong> GetBlockNumberAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_blockNumber"), cancellationToken).ConfigureAwait(false)).UInt64();

    /// <summary>A block, or null if the node does not have it.</summary>
    public async Task<RpcBlock?> FindBlockAsync(BlockRef at, CancellationToken cancellationToken)
    {
        RpcValue block = await AskAsync(BlockRequest(at), cancellationToken).ConfigureAwait(false);
        return block.IsNull ? null : ReadBlock(block, at);
    }

    /// <summary>A block that the node should have.</summary>
    /// <exception cref="RpcException">Also if the node does not have it (<see cref="RpcErrorKind.NodeError"/>).</exception>
    public async Task<RpcBlock> GetBlockAsync(BlockRef at, CancellationToken cancellationToken) =>
        await FindBlockAsync(at, cancellationToken).ConfigureAwait(false)
        ?? throw new RpcException(RpcErrorKind.NodeError, $"the node does not have block {at}");

    /// <summary><c>eth_call</c>: what the contract returns.</summary>
    /// <exception cref="RpcException">Also of kind <see cref="RpcErrorKind.Revert"/>.</exception>
    public async Task<byte[]> CallAsync(CallRequest call, BlockRef at, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_call", call.ToJson(), at.ToJson()), cancellationToken).ConfigureAwait(false)).Bytes();

    /// <summary>
    /// Many <c>eth_call</c>s at one block in as few round trips as possible; results in order. A revert, or a node's error about one call, is that
    /// call's result.
    /// </summary>
    public async Task<IReadOnlyList<CallResult>> CallManyAsync(
        IReadOnlyList<CallRequest> calls, BlockRef at, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = [.. calls.Select(c => new RpcRequest("eth_call", c.ToJson(), at.ToJson()))];
        IReadOnlyList<RpcReply> replies = await Rpc.BatchAsync(requests, cancellationToken).ConfigureAwait(false);
        return [.. replies.Select((reply, i) => CallResult.Of(reply, i))];
    }

    /// <summary>The code of many accounts, as <see cref="GetCodeAsync"/>; an error about one account is that account's result.</summary>
    public async Task<IReadOnlyList<CallResult>> GetCodesAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = [.. accounts.Select(account => new RpcRequest("eth_getCode", account.ToString(), at.ToJson()))];
        IReadOnlyList<RpcReply> replies = await Rpc.BatchAsync(requests, cancellationToken).ConfigureAwait(false);
        return [.. replies.Select(static (reply, i) => CallResult.Of(reply, i))];
    }

    /// <summary><c>eth_estimateGas</c>.</summary>
    /// <exception cref="RpcException">Also of kind <see cref="RpcErrorKind.Revert"/>.</exception>
    public async Task<ulong> EstimateGasAsync(CallRequest call, BlockRef at, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_estimateGas", call.ToJson(), at.ToJson()), cancellationToken).ConfigureAwait(false)).UInt64();

    /// <summary><c>eth_getBalance</c>, in wei.</summary>
    public async Task<UInt256> GetBalanceAsync(Address account, BlockRef at, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_getBalance", account.ToString(), at.ToJson()), cancellationToken).ConfigureAwait(false)).UInt256();

    /// <summary><c>eth_getTransactionCount</c>: the account's next nonce at that block.</summary>
    public async Task<ulong> GetTransactionCountAsync(Address account, BlockRef at, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_getTransactionCount", account.ToString(), at.ToJson()), cancellationToken).ConfigureAwait(false)).UInt64();

    /// <summary><c>eth_getCode</c>; empty for an account without code.</summary>
    public async Task<byte[]> GetCodeAsync(Address account, BlockRef at, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_getCode", account.ToString(), at.ToJson()), cancellationToken).ConfigureAwait(false)).Bytes();

    /// <summary><c>eth_getStorageAt</c>.</summary>
    public async Task<Hash32> GetStorageAtAsync(Address account, Hash32 slot, BlockRef at, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_getStorageAt", account.ToString(), slot.ToString(), at.ToJson()), cancellationToken).ConfigureAwait(false)).Hash();

    /// <summary><c>eth_getProof</c>; nothing of it is to be believed before <see cref="AccountProof.Verify"/>.</summary>
    public async Task<AccountProof> GetProofAsync(
        Address account, IReadOnlyList<Hash32> slots, BlockRef at, CancellationToken cancellationToken)
    {
        JsonArray list = new([.. slots.Select(s => JsonValue.Create(s.ToString()))]);
        RpcValue answer = await AskAsync(new("eth_getProof", account.ToString(), list, at.ToJson()), cancellationToken).ConfigureAwait(false);
        try
        {
            AccountProof proof = AccountProof.FromJson(answer.Json, answer.Place);
            bool same = proof.Address == account && proof.Storage.Select(s => s.Slot).SequenceEqual(slots);
            return same ? proof : throw answer["storageProof"].Wrong($"a proof of {account} with {slots.Count} slots in the order asked for");
        }
        catch (ChainDataException error)
        {
            throw new RpcException(RpcErrorKind.Malformed, error.Message, error);
        }
    }

    /// <summary><c>eth_getLogs</c>.</summary>
    public async Task<IReadOnlyList<RpcLog>> GetLogsAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        RpcValue answer = await AskAsync(new("eth_getLogs", filter.ToJson()), cancellationToken).ConfigureAwait(false);
        RpcLog[] logs = Array.ConvertAll(answer.Items(), RpcLog.Read);
        return filter.BlockHash is { } hash && logs.Any(l => l.BlockHash != hash) ? throw answer.Wrong($"logs of block {hash} alone") : logs;
    }

    /// <summary>A receipt, or null while the transaction is not mined.</summary>
    public async Task<RpcReceipt?> FindReceiptAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        RpcValue answer = await AskAsync(new("eth_getTransactionReceipt", transaction.ToString()), cancellationToken).ConfigureAwait(false);
        if (answer.IsNull)
        {
            return null;
        }

        RpcReceipt receipt = RpcReceipt.Read(answer);
        return receipt.TransactionHash == transaction ? receipt : throw answer["transactionHash"].Wrong(transaction.ToString());
    }

    /// <summary><c>eth_getBlockReceipts</c> in the order of the transactions, or null if the node does not have the block.</summary>
    public async Task<IReadOnlyList<RpcReceipt>?> FindBlockReceiptsAsync(BlockRef at, CancellationToken cancellationToken)
    {
        // By plain hash rather than by the object of EIP-1898, which several nodes do not take here.
        RpcValue answer = await AskAsync(new("eth_getBlockReceipts", at.ToString()), cancellationToken).ConfigureAwait(false);
        if (answer.IsNull)
        {
            return null;
        }

        RpcReceipt[] receipts = Array.ConvertAll(answer.Items(), RpcReceipt.Read);
        return at.Hash is { } hash && receipts.Any(r => r.BlockHash != hash) ? throw answer.Wrong($"receipts of block {hash}") : receipts;
    }

    /// <summary><c>eth_getTransactionByHash</c>: the transaction object, of which the block's hash is null while it waits; or null if unknown.</summary>
    public async Task<RpcValue?> FindTransactionAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        RpcValue answer = await AskAsync(new("eth_getTransactionByHash", transaction.ToString()), cancellationToken).ConfigureAwait(false);
        return answer.IsNull ? null
            : answer["hash"].Hash() == transaction ? answer
            : throw answer["hash"].Wrong(transaction.ToString());
    }

    /// <summary><c>eth_sendRawTransaction</c>: the hash of the transaction that the node took.</summary>
    public async Task<Hash32> SendRawTransactionAsync(ReadOnlyMemory<byte> signed, CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_sendRawTransaction", Hex.Encode(signed.Span)), cancellationToken).ConfigureAwait(false)).Hash();

    /// <summary><c>eth_feeHistory</c> of <paramref name="count"/> blocks up to <paramref name="newest"/> (a tag or number).</summary>
    public async Task<FeeHistory> GetFeeHistoryAsync(
        int count, BlockRef newest, IReadOnlyList<double> percentiles, CancellationToken cancellationToken)
    {
        JsonArray wanted = new([.. percentiles.Select(p => JsonValue.Create(p))]);
        RpcValue answer = await AskAsync(new("eth_feeHistory", Hex.Quantity((ulong)count), newest.ToString(), wanted), cancellationToken).ConfigureAwait(false);
        return FeeHistory.Read(answer);
    }

    /// <summary><c>eth_maxPriorityFeePerGas</c>: the node's suggested tip, wei per gas.</summary>
    public async Task<UInt256> GetMaxPriorityFeePerGasAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_maxPriorityFeePerGas"), cancellationToken).ConfigureAwait(false)).UInt256();

    /// <summary><c>eth_blobBaseFee</c>: wei per blob gas in the next block.</summary>
    public async Task<UInt256> GetBlobBaseFeeAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_blobBaseFee"), cancellationToken).ConfigureAwait(false)).UInt256();

    /// <summary><c>eth_gasPrice</c>, wei per gas.</summary>
    public async Task<UInt256> GetGasPriceAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new("eth_gasPrice"), cancellationToken).ConfigureAwait(false)).UInt256();

    private static RpcRequest BlockRequest(BlockRef at) =>
        at.Hash is { } hash
            ? new RpcRequest("eth_getBlockByHash", hash.ToString(), false)
            : new RpcRequest("eth_getBlockByNumber", at.ToString(), false);

    private static RpcBlock ReadBlock(RpcValue value, BlockRef at)
    {
        RpcBlock block = RpcBlock.Read(value);
        return at.Hash is { } hash && hash != block.Hash ? throw value["hash"].Wrong(hash.ToString())
            : at.Number is { } number && number != block.Number ? throw value["number"].Wrong(number.ToString(CultureInfo.InvariantCulture))
            : block;
    }

    private async Task<RpcValue> AskAsync(RpcRequest request, CancellationToken cancellationToken)
    {
        JsonElement result = await Rpc.RequestAsync(request, cancellationToken).ConfigureAwait(false);
        return new RpcValue(result, request.Method);
    }
}
