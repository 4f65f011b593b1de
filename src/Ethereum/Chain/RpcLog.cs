using System.Text.Json;
using Nethereum.RPC.Eth.DTOs;

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
    public static RpcLog Read(RpcValue log) => Of(NodeJson.Read<FilterLog>(log.Json, log.Place) ?? throw log.Wrong("a log"), log.Place);

    internal static RpcLog Of(FilterLog log, string place)
    {
        const int MaxTopics = 4;
        NodeFields fields = new(place);
        if (log.Topics is { Length: > MaxTopics })
        {
            throw fields.Wrong("topics", $"at most {MaxTopics} topics", $"{log.Topics.Length}");
        }

        return new RpcLog
        {
            Address = fields.Address(log.Address, "address"),
            Topics = fields.Items(log.Topics, "topics", static (topic, at) => new NodeFields(at).Hash(Text(topic), "")),
            Data = fields.Bytes(log.Data, "data"),
            BlockNumber = fields.UInt64(log.BlockNumber, "blockNumber"),
            BlockHash = fields.Hash(log.BlockHash, "blockHash"),
            TransactionHash = fields.Hash(log.TransactionHash, "transactionHash"),
            TransactionIndex = fields.UInt64(log.TransactionIndex, "transactionIndex"),
            LogIndex = fields.UInt64(log.LogIndex, "logIndex"),
            Removed = log.Removed,
        };
    }

    // The library declares topics as objects. A string may hold half of a surrogate pair, which is no text.
    private static string? Text(object topic)
    {
        try
        {
            return topic is JsonElement { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
