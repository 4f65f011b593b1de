using System.Text.Json.Nodes;

namespace Gavel.Ethereum;

/// <summary>Which logs are wanted: of one block by its hash, or of a range of blocks.</summary>
public sealed record LogFilter
{
    /// <summary>The block; excludes a range. The only form that cannot mix two forks.</summary>
    public Hash32? BlockHash { get; init; }

    /// <summary>First block of the range.</summary>
    public BlockRef From { get; init; }

    /// <summary>Last block of the range.</summary>
    public BlockRef To { get; init; }

    /// <summary>Contracts; none given means any.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];

    /// <summary>For each position the topics of which one must stand there; null or empty means any.</summary>
    public IReadOnlyList<IReadOnlyList<Hash32>?> Topics { get; init; } = [];

    internal JsonObject ToJson()
    {
        JsonObject filter = new()
        {
            ["address"] = new JsonArray([.. Addresses.Select(a => JsonValue.Create(a.ToString()))]),
            ["topics"] = new JsonArray([.. Topics.Select(Position)]),
        };
        if (BlockHash is { } hash)
        {
            filter["blockHash"] = hash.ToString();
            return filter;
        }

        if (From.Hash is not null || To.Hash is not null)
        {
            throw new ArgumentException("a range of logs is given by numbers or tags; for one block by hash set BlockHash");
        }

        filter["fromBlock"] = From.ToString();
        filter["toBlock"] = To.ToString();
        return filter;
    }

    private static JsonArray? Position(IReadOnlyList<Hash32>? topics) =>
        topics is null or { Count: 0 } ? null : new JsonArray([.. topics.Select(t => JsonValue.Create(t.ToString()))]);
}
