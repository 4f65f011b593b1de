using Nethereum.RPC.Eth.DTOs;

namespace Gavel.Ethereum;

/// <summary>A block as a node shows it. Nothing here is verified before <see cref="ReadHeader"/>.</summary>
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

    /// <summary>As the node sent it, with the fields of the header.</summary>
    internal Block? Source { get; init; }

    /// <summary>Reads a block object with transactions as hashes, or without them as new heads come.</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static RpcBlock Read(RpcValue block) =>
        Of(NodeJson.Read<BlockWithTransactionHashes>(block.Json, block.Place) ?? throw block.Wrong("a block"), block.Place);

    /// <summary>The header, whose hash is recomputed from its fields and must be the stated one.</summary>
    /// <exception cref="RpcException">A field is missing or malformed, or the hash is another (<see cref="RpcErrorKind.Malformed"/>).</exception>
    public BlockHeader ReadHeader() => BlockHeader.Of(Source ?? throw new InvalidOperationException("no node sent this block"), $"block {Number}");

    internal static RpcBlock Of(BlockWithTransactionHashes block, string place)
    {
        NodeFields fields = new(place);
        return new RpcBlock
        {
            Number = fields.UInt64(block.Number, "number"),
            Hash = fields.Hash(block.BlockHash, "hash"),
            ParentHash = fields.Hash(block.ParentHash, "parentHash"),
            Timestamp = fields.UInt64(block.Timestamp, "timestamp"),
            StateRoot = fields.Hash(block.StateRoot, "stateRoot"),
            TransactionsRoot = fields.Hash(block.TransactionsRoot, "transactionsRoot"),
            ReceiptsRoot = fields.Hash(block.ReceiptsRoot, "receiptsRoot"),
            GasLimit = fields.UInt64(block.GasLimit, "gasLimit"),
            GasUsed = fields.UInt64(block.GasUsed, "gasUsed"),
            BaseFeePerGas = block.BaseFeePerGas is { } fee ? fields.UInt256(fee, "baseFeePerGas") : null,
            TransactionHashes = block.TransactionHashes is { } list ? fields.Hashes(list, "transactions") : [],
            Source = block,
        };
    }
}
