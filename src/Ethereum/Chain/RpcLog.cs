namespace Gavel.Ethereum;

/// <summary>A log as a node shows it.</summary>
public sealed record RpcLog
{
    /// <summary>The contract that wrote it.</summary>
    public required Address Address { get; init; }

    /// <summary>Up to four topics; the first is the event's signature hash.</summary>
    public required IReadOnlyList<Hash32> Topics { get; init; }

    /// <summary>The arguments that are not indexed.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Height of its block.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>Its block.</summary>
    public required Hash32 BlockHash { get; init; }

    /// <summary>Its transaction.</summary>
    public required Hash32 TransactionHash { get; init; }

    /// <summary>The transaction's place in the block.</summary>
    public required ulong TransactionIndex { get; init; }

    /// <summary>Its place among the logs of the block.</summary>
    public required ulong LogIndex { get; init; }

    /// <summary>True in a subscription for a log that a reorg took back.</summary>
    public bool Removed { get; init; }

    /// <summary>Reads a log of a block (not a pending one).</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static RpcLog Read(RpcValue log) => new()
    {
        Address = log["address"].Address(),
        Topics = Array.ConvertAll(log["topics"].Items(), t => t.Hash()),
        Data = log["data"].Bytes(),
        BlockNumber = log["blockNumber"].UInt64(),
        BlockHash = log["blockHash"].Hash(),
        TransactionHash = log["transactionHash"].Hash(),
        TransactionIndex = log["transactionIndex"].UInt64(),
        LogIndex = log["logIndex"].UInt64(),
        Removed = log["removed"] is { IsNull: false } removed && removed.Boolean(),
    };
}
