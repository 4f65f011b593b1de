namespace Gavel.Ethereum;

/// <summary>
/// One endpoint among several of the same chain: whether it has shown to be of that chain, what it refuses to serve, where its head is, and
/// its way back from sickness, by probes in the background.
/// </summary>
internal sealed class EndpointSlot : IAsyncDisposable
{
    // As long as a pooled connection is kept: behind a name there may be another machine by then.
    private const double ConfirmedForSeconds = 300;

    private readonly ChainIdentity _chain;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private Task _probing = Task.CompletedTask;
    private long? _confirmedAt;
    private int _confirmedConnections;
    private int _unsettled;
    private volatile string? _objection;

    public EndpointSlot(RpcEndpoint endpoint, ChainIdentity chain, TimeProvider time)
    {
        Endpoint = endpoint;
        _chain = chain;
        _time = time;
        Capabilities = new Capabilities(endpoint.Options, time);
        Head = new HeadWatch(endpoint, time);
    }

    public RpcEndpoint Endpoint { get; }

    public Capabilities Capabilities { get; }

    public HeadWatch Head { get; }

    /// <summary>What shows that it is of another chain, or null.</summary>
    public string? Objection => _objection;

    /// <summary>Since when it is left out.</summary>
    public DateTimeOffset ObjectedAt { get; private set; }

    /// <summary>Ends with the slot.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>The smaller, the sooner it is asked; null: not at all.</summary>
    public double? Rank(IReadOnlyList<RpcRequest> requests) =>
        _objection is not null ? null
        : Endpoint.State.SickSince is not null ? 4 - Endpoint.State.Score
        : Head.IsBehind ? 2
        : requests.All(Capabilities.Serves) ? 0 : 1;

    /// <summary>Asks, having made sure that it is of the right chain.</summary>
    /// <exception cref="RpcException">No usable answer, or it is of another chain.</exception>
    public async Task<RpcReply[]> AskAsync(IReadOnlyList<RpcRequest> requests, bool alone, CancellationToken cancellationToken)
    {
        try
        {
            if (_confirmedAt is not { } at || _time.GetElapsedTime(at).TotalSeconds > ConfirmedForSeconds)
            {
                await ConfirmAsync(alone, cancellationToken).ConfigureAwait(false);
            }

            RpcReply[] replies = await Endpoint.AskAsync(requests, alone, cancellationToken).ConfigureAwait(false);
            if (Endpoint.Connections != _confirmedConnections)
            {
                await ConfirmAsync(alone, cancellationToken).ConfigureAwait(false); // it was connected anew meanwhile: who has answered?
            }

            Note(requests, replies);
            return replies;
        }
        catch (RpcException e) when (e.Kind == RpcErrorKind.Network)
        {
            _confirmedAt = null;
            throw;
        }
        finally
        {
            ProbeIfSick();
        }
    }

    /// <summary>Its chain id, taken as confirmed if the chain is not known yet.</summary>
    public async Task<ulong> TellChainAsync(bool alone, CancellationToken cancellationToken)
    {
        try
        {
            int connections = Endpoint.Connections;
            RpcReply[] reply = await Endpoint.AskAsync([new RpcRequest(RpcMethods.ChainId)], alone, cancellationToken).ConfigureAwait(false);
            ulong id = new RpcValue(reply[0].Result, $"{Endpoint}: {RpcMethods.ChainId}").UInt64();
            _confirmedConnections = Math.Max(connections, Endpoint.Connections);
            return id;
        }
        finally
        {
            ProbeIfSick();
        }
    }

    /// <summary>Judges what it said of its chain.</summary>
    /// <exception cref="RpcException">It is of another chain; it is left out from now on, until a probe finds it mended.</exception>
    public void Judge(ulong chainId)
    {
        if (_chain.Objection(chainId) is not { } objection)
        {
            _objection = null;
            _confirmedAt = _time.GetTimestamp();
            return;
        }

        if (_objection is null)
        {
            ObjectedAt = _time.GetUtcNow();
        }

        _objection = objection;
        _confirmedAt = null;
        ProbeIfSick();
        throw new RpcException(RpcErrorKind.Network, $"{Endpoint}: left out: {objection}") { IsUnreachable = true };
    }

    /// <summary>
    /// It gave errors to everything where another endpoint had answers: a refusal of a kind of request is remembered; else it is its own
    /// trouble, from the second time in a row on. The first may be the request's: other endpoints may read a hostile contract otherwise.
    /// </summary>
    public void Outdone(RpcRequest request, RpcException error)
    {
        if (Capabilities.MayBeRefusal(request, error))
        {
            Capabilities.Refused(request, error);
        }
        else if (Interlocked.Increment(ref _unsettled) >= 2)
        {
            Endpoint.State.Charge(TimeSpan.Zero, error.Message);
            ProbeIfSick();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _probing.ConfigureAwait(false);
        await Head.DisposeAsync().ConfigureAwait(false);
        await Endpoint.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    public override string ToString() => Endpoint.ToString();

    private async Task ConfirmAsync(bool alone, CancellationToken cancellationToken) =>
        Judge(await TellChainAsync(alone, cancellationToken).ConfigureAwait(false));

    private void Note(IReadOnlyList<RpcRequest> requests, RpcReply[] replies)
    {
        for (int i = 0; i < replies.Length; i++)
        {
            if (replies[i].Error is null)
            {
                Capabilities.Served(requests[i]);
                Volatile.Write(ref _unsettled, 0);
            }
        }
    }

    private void ProbeIfSick()
    {
        if (Endpoint.State.SickSince is null && _objection is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_probing.IsCompleted && !_closing.IsCancellationRequested)
            {
                _probing = ProbeUntilWellAsync(_closing.Token);
            }
        }
    }

    private async Task ProbeUntilWellAsync(CancellationToken closing)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                TimeSpan pause = _objection is null ? Endpoint.State.UntilProbe() : TimeSpan.FromSeconds(Endpoint.Options.MaxProbeSeconds);
                await Task.Delay(pause, _time, closing).ConfigureAwait(false);
                try
                {
                    (ulong chainId, _) = await Endpoint.ProbeAsync(closing).ConfigureAwait(false);
                    Judge(chainId);
                    _confirmedConnections = Endpoint.Connections;
                    Volatile.Write(ref _unsettled, 0);
                    await Endpoint.CameBackAsync().ConfigureAwait(false);
                    return;
                }
                catch (RpcException e)
                {
                    Endpoint.State.ProbeFailed(e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the slot closes
        }
    }
}
