using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>A block as a node shows it. Nothing here is verified: recompute the header's hash where the node is not trusted.</summary>
public sealed record RpcBlock
{
    /// <summary>Height.</summary>
    public required ulong Number { get; init; }

    /// <summary>The block's hash.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>The hash of the block before.</summary>
    public required Hash32 ParentHash { get; init; }

    /// <summary>Unix seconds.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>Root of the state trie after the block.</summary>
    public required Hash32 StateRoot { get; init; }

    /// <summary>Root of the transactions' trie.</summary>
    public required Hash32 TransactionsRoot { get; init; }

    /// <summary>Root of the receipts' trie.</summary>
    public required Hash32 ReceiptsRoot { get; init; }

    /// <summary>Gas that the block may use.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>Gas that it used.</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>Wei per gas that is burnt; null before London.</summary>
    public UInt256? BaseFeePerGas { get; init; }

    /// <summary>Hashes of the transactions in their order.</summary>
    public required IReadOnlyList<Hash32> TransactionHashes { get; init; }

    /// <summary>The whole object, with every field of every fork.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>Reads a block object with transactions as hashes or in full.</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static RpcBlock Read(RpcValue block) => new()
    {
        Number = block["number"].UInt64(),
        Hash = block["hash"].Hash(),
        ParentHash = block["parentHash"].Hash(),
        Timestamp = block["timestamp"].UInt64(),
        StateRoot = block["stateRoot"].Hash(),
        TransactionsRoot = block["transactionsRoot"].Hash(),
        ReceiptsRoot = block["receiptsRoot"].Hash(),
        GasLimit = block["gasLimit"].UInt64(),
        GasUsed = block["gasUsed"].UInt64(),
        BaseFeePerGas = block["baseFeePerGas"] is { IsNull: false } fee ? fee.UInt256() : null,
        TransactionHashes = block["transactions"] is { IsNull: false } list // newHeads leave it out
            ? Array.ConvertAll(list.Items(), t => t.Json.ValueKind == JsonValueKind.String ? t.Hash() : t["hash"].Hash())
            : [],
        Json = block.Json,
    };
}
