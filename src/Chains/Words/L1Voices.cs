using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>L1's endpoints, each asked by itself for what it tells of games.</summary>
internal sealed class L1Voices(FailoverRpc l1, TimeProvider clock)
{
    private static readonly TimeSpan EndpointLimit = TimeSpan.FromSeconds(10);

    private readonly (EndpointUrl Url, ChainReader Node)[] _each = [.. l1.Endpoints.Select(endpoint => (endpoint.Url, new ChainReader(endpoint)))];

    /// <summary>How many there are.</summary>
    public int Count => _each.Length;

    /// <summary>How many must tell a thing alike, and none otherwise, where there is no proof: two, where there are two.</summary>
    public int Needed => Math.Min(2, Count);

    /// <summary>Their addresses.</summary>
    public IEnumerable<EndpointUrl> Urls => _each.Select(one => one.Url);

    /// <summary>Each by itself.</summary>
    public IEnumerable<ChainReader> Nodes => _each.Select(one => one.Node);

    /// <summary>What one endpoint tells of games now; null for those of which it tells nothing.</summary>
    public Task<IReadOnlyList<ToldWords?>> ToldAsync(
        EndpointUrl endpoint, IReadOnlyList<Address> games, BlockRef at, CancellationToken cancellationToken) =>
        AskAsync(endpoint, games, at, ToldWords.AskAsync, cancellationToken);

    /// <summary>What one endpoint tells now of games with a placeholder; null for those of which it tells nothing.</summary>
    public Task<IReadOnlyList<ToldPlaceholder?>> ToldPlaceholdersAsync(
        EndpointUrl endpoint, IReadOnlyList<Address> games, BlockRef at, CancellationToken cancellationToken) =>
        AskAsync(endpoint, games, at, ToldPlaceholder.AskAsync, cancellationToken);

    /// <summary>Some of them in words.</summary>
    public static string Names(IEnumerable<EndpointUrl> endpoints) =>
        string.Join(" and ", endpoints) is { Length: > 0 } names ? names : "none that answers now";

    /// <summary>What one endpoint tells within its time; null where it tells nothing.</summary>
    public async Task<T?> InTimeAsync<T>(Func<CancellationToken, Task<T?>> ask, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(EndpointLimit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ask(either.Token);
        }
        catch (Exception error) when (error is RpcException or ContractReadException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return default;
        }
    }

    private async Task<IReadOnlyList<T?>> AskAsync<T>(
        EndpointUrl endpoint,
        IReadOnlyList<Address> games,
        BlockRef at,
        Func<ChainReader, IReadOnlyList<Address>, BlockRef, CancellationToken, Task<IReadOnlyList<T?>>> ask,
        CancellationToken cancellationToken)
        where T : class
    {
        ChainReader node = Array.Find(_each, one => one.Url.Equals(endpoint)).Node;
        return await InTimeAsync<IReadOnlyList<T?>>(async stop => await ask(node, games, at, stop), cancellationToken) ?? new T?[games.Count];
    }
}
