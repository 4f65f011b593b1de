using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// Several servers of the same chain. A request goes to the first in good health, in the order given, so that one's own node comes before a
/// paid one. A server that keeps silent for longer than its patience is not waited for alone: the next is asked beside it, and the first good
/// answer counts. For a read only a result or a revert is an answer (see <see cref="RpcErrorKind"/>); every other error goes on to the next
/// server, for that request alone. Requests must be repeatable, as all reads and <c>eth_sendRawTransaction</c> are.
/// </summary>
public sealed class FailoverRpc : IJsonRpc, ILeavesOut, IDangerSource, IAsyncDisposable
{
    private readonly EndpointSlot[] _slots;
    private readonly ChainIdentity _chain;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _learning = new(1, 1);

    /// <summary>Takes over the endpoints; at least one.</summary>
    /// <param name="endpoints">The servers, the preferred first.</param>
    /// <param name="options">Options of the chain; by default those of the first endpoint.</param>
    /// <param name="time">The clock of patience, probes and heads.</param>
    /// <exception cref="ArgumentException">The options contradict each other or are out of range.</exception>
    public FailoverRpc(IReadOnlyList<RpcEndpoint> endpoints, RpcOptions? options = null, TimeProvider? time = null)
        : this(endpoints, options ?? First(endpoints).Options, ChainQuestion.Execution, time ?? TimeProvider.System)
    {
    }

    /// <summary>Connects to nothing yet.</summary>
    public FailoverRpc(IEnumerable<EndpointUrl> urls, RpcOptions? options = null, TimeProvider? time = null)
        : this([.. urls.Select(url => new RpcEndpoint(url, options, time))], options, time)
    {
    }

    /// <summary>
    /// One server that stands for itself, as each trusted L2 node does, with what is done for several: it is probed while it is sick, must show of
    /// which chain it is, and its troubles are <see cref="Dangers"/>. Connects to nothing yet.
    /// </summary>
    /// <param name="url">The server.</param>
    /// <param name="expectedChainId">
    /// The chain that it must be of, whatever <see cref="RpcOptions.ExpectedChainId"/> says of another. Null: it tells, and must stay with it; if it
    /// answers the question with an error it is not asked again for a while, and served all the same.
    /// </param>
    /// <param name="options">How it is treated.</param>
    /// <param name="question">How it shows its chain; by default as execution nodes do.</param>
    /// <param name="time">The clock of probes and heads.</param>
    /// <exception cref="ArgumentException">The options contradict each other or are out of range.</exception>
    public FailoverRpc(EndpointUrl url, ulong? expectedChainId, RpcOptions? options = null, ChainQuestion? question = null, TimeProvider? time = null)
        : this(
            [new RpcEndpoint(url, options, time)],
            (options ?? new RpcOptions()) with { ExpectedChainId = expectedChainId },
            question ?? ChainQuestion.Execution,
            time ?? TimeProvider.System)
    {
    }

    private FailoverRpc(IReadOnlyList<RpcEndpoint> endpoints, RpcOptions options, ChainQuestion question, TimeProvider time)
    {
        Endpoints = endpoints;
        _options = options.Checked();
        _time = time;
        _chain = new ChainIdentity(_options.ExpectedChainId);
        _slots = [.. endpoints.Select(e => new EndpointSlot(e, _chain, question, isOnly: endpoints.Count == 1, _time))];
        Heads = new ChainHeads(this, _slots, _options, _time);
    }

    /// <summary>The servers in the order given.</summary>
    public IReadOnlyList<RpcEndpoint> Endpoints { get; }

    /// <summary>The chain's head and its age, over all servers.</summary>
    public ChainHeads Heads { get; }

    /// <summary>The chain id that the servers must have; null before the first answer where none is configured.</summary>
    public ulong? ChainId => _chain.Expected;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => EndpointDangers.Of(_slots, Heads, _time);

