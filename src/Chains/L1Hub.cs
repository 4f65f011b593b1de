using Gavel.Ethereum;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>
/// An L1 as all configured chains on it see it: one set of endpoints with one health, and one head, asked for once however many chains want it. Chains
/// that name an endpoint in common are on one L1; it is read through the endpoints of all of them. It outlives the chains, which may be set up anew.
/// </summary>
public sealed class L1Hub : IAsyncDisposable
{
    // A head that was asked for by another chain is as good as one's own for so long.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _served = []; // chains that have had the last head
    private readonly SharedExclusion _exclusion;
    private Task<ChainHead>? _asking;
    private ChainHead? _last;
    private long _lastAt;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="chains">The chains, at least one; where two treat an endpoint differently the first one's options hold.</param>
    /// <param name="logger">Where odd answers of endpoints are told.</param>
    /// <exception cref="FormatException">An endpoint is malformed.</exception>
    public L1Hub(IReadOnlyList<ChainOptions> chains, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(chains);
        Chains = [.. chains.Select(chain => chain.Name)];
        (EndpointUrl Url, RpcOptions Access)[] endpoints =
            [.. chains.SelectMany(chain => chain.L1.Select(url => (Url: EndpointUrl.Parse(url), Access: chain.L1Access()))).DistinctBy(endpoint => endpoint.Url)];
        Endpoints = new FailoverRpc([.. endpoints.Select(endpoint => new RpcEndpoint(endpoint.Url, endpoint.Access))], chains[0].L1Access());
        Reader = new ChainReader(Endpoints);
        _exclusion = new SharedExclusion(Endpoints);
        foreach (RpcEndpoint endpoint in Endpoints.Endpoints)
        {
            EndpointVoice.Listen(endpoint, string.Join(", ", Chains), logger);
        }
    }

    /// <summary>The names of the chains on it.</summary>
    public IReadOnlyList<string> Chains { get; }

    /// <summary>Its endpoints, with their dangers.</summary>
    public FailoverRpc Endpoints { get; }

    /// <summary>Reads it.</summary>
    public ChainReader Reader { get; }

    /// <summary>Leaves endpoints out in the name of a chain: one that several chains leave out comes back when the last of them takes it back.</summary>
    public ILeavesOut ExclusionBy(string chain) => _exclusion.By(chain);

    /// <summary>The head, as it was told within the last second to another chain, or told now. A chain is never given the same answer twice.</summary>
    /// <param name="chain">Who asks.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="RpcException">No endpoint told its head.</exception>
    public async Task<ChainHead> HeadAsync(string chain, CancellationToken cancellationToken)
    {
        Task<ChainHead> asking;
        lock (_lock)
        {
            if (_asking is null && _last is { } head && TimeProvider.System.GetElapsedTime(_lastAt) < Fresh && _served.Add(chain))
            {
                return head;
            }

            asking = _asking ??= Task.Run(AskAsync, CancellationToken.None);
        }

        ChainHead told = await asking.WaitAsync(cancellationToken);
        lock (_lock)
        {
            _served.Add(chain);
        }

        return told;
    }

    /// <summary>Waits until there is a reason to look: an endpoint has announced a head that is not the known one, or another chain has been told one.</summary>
    public async Task ChangedAsync(ChainHead known, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(known);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task announced = Endpoints.Heads.AnnouncedAsync(known, Timeout.InfiniteTimeSpan, over.Token);
        Task<bool> told = ToldAnotherAsync(known, over.Token);
        await Task.WhenAny(announced, told);
        await over.CancelAsync();
        await Task.WhenAll(announced, told).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Endpoints.DisposeAsync();

    private async Task<ChainHead> AskAsync()
    {
        try
        {
            ChainHead head = await Endpoints.Heads.HeadAsync(CancellationToken.None);
            lock (_lock)
            {
                bool isOther = head.Hash != _last?.Hash;
                (_last, _lastAt) = (head, TimeProvider.System.GetTimestamp());
                _served.Clear();
                if (isOther)
                {
                    _changed.SetResult();
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            return head;
        }
        finally
        {
            lock (_lock)
            {
                _asking = null;
            }
        }
    }

    private async Task<bool> ToldAnotherAsync(ChainHead known, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_last is { } last && last.Hash != known.Hash && last.Number >= known.Number)
                {
                    return true;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }
}
