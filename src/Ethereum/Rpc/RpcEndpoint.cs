using System.Runtime.ExceptionServices;
using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// One server at one address, over HTTP or WebSocket: requests are kept within its budget, batches within the size that it bears, and round
/// trips that may pass the next time are repeated. A batch that is refused as a whole, in whatever words, is made smaller before the server is
/// said to be in trouble.
/// </summary>
public sealed class RpcEndpoint : IJsonRpc, IAsyncDisposable
{
    private readonly IRpcTransport _transport;
    private readonly TimeProvider _time;
    private readonly RpcPipeline _pipeline;
    private readonly BatchSize _batchSize;
    private readonly Suspects _suspects;

    /// <summary>Makes no connection yet.</summary>
    /// <exception cref="ArgumentException">The options contradict each other or are out of range.</exception>
    public RpcEndpoint(EndpointUrl url, RpcOptions? options = null, TimeProvider? time = null)
        : this(url, options ?? new RpcOptions(), time ?? TimeProvider.System, null)
    {
    }

    internal RpcEndpoint(EndpointUrl url, RpcOptions options, TimeProvider time, HttpMessageHandler? handler, System.Net.IWebProxy? proxy = null)
    {
        Url = url;
        Options = options.Checked();
        _time = time;
        _transport = url.IsWebSocket ? new WebSocketTransport(url, options, OnStray) : new HttpTransport(url, options, OnStray, handler, proxy);
        _pipeline = new RpcPipeline(url, options, time);
        _batchSize = new BatchSize(options.MaxBatchSize);
        _suspects = new Suspects(options, time);
        State = new EndpointHealth(options, time);
        Meter = new EndpointMeter(url);
    }

    /// <summary>The server's address.</summary>
    public EndpointUrl Url { get; }

    /// <summary>The most requests that a batch may hold at present.</summary>
    public int CurrentBatchSize => _batchSize.Current;

    /// <summary>From 0 to 1 how little time was lost on it of late; 0 while it is left alone.</summary>
    public double Health => _pipeline.IsBroken ? 0 : State.Score;

    /// <summary>The last trouble that it was charged with, without credentials; null if there was none.</summary>
    public string? LastTrouble => State.LastTrouble;

    /// <summary>Told in words of an answer that fits no question. Never holds a credential.</summary>
    public Action<string>? Noticed { get; set; }

    /// <summary>Told what a question that another endpoint could not answer either cost in time, and the trouble in words.</summary>
    internal Action<TimeSpan, string>? DoubtedAsSecond { get; set; }

    internal RpcOptions Options { get; }

    internal EndpointHealth State { get; }

    internal EndpointMeter Meter { get; }

    internal int Connections => _transport.Connections;

