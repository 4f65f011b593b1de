namespace Gavel.Ethereum;

/// <summary>
/// One endpoint among several of the same chain: whether it has shown to be of that chain, what it refuses to serve, and where its head is.
/// </summary>
internal sealed class EndpointSlot : IAsyncDisposable
{
    // As long as a pooled connection is kept: behind a name there may be another machine by then.
    private const double ConfirmedForSeconds = 300;

    private readonly ChainIdentity _chain;
    private readonly ChainQuestion _question;
    private readonly bool _isOnly;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly Recovery _recovery;
    private bool _isDisposed;
    private long? _confirmedAt;
    private int _confirmedConnections;
    private int _unsettled;
    private volatile string? _objection;
    private volatile string? _contradiction;

    /// <param name="endpoint">The server; it is owned from now on.</param>
    /// <param name="chain">Of which chain it must be.</param>
    /// <param name="question">What shows that.</param>
    /// <param name="isOnly">Whether there is no other: then it decides of which chain it is, where that is not configured, and need not tell it.</param>
    /// <param name="time">The clock.</param>
    public EndpointSlot(RpcEndpoint endpoint, ChainIdentity chain, ChainQuestion question, bool isOnly, TimeProvider time)
    {
        Endpoint = endpoint;
        _chain = chain;
        _question = question;
        _isOnly = isOnly;
        _time = time;
        Capabilities = new Capabilities(endpoint.Options, time);
        Head = new HeadWatch(endpoint, time);
        Closing = _closing.Token;
        _recovery = new Recovery(endpoint, () => endpoint.State.SickSince is not null || _objection is not null, ProbeAsync, time, Closing);
        endpoint.DoubtedAsSecond = _recovery.Doubt;
    }

    public RpcEndpoint Endpoint { get; }

    public Capabilities Capabilities { get; }

    public HeadWatch Head { get; }

    /// <summary>Why it is not asked: what shows that it is of another chain, or what was proven false of its answers; or null.</summary>
    public string? Objection => _objection ?? _contradiction;

    /// <summary>What was proven false of its answers, by whoever left it out for that; null where it is asked as any other.</summary>
    public string? Contradiction
    {
        get => _contradiction;
        set => _contradiction = value;
    }

    /// <summary>Since when it is left out.</summary>
    public DateTimeOffset ObjectedAt { get; private set; }

    /// <summary>Which of the heads that it announces are news.</summary>
    public HeadNews News { get; } = new();

    /// <summary>Ends with the slot.</summary>
    public CancellationToken Closing { get; }

    /// <summary>The smaller, the sooner it is asked; null: not at all.</summary>
    public double? Rank(IReadOnlyList<RpcRequest> requests) =>
        Objection is not null ? null
        : Endpoint.State.SickSince is not null ? 4 - Endpoint.State.Score
        : Head.IsBehind ? 2
        : requests.All(Capabilities.Serves) ? 0 : 1;

    /// <summary>Asks, having made sure that it is of the right chain.</summary>
    /// <exception cref="RpcException">No usable answer, or it is of another chain.</exception>
    public async Task<RpcReply[]> AskAsync(IReadOnlyList<RpcRequest> requests, Ask ask, CancellationToken cancellationToken)
    {
        try
        {
            if (_confirmedAt is not { } at || _time.GetElapsedTime(at).TotalSeconds > ConfirmedForSeconds)
            {
                await ConfirmAsync(ask, cancellationToken).ConfigureAwait(false);
            }

            RpcReply[] replies = await Endpoint.AskAsync(requests, ask, cancellationToken).ConfigureAwait(false);
            if (Endpoint.Connections != _confirmedConnections)
            {
                await ConfirmAsync(ask, cancellationToken).ConfigureAwait(false); // it was connected anew meanwhile: who has answered?
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
            _recovery.BeginIfNeeded();
        }
    }

    /// <summary>Its chain id, taken as confirmed if the chain is not known yet.</summary>
    public async Task<ulong> TellChainAsync(Ask ask, CancellationToken cancellationToken)
    {
        try
        {
            int connections = Endpoint.Connections;
            RpcReply[] reply = await Endpoint.AskAsync([_question.Request], ask, cancellationToken).ConfigureAwait(false);
            ulong id = _question.Read(reply[0], Endpoint.Url);
            _confirmedConnections = Math.Max(connections, Endpoint.Connections);
            return id;
        }
        finally
        {
            _recovery.BeginIfNeeded();
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
        _recovery.BeginIfNeeded();
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
            _recovery.BeginIfNeeded();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _recovery.Ended.ConfigureAwait(false);
        await Head.DisposeAsync().ConfigureAwait(false);
        await Endpoint.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    public override string ToString() => Endpoint.ToString();

    private async Task ConfirmAsync(Ask ask, CancellationToken cancellationToken)
    {
        ulong id;
        try
        {
            id = await TellChainAsync(ask, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (_isOnly && e.Kind == RpcErrorKind.NodeError && _chain.Expected is null)
        {
            _confirmedAt = _time.GetTimestamp(); // it does not serve the question, and nobody wants to know
            return;
        }

        if (_isOnly)
        {
            _chain.Learn([(id, Endpoint.Url)]);
        }

        Judge(id);
    }

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

    private async Task ProbeAsync()
    {
        try
        {
            Judge(await Endpoint.ProbeAsync(_question, Closing).ConfigureAwait(false));
        }
        catch (RpcException e) when (_isOnly && e.Kind == RpcErrorKind.NodeError && _chain.Expected is null)
        {
            // it answers
        }

        _confirmedConnections = Endpoint.Connections;
        Volatile.Write(ref _unsettled, 0);
    }
}