    /// <inheritdoc/>
    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
        (await AskAsync([request], cancellationToken).ConfigureAwait(false)).Replies[0].Result;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            return requests.Count == 0 ? [] : (await AskAsync(requests, cancellationToken).ConfigureAwait(false)).Replies;
        }
        catch (RpcException e) when (e.IsTransient)
        {
            return await RpcEndpoint.OutcomeAsync(requests, e, _slots.Where(s => s.Objection is null).Select(s => s.Endpoint), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (EndpointSlot slot in _slots)
        {
            await slot.DisposeAsync().ConfigureAwait(false);
        }

        // The semaphore is not disposed of: a caller that is cut off now may yet release it.
    }

    /// <inheritdoc/>
    public bool LeaveOut(EndpointUrl url, string contradiction)
    {
        ArgumentException.ThrowIfNullOrEmpty(contradiction);
        lock (_slots)
        {
            if (Array.Find(_slots, s => s.Endpoint.Url.Equals(url)) is not { } slot || !Array.Exists(_slots, s => s != slot && s.Objection is null))
            {
                return false;
            }

            slot.Contradiction = contradiction;
            return true;
        }
    }

    /// <inheritdoc/>
    public void TakeBack(EndpointUrl url)
    {
        if (Array.Find(_slots, s => s.Endpoint.Url.Equals(url)) is { } slot)
        {
            slot.Contradiction = null;
        }
    }

    /// <summary>Asks, and tells which server gave the (first) answer.</summary>
    internal async Task<(RpcReply[] Replies, EndpointSlot From)> AskAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        for (int round = 0; ; round++)
        {
            try
            {
                await LearnChainAsync(cancellationToken).ConfigureAwait(false);
                return await new Race(_slots, _time).RunAsync(requests, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException e) when (
                e.IsTransient && !e.IsTooLarge && _slots.Length > 1 && round < _options.MaxRetries && _time.GetElapsedTime(start) < _options.Timeout / 2)
            {
                // All of several failed within a short time: a bad moment of the network between. A single one has its own retries.
                await Task.Delay(_options.Pause(round), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task LearnChainAsync(CancellationToken cancellationToken)
    {
        if (_chain.Expected is not null || _slots.Length == 1)
        {
            return; // one alone says it when it is first asked
        }

        await _learning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_chain.Expected is null)
            {
                await LearnChainOnceAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _learning.Release();
        }
    }

    // All are asked at once. After the patience those that have answered decide.
    private async Task LearnChainOnceAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ulong>[] asked = [.. _slots.Select(s => s.TellChainAsync(new Ask(_time), enough.Token))];
        Task all = Task.WhenAll(asked).ContinueWith(
            static ended => _ = ended.Exception, // each one's is looked at below, unless the caller gives up
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Task patience = Task.Delay(_options.Patience, _time, enough.Token);
        await Task.WhenAny(all, patience).ConfigureAwait(false);
        while (!Array.Exists(asked, t => t.IsCompletedSuccessfully) && Array.Exists(asked, t => !t.IsCompleted))
        {
            await Task.WhenAny(asked.Where(t => !t.IsCompleted)).ConfigureAwait(false);
        }

        await enough.CancelAsync().ConfigureAwait(false);
        List<(ulong ChainId, EndpointUrl From)> told = [];
        List<RpcException> failures = [];
        for (int i = 0; i < asked.Length; i++)
        {
            try
            {
                told.Add((await asked[i].ConfigureAwait(false), _slots[i].Endpoint.Url));
            }
            catch (RpcException e)
            {
                failures.Add(e);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(new RpcException(RpcErrorKind.Timeout, $"{_slots[i]}: has not told its chain in time"));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (told.Count == 0)
        {
            throw failures[0].AfterFailover(failures, isCapability: false);
        }

        _chain.Learn(told);
        foreach ((ulong chainId, EndpointUrl from) in told)
        {
            try
            {
                Array.Find(_slots, s => s.Endpoint.Url == from)!.Judge(chainId);
            }
            catch (RpcException)
            {
                // left out and told as a danger
            }
        }
    }

    private static RpcEndpoint First(IReadOnlyList<RpcEndpoint> endpoints) => endpoints.Count > 0 ? endpoints[0] : throw new ArgumentException("no endpoint");
}