    /// <inheritdoc/>
    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
        (await AskAsync([request], new Ask(_time) { IsAlone = true }, cancellationToken).ConfigureAwait(false))[0].Result;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(requests, new Ask(_time) { IsAlone = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.IsTransient)
        {
            return await OutcomeAsync(requests, e, [this], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The replies to a batch of which nothing was answered: where a server lives all the same, the trouble is each request's own.
    /// </summary>
    /// <exception cref="RpcException">None of the servers answers anything; the trouble as it is.</exception>
    internal static async Task<RpcReply[]> OutcomeAsync(
        IReadOnlyList<RpcRequest> requests, RpcException trouble, IEnumerable<RpcEndpoint> servers, CancellationToken cancellationToken)
    {
        bool[] lives = trouble is { Kind: RpcErrorKind.RateLimit, IsTooLarge: false } ? []
            : await Task.WhenAll(servers.Select(server => server.LivesAsync(cancellationToken))).ConfigureAwait(false);
        if (!lives.Contains(true))
        {
            ExceptionDispatchInfo.Throw(trouble);
        }

        return [.. requests.Select(_ => new RpcReply(trouble))];
    }

    /// <summary>Asks everything, in as many round trips as it takes.</summary>
    /// <exception cref="RpcException">No usable answer came, to none of the requests.</exception>
    internal Task<RpcReply[]> AskAsync(IReadOnlyList<RpcRequest> requests, Ask ask, CancellationToken cancellationToken) => requests.Count == 1
        ? ExchangeAsync([requests[0]], ask, ask.IsAlone, Options.Timeout, isCharged: true, cancellationToken)
        : new BatchRun(this, requests, ask, _batchSize, _suspects, _time).RunAsync(cancellationToken);

    /// <summary>Makes one round trip.</summary>
    /// <param name="requests">What is asked in it.</param>
    /// <param name="ask">What it is a part of.</param>
    /// <param name="again">Whether it is repeated where that may help.</param>
    /// <param name="limit">How long each attempt may take.</param>
    /// <param name="isCharged">Whether trouble costs health.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="RpcException">No usable answer came.</exception>
    internal Task<RpcReply[]> ExchangeAsync(
        RpcRequest[] requests, Ask ask, bool again, TimeSpan limit, bool isCharged, CancellationToken cancellationToken)
    {
        return _pipeline.RunAsync(new RoundTrip(requests.Length, again, limit, RoundTripAsync), () => State.LastTrouble, cancellationToken);

        async Task<RpcReply[]> RoundTripAsync(CancellationToken token)
        {
            long start = _time.GetTimestamp();
            using System.Diagnostics.Activity? span = Meter.Span(requests);
            try
            {
                RpcReply[] replies = await _transport.ExchangeAsync(requests, token).ConfigureAwait(false);
                ask.Answered();
                State.Answered(_time.GetElapsedTime(start), requests.Length);
                Meter.Answered(requests, replies, _time.GetElapsedTime(start));
                if (Array.Find(replies, r => r.Error is { Kind: RpcErrorKind.Malformed }).Error is { } gap)
                {
                    State.Charge(TimeSpan.Zero, gap.Message);
                }

                return replies is [{ Error: { IsTransient: true } error }] ? throw error : replies;
            }
            catch (RpcException e) when (e.IsTransient)
            {
                Meter.Failed(requests.Length, e, _time.GetElapsedTime(start));
                span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, e.Kind.ToString());

                // That an answer or a batch is too large is our own doing; that a batch failed is told apart from the server's failing later.
                if (ask.IsSecondWord && e is { IsTooLarge: false, IsUnreachable: false })
                {
                    DoubtedAsSecond?.Invoke(_time.GetElapsedTime(start), e.Message);
                }
                else if (isCharged && !e.IsTooLarge)
                {
                    State.Charge(_time.GetElapsedTime(start), e.Message, least: requests.Length == 1 || e.IsUnreachable, e.RetryAfter ?? default);
                }

                throw;
            }
            catch (OperationCanceledException)
            {
                // By our own limit, by the caller's deadline, or because another endpoint was quicker: silence, unless it was short.
                TimeSpan waited = _time.GetElapsedTime(start);
                string more = requests.Length > 1 ? $" and {requests.Length - 1} more" : "";
                RpcException? silence = waited < State.Patience(requests.Length)
                    ? null
                    : new RpcException(RpcErrorKind.Timeout, $"{Url}: no answer to {requests[0].Method}{more} within {waited.TotalSeconds:0.##} s");
                Meter.Failed(requests.Length, silence, waited);
                if (silence is not null && ask.IsSecondWord)
                {
                    DoubtedAsSecond?.Invoke(waited, silence.Message);
                }
                else if (silence is not null && isCharged)
                {
                    State.Charge(waited, silence.Message);
                }

                throw;
            }
            finally
            {
                Meter.Stands(Health, CurrentBatchSize);
            }
        }
    }

    /// <summary>Whether the server answers small questions, and of which chain it is. Neither retried nor kept back by the breaker.</summary>
    /// <exception cref="RpcException">It does not.</exception>
    internal async Task<ulong> ProbeAsync(ChainQuestion question, CancellationToken cancellationToken)
    {
        ulong chainId = question.Read(await AskQuicklyAsync(question.Request, cancellationToken).ConfigureAwait(false), Url);
        if (question.WithHeight)
        {
            const string Height = "eth_blockNumber";
            _ = new RpcValue((await AskQuicklyAsync(new RpcRequest(Height), cancellationToken).ConfigureAwait(false)).Result, $"{Url}: {Height}").UInt64();
        }

        return chainId;
    }

    /// <summary>Whether it answers anything to a small question, be it an error.</summary>
    internal async Task<bool> LivesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskQuicklyAsync(new RpcRequest(RpcMethods.ChainId), cancellationToken).ConfigureAwait(false) is { Error: null or { IsTransient: false } };
        }
        catch (RpcException e)
        {
            return !e.IsTransient;
        }
    }

    /// <summary>It has been found well.</summary>
    internal async Task CameBackAsync()
    {
        State.CameBack();
        await _pipeline.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>The new heads that the server announces, or null where it cannot (HTTP).</summary>
    internal Task<System.Threading.Channels.ChannelReader<JsonElement>>? SubscribeToHeads(CancellationToken cancellationToken) =>
        (_transport as WebSocketTransport)?.SubscribeAsync(new RpcRequest("eth_subscribe", "newHeads"), 64, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    /// <summary>Names the server without credentials.</summary>
    public override string ToString() => Url.ToString();

    private async Task<RpcReply> AskQuicklyAsync(RpcRequest request, CancellationToken cancellationToken)
    {
        TimeSpan limit = 3 * Options.Patience < Options.Timeout ? 3 * Options.Patience : Options.Timeout;
        using CancellationTokenSource timeout = new(limit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await _transport.ExchangeAsync([request], either.Token).ConfigureAwait(false))[0];
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"{Url}: {request.Method}: no answer within {limit.TotalSeconds:0.###} s");
        }
    }

    private void OnStray(string what)
    {
        Meter.Stray();
        Noticed?.Invoke(what);
    }
}
