using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Filters;
using Nethereum.RPC.Eth.Transactions;

namespace Gavel.Ethereum;

/// <summary>
/// The <c>eth_*</c> methods of an execution node, asked through Nethereum's services and given in this library's types. Every method throws
/// <see cref="RpcException"/> where no usable answer came. An answer about another block or transaction than the one asked for is refused.
/// </summary>
public sealed class ChainReader(IJsonRpc rpc)
{
    /// <summary>What the requests go through, for methods that are not here.</summary>
    public IJsonRpc Rpc { get; } = rpc;

    /// <summary><c>eth_chainId</c>.</summary>
    public async Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) =>
        new NodeFields("eth_chainId").UInt64(await AskAsync(c => new EthChainId(c).SendRequestAsync(), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_blockNumber</c>: the head's height.</summary>
    public async Task<ulong> GetBlockNumberAsync(CancellationToken cancellationToken) =>
        new NodeFields("eth_blockNumber").UInt64(await AskAsync(c => new EthBlockNumber(c).SendRequestAsync(), cancellationToken).ConfigureAwait(false), "");

    /// <summary>A block, or null if the node does not have it.</summary>
    public async Task<RpcBlock?> FindBlockAsync(BlockRef at, CancellationToken cancellationToken)
    {
        string place = at.Hash is null ? "eth_getBlockByNumber" : "eth_getBlockByHash";
        BlockWithTransactionHashes? answer = await AskAsync(
            c => at.Hash is { } hash
                ? new EthGetBlockWithTransactionsHashesByHash(c).SendRequestAsync(hash.ToString())
                : new EthGetBlockWithTransactionsHashesByNumber(c).SendRequestAsync(at.ToParameter()),
            cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        RpcBlock block = RpcBlock.Of(answer, place);
        NodeFields fields = new(place);
        return at.Hash is { } asked && asked != block.Hash ? throw fields.Wrong("hash", asked.ToString(), answer.BlockHash)
            : at.Number is { } number && number != block.Number
                ? throw fields.Wrong("number", number.ToString(CultureInfo.InvariantCulture), answer.Number.HexValue)
            : block;
    }

    /// <summary>A block that the node should have.</summary>
    /// <exception cref="RpcException">Also if the node does not have it (<see cref="RpcErrorKind.NodeError"/>).</exception>
    public async Task<RpcBlock> GetBlockAsync(BlockRef at, CancellationToken cancellationToken) =>
        await FindBlockAsync(at, cancellationToken).ConfigureAwait(false)
        ?? throw new RpcException(RpcErrorKind.NodeError, $"the node does not have block {at}");

    /// <summary><c>eth_call</c>: what the contract returns.</summary>
    /// <exception cref="RpcException">Also of kind <see cref="RpcErrorKind.Revert"/>.</exception>
    public async Task<byte[]> CallAsync(CallRequest call, BlockRef at, CancellationToken cancellationToken) =>
        new NodeFields("eth_call").Bytes(
            await AskAsync(c => new EthCall(c).SendRequestAsync(call.ToInput(), at.ToParameter()), cancellationToken).ConfigureAwait(false), "");

    /// <summary>
    /// Many <c>eth_call</c>s at one block in as few round trips as possible; results in order. A revert, or a node's error about one call, is that
    /// call's result.
    /// </summary>
    public async Task<IReadOnlyList<CallResult>> CallManyAsync(
        IReadOnlyList<CallRequest> calls, BlockRef at, CancellationToken cancellationToken)
    {
        BlockParameter block = at.ToParameter();
        IReadOnlyList<RpcReply> replies = await AskAsync(
            c => c.AskManyAsync(calls.Select(call => new EthCall(c).BuildRequest(call.ToInput(), block))), cancellationToken).ConfigureAwait(false);
        return [.. replies.Select((reply, i) => CallResult.Of(reply, i))];
    }

    /// <summary>The code of many accounts, as <see cref="GetCodeAsync"/>; an error about one account is that account's result.</summary>
    public async Task<IReadOnlyList<CallResult>> GetCodesAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = [.. accounts.Select(account => new RpcRequest("eth_getCode", account.ToString(), at.ToJson()))];
        IReadOnlyList<RpcReply> replies = await Rpc.BatchExactlyAsync(requests, cancellationToken).ConfigureAwait(false);
        return [.. replies.Select(static (reply, i) => CallResult.Of(reply, i))];
    }

    /// <summary><c>eth_estimateGas</c>.</summary>
    /// <exception cref="RpcException">Also of kind <see cref="RpcErrorKind.Revert"/>.</exception>
    public async Task<ulong> EstimateGasAsync(CallRequest call, BlockRef at, CancellationToken cancellationToken)
    {
        // Nethereum's service has no block.
        HexBigInteger? gas = await AskAsync(
            c => c.SendRequestAsync<HexBigInteger>("eth_estimateGas", null, call.ToInput(), at.ToParameter()), cancellationToken).ConfigureAwait(false);
        return new NodeFields("eth_estimateGas").UInt64(gas, "");
    }

    /// <summary><c>eth_getBalance</c>, in wei.</summary>
    public async Task<UInt256> GetBalanceAsync(Address account, BlockRef at, CancellationToken cancellationToken) =>
        new NodeFields("eth_getBalance").UInt256(
            await AskAsync(c => new EthGetBalance(c).SendRequestAsync(account.ToString(), at.ToParameter()), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_getTransactionCount</c>: the account's next nonce at that block.</summary>
    public async Task<ulong> GetTransactionCountAsync(Address account, BlockRef at, CancellationToken cancellationToken) =>
        new NodeFields("eth_getTransactionCount").UInt64(
            await AskAsync(c => new EthGetTransactionCount(c).SendRequestAsync(account.ToString(), at.ToParameter()), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_getCode</c>; empty for an account without code.</summary>
    public async Task<byte[]> GetCodeAsync(Address account, BlockRef at, CancellationToken cancellationToken) =>
        new NodeFields("eth_getCode").Bytes(
            await AskAsync(c => new EthGetCode(c).SendRequestAsync(account.ToString(), at.ToParameter()), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_getStorageAt</c>.</summary>
    public async Task<Hash32> GetStorageAtAsync(Address account, Hash32 slot, BlockRef at, CancellationToken cancellationToken) =>
        new NodeFields("eth_getStorageAt").Hash(
            await AskAsync(
                c => new EthGetStorageAt(c).SendRequestAsync(account.ToString(), new HexBigInteger(slot.ToString()), at.ToParameter()),
                cancellationToken).ConfigureAwait(false),
            "");

    /// <summary><c>eth_getProof</c>; nothing of it is to be believed before <see cref="AccountProof.Verify"/>.</summary>
    public async Task<AccountProof> GetProofAsync(
        Address account, IReadOnlyList<Hash32> slots, BlockRef at, CancellationToken cancellationToken)
    {
        string[] keys = [.. slots.Select(s => s.ToString())];
        Nethereum.RPC.Eth.DTOs.AccountProof? answer = await AskAsync(
            c => new EthGetProof(c).SendRequestAsync(account.ToString(), keys, at.ToParameter()), cancellationToken).ConfigureAwait(false);
        return AccountProof.Of(answer, account, slots);
    }

    /// <summary>
    /// The proofs of many accounts, without slots, in as few round trips as possible; results in order. An error about one account is that
    /// account's result. Nothing of a proof is to be believed before <see cref="AccountProof.Verify"/>.
    /// </summary>
    public async Task<IReadOnlyList<(AccountProof? Proof, RpcException? Error)>> GetProofsAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = [.. accounts.Select(account => new RpcRequest("eth_getProof", account.ToString(), new JsonArray(), at.ToJson()))];
        IReadOnlyList<RpcReply> replies = await Rpc.BatchExactlyAsync(requests, cancellationToken).ConfigureAwait(false);
        return [.. replies.Select((reply, i) => ProofOf(reply, accounts[i]))];
    }

    /// <summary><c>eth_getLogs</c>.</summary>
    public async Task<IReadOnlyList<RpcLog>> GetLogsAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        const string Place = "eth_getLogs";
        NewFilterInput wanted = filter.ToInput();
        FilterLog[]? answer = await AskAsync(c => new EthGetLogs(c).SendRequestAsync(wanted), cancellationToken).ConfigureAwait(false);
        RpcLog[] logs = new NodeFields(Place).Items(answer, "", RpcLog.Of);
        return filter.BlockHash is { } hash && logs.FirstOrDefault(l => l.BlockHash != hash) is { } other
            ? throw new NodeFields(Place).Wrong("", $"logs of block {hash} alone", other.BlockHash.ToString())
            : logs;
    }

    /// <summary>A receipt, or null while the transaction is not mined.</summary>
    public async Task<RpcReceipt?> FindReceiptAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        const string Place = "eth_getTransactionReceipt";
        TransactionReceipt? answer = await AskAsync(
            c => new EthGetTransactionReceipt(c).SendRequestAsync(transaction.ToString()), cancellationToken).ConfigureAwait(false);
        return answer is null ? null
            : RpcReceipt.Of(answer, Place) is { } receipt && receipt.TransactionHash == transaction ? receipt
            : throw new NodeFields(Place).Wrong("transactionHash", transaction.ToString(), answer.TransactionHash);
    }

    /// <summary><c>eth_getBlockReceipts</c> in the order of the transactions, or null if the node does not have the block.</summary>
    public async Task<IReadOnlyList<RpcReceipt>?> FindBlockReceiptsAsync(BlockRef at, CancellationToken cancellationToken)
    {
        // By plain hash rather than by the object of EIP-1898, which several nodes do not take here; Nethereum's service knows only numbers.
        NodeFields fields = new("eth_getBlockReceipts");
        TransactionReceipt?[]? answer = await AskAsync(
            c => c.SendRequestAsync<TransactionReceipt[]>("eth_getBlockReceipts", null, at.ToString()), cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        RpcReceipt[] receipts = fields.Items(answer, "", RpcReceipt.Of);
        return at.Hash is { } hash && receipts.FirstOrDefault(r => r.BlockHash != hash) is { } other
            ? throw fields.Wrong("", $"receipts of block {hash}", other.BlockHash.ToString())
            : receipts;
    }

    /// <summary><c>eth_getTransactionByHash</c>: a transaction that waits or is mined, or null if it is unknown.</summary>
    public async Task<RpcTransaction?> FindTransactionAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        const string Place = "eth_getTransactionByHash";
        Transaction? answer = await AskAsync(
            c => new EthGetTransactionByHash(c).SendRequestAsync(transaction.ToString()), cancellationToken).ConfigureAwait(false);
        return answer is null ? null
            : RpcTransaction.Of(answer, Place) is { } found && found.Hash == transaction ? found
            : throw new NodeFields(Place).Wrong("hash", transaction.ToString(), answer.TransactionHash);
    }

    /// <summary><c>eth_sendRawTransaction</c>: the hash of the transaction that the node took.</summary>
    public async Task<Hash32> SendRawTransactionAsync(ReadOnlyMemory<byte> signed, CancellationToken cancellationToken) =>
        new NodeFields("eth_sendRawTransaction").Hash(
            await AskAsync(c => new EthSendRawTransaction(c).SendRequestAsync(Hex.Encode(signed.Span)), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_feeHistory</c> of <paramref name="count"/> blocks up to <paramref name="newest"/> (a tag or number).</summary>
    public async Task<FeeHistory> GetFeeHistoryAsync(
        int count, BlockRef newest, IReadOnlyList<double> percentiles, CancellationToken cancellationToken)
    {
        decimal[] wanted = [.. percentiles.Select(p => (decimal)p)];
        JsonElement answer = await AskAsync(
            c => c.SendRequestAsync<JsonElement>(
                new EthFeeHistory(c).BuildRequest(new HexBigInteger(Hex.Quantity((ulong)count)), newest.ToParameter(), wanted)),
            cancellationToken).ConfigureAwait(false);
        return FeeHistory.Read(new RpcValue(answer, "eth_feeHistory"));
    }

    /// <summary><c>eth_maxPriorityFeePerGas</c>: the node's suggested tip, wei per gas.</summary>
    public async Task<UInt256> GetMaxPriorityFeePerGasAsync(CancellationToken cancellationToken) =>
        new NodeFields("eth_maxPriorityFeePerGas").UInt256(
            await AskAsync(c => new EthMaxPriorityFeePerGas(c).SendRequestAsync(), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_blobBaseFee</c>: wei per blob gas in the next block.</summary>
    public async Task<UInt256> GetBlobBaseFeeAsync(CancellationToken cancellationToken) =>
        new NodeFields("eth_blobBaseFee").UInt256(
            await AskAsync(c => c.SendRequestAsync<HexBigInteger>("eth_blobBaseFee", null), cancellationToken).ConfigureAwait(false), "");

    /// <summary><c>eth_gasPrice</c>, wei per gas.</summary>
    public async Task<UInt256> GetGasPriceAsync(CancellationToken cancellationToken) =>
        new NodeFields("eth_gasPrice").UInt256(await AskAsync(c => new EthGasPrice(c).SendRequestAsync(), cancellationToken).ConfigureAwait(false), "");

    private static (AccountProof? Proof, RpcException? Error) ProofOf(RpcReply reply, Address account)
    {
        try
        {
            return (AccountProof.Of(NodeJson.Read<Nethereum.RPC.Eth.DTOs.AccountProof>(reply.Result, "eth_getProof"), account, []), null);
        }
        catch (RpcException error)
        {
            return (null, error);
        }
    }

    private async Task<T> AskAsync<T>(Func<GavelClient, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(new GavelClient(Rpc, cancellationToken)).ConfigureAwait(false);
        }
        catch (NodeCallException fault)
        {
            ExceptionDispatchInfo.Throw(fault.Cause);
            throw;
        }
    }
}
