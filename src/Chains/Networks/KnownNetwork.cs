using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gavel.Chains;

/// <summary>
/// A chain of the public superchain registry, by its name there. Only addresses and ids are known: which contracts it runs and which game type it
/// respects is read from it.
/// </summary>
/// <param name="Network">Slug and group, such as <c>op-mainnet</c>.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="L1ChainId">L1's chain id.</param>
/// <param name="L2ChainId">Its own.</param>
/// <param name="SystemConfig">L1 address of its <c>SystemConfig</c>.</param>
public sealed record KnownNetwork(string Network, string Name, ulong L1ChainId, ulong L2ChainId, Address SystemConfig)
{
    private static readonly Lazy<NetworkFile> _file = new(Read);

    /// <summary>The day of the registry's state, as YYYY-MM-DD.</summary>
    public static string Date => _file.Value.Date;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<KnownNetwork> All { get; } =
        [.. _file.Value.Networks.Select(row => new KnownNetwork(row.Network, row.Name, row.L1ChainId, row.L2ChainId, Address.Parse(row.SystemConfig)))];

    /// <summary>The network of a name, in any case; null if it is not known.</summary>
    public static KnownNetwork? Find(string network) => All.FirstOrDefault(known => known.Network.Equals(network, StringComparison.OrdinalIgnoreCase));

    private static NetworkFile Read()
    {
        using Stream stream = typeof(KnownNetwork).Assembly.GetManifestResourceStream("networks.json")!;
        return JsonSerializer.Deserialize(stream, NetworkJson.Default.NetworkFile)!;
    }
}

internal sealed record NetworkFile(string Date, IReadOnlyList<NetworkRow> Networks);

internal sealed record NetworkRow(string Network, string Name, ulong L1ChainId, ulong L2ChainId, string SystemConfig);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NetworkFile))]
internal sealed partial class NetworkJson : JsonSerializerContext;
