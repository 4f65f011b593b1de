using Gavel.Ethereum;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>The L1s of all configured chains: chains that name an endpoint in common, by themselves or through others, share a hub.</summary>
/// <param name="chains">The chains.</param>
/// <param name="made">Told of each hub when it is made.</param>
/// <param name="logger">Where odd answers of endpoints are told.</param>
public sealed class L1Hubs(IReadOnlyList<ChainOptions> chains, Action<L1Hub> made, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<L1Hub> _hubs = [];

    /// <summary>The hub of a chain.</summary>
    /// <exception cref="FormatException">An endpoint is malformed.</exception>
    public L1Hub Of(ChainOptions chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        lock (_lock)
        {
            L1Hub? hub = _hubs.Find(known => known.Chains.Contains(chain.Name));
            if (hub is null)
            {
                hub = new L1Hub(Together(chain), logger);
                _hubs.Add(hub);
                made(hub);
            }

            return hub;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (L1Hub hub in _hubs)
        {
            await hub.DisposeAsync();
        }
    }

    // In the order configured.
    private ChainOptions[] Together(ChainOptions chain)
    {
        HashSet<EndpointUrl> endpoints = [.. chain.L1.Select(EndpointUrl.Parse)];
        ChainOptions[] together = [];
        int before;
        do
        {
            before = endpoints.Count;
            together = [.. chains.Where(other => other.L1.Select(EndpointUrl.Parse).Any(endpoints.Contains))];
            endpoints.UnionWith(together.SelectMany(other => other.L1.Select(EndpointUrl.Parse)));
        }
        while (endpoints.Count > before);

        return together.Length > 0 ? together : [chain];
    }
}
