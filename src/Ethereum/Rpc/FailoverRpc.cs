using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// Several servers that know the same chain. A request goes to the healthiest; what fails for reasons of that server goes on to the next.
/// Servers in good health are taken in the order given, so that one's own node comes before a paid one.
/// </summary>
public sealed class FailoverRpc : IJsonRpc, IAsyncDisposable
{
    private const double GoodHealth = 0.7;

    /// <summary>Takes over the endpoints; at least one.</summary>
    public FailoverRpc(IReadOnlyList<RpcEndpoint> endpoints)
    {
        ArgumentOutOfRangeException.ThrowIfZero(endpoints.Count);
        Endpoints = endpoints;
    }

    /// <summary>The servers in the order given.</summary>
    public IReadOnlyList<RpcEndpoint> Endpoints { get; }

    /// <inheritdoc/>
    public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
        TryEachAsync(endpoint => endpoint.RequestAsync(request, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
        TryEachAsync(async endpoint =>
        {
            IReadOnlyList<RpcReply> replies = await endpoint.BatchAsync(requests, cancellationToken).ConfigureAwait(false);
            return replies.FirstOrDefault(r => r.Error is { IsMissingState: true }).Error is { } missing ? throw missing : replies;
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (RpcEndpoint endpoint in Endpoints)
        {
            await endpoint.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<T> TryEachAsync<T>(Func<RpcEndpoint, Task<T>> ask)
    {
        List<RpcException> failures = [];
        foreach (RpcEndpoint endpoint in Endpoints.Select((e, i) => (e, Order: e.Health is var h && h >= GoodHealth ? (1.0, -i) : (h, -i)))
            .OrderByDescending(p => p.Order).Select(p => p.e).ToList())
        {
            try
            {
                return await ask(endpoint).ConfigureAwait(false);
            }
            catch (RpcException e) when (e.IsTransient || e.IsMissingState)
            {
                failures.Add(e);
            }
        }

        throw failures.Count == 1 ? failures[0] : failures[0].AfterFailover(failures);
    }
}
