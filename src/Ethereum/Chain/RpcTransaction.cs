using Nethereum.RPC.Eth.DTOs;

namespace Gavel.Ethereum;

/// <summary>A transaction that a node knows, waiting or mined.</summary>
public sealed record RpcTransaction
{
    /// <summary>Its hash.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>The sender.</summary>
    public required Address From { get; init; }

    /// <summary>The sender's nonce in it.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>Its block; null while it waits.</summary>
    public Hash32? BlockHash { get; init; }

    /// <summary>Height of its block; null while it waits.</summary>
    public ulong? BlockNumber { get; init; }

    internal static RpcTransaction Of(Transaction transaction, string place)
    {
        NodeFields fields = new(place);
        return new RpcTransaction
        {
            Hash = fields.Hash(transaction.TransactionHash, "hash"),
            From = fields.Address(transaction.From, "from"),
            Nonce = fields.UInt64(transaction.Nonce, "nonce"),
            BlockHash = transaction.BlockHash is { } block ? fields.Hash(block, "blockHash") : null,
            BlockNumber = transaction.BlockNumber is { } number ? fields.UInt64(number, "blockNumber") : null,
        };
    }
}
