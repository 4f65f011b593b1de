using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Nethereum.RPC.Eth.DTOs;
using Newtonsoft.Json;

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

    /// <summary>The filter that Nethereum's services take.</summary>
    /// <exception cref="ArgumentException">A bound of the range is a hash.</exception>
    public NewFilterInput ToInput()
    {
        if (BlockHash is null && (From.Hash ?? To.Hash) is not null)
        {
            throw new ArgumentException("a range of logs is given by numbers or tags; for one block by hash set BlockHash");
        }

        return new BlockFilterInput
        {
            BlockHash = BlockHash?.ToString(),
            FromBlock = BlockHash is null ? From.ToParameter() : null,
            ToBlock = BlockHash is null ? To.ToParameter() : null,
            Address = Addresses.Count == 0 ? null : [.. Addresses.Select(a => a.ToString())],
            Topics = [.. Topics.Select(t => t is null or { Count: 0 } ? null : t.Select(one => one.ToString()).ToArray())],
        };
    }

    internal JsonObject ToJson() => NodeJson.Write(ToInput())!.AsObject();

    /// <summary>Nethereum's filter has no block hash (EIP-234).</summary>
    private sealed class BlockFilterInput : NewFilterInput
    {
        [JsonProperty("blockHash")]
        [JsonPropertyName("blockHash")]
        public string? BlockHash { get; init; }
    }
}
