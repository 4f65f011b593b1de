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

    internal RpcOptions Options { get; }

    internal EndpointHealth State { get; }

    internal EndpointMeter Meter { get; }

    internal int Connections => _transport.Connections;

    /// <inheritdoc/>
    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
        (await AskAsync([request], alone: true, cancellationToken).ConfigureAwait(false))[0].Result;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
        await AskAsync(requests, alone: true, cancellationToken).ConfigureAwait(false);

    /// <summary>Asks everything, in as many round trips as it takes.</summary>
    /// <param name="requests">Any number.</param>
    /// <param name="alone">
    /// Whether there is nobody else to ask: then failing round trips are repeated, and pauses that the server wants are kept.
    /// </param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="RpcException">No usable answer came, not even to a single request.</exception>
    internal async Task<RpcReply[]> AskAsync(IReadOnlyList<RpcRequest> requests, bool alone, CancellationToken cancellationToken)
    {
        if (requests.Count == 1)
        {
            return await ExchangeAsync([requests[0]], alone, cancellationToken).ConfigureAwait(false);
        }

        RpcReply[] replies = new RpcReply[requests.Count];
        Queue<int> open = new(Enumerable.Range(0, requests.Count));
        int pauses = 0;
        int repeats = 0;
        while (open.Count > 0)
        {
            int[] chunk = new int[Math.Min(_batchSize.Current, open.Count)];
            for (int i = 0; i < chunk.Length; i++)
            {
                chunk[i] = open.Dequeue();
            }

            (RpcReply[]? answers, RpcException? refusal) = await TryAsync(Array.ConvertAll(chunk, i => requests[i]), alone, cancellationToken).ConfigureAwait(false);
            if (refusal is { Kind: RpcErrorKind.RateLimit, IsTooLarge: false })
            {
                // More often than not the limit is on requests a second: the same again after a pause, then less at once.
                _batchSize.Doubted(chunk.Length);
                if (!alone)
                {
                    throw refusal;
                }

                Array.ForEach(chunk, open.Enqueue);
                await PauseAsync(refusal, pauses++, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (refusal is not null)
            {
                // One alone tells whether the server or the size was the trouble. It is an answer already if it passes.
                RpcReply[] single = await ExchangeAsync([requests[chunk[0]]], alone, cancellationToken).ConfigureAwait(false);
                replies[chunk[0]] = single[0];
                if (answers is not null && !RpcMethods.IsSettled(requests[chunk[0]], single[0]))
                {
                    // It says the same to each, however few they are: these are the outcomes.
                    Settle(chunk, answers);
                    continue;
                }

                if (refusal.Code is not null || refusal.IsTooLarge || refusal.HttpStatus is >= 400 and < 500)
                {
                    _batchSize.Refused(chunk.Length);
                }
                else
                {
                    _batchSize.Doubted(chunk.Length);
                }

                Array.ForEach(chunk[1..], open.Enqueue);
                continue;
            }

            pauses = 0;
            RpcException? limited = Settle(chunk, answers!);
            if (limited is null)
            {
                _batchSize.Passed(chunk.Length);
            }
            else
            {
                _batchSize.Doubted(chunk.Length);
                await PauseAsync(limited, pauses++, cancellationToken).ConfigureAwait(false);
            }
        }

        return replies;

        // Takes the answers; what only a limit or a gap kept from being answered is asked again if there is nobody else to ask.
        RpcException? Settle(int[] chunk, RpcReply[] answers)
        {
            RpcException? limited = null;
            for (int i = 0; i < chunk.Length; i++)
            {
                replies[chunk[i]] = answers[i];
                if (!alone || answers[i].Error is not { IsTransient: true } error || chunk.Length == 1)
                {
                    continue;
                }

                if (error.Kind == RpcErrorKind.RateLimit)
                {
                    limited = error;
                    open.Enqueue(chunk[i]);
                }
                else if (repeats < Options.MaxRetries * requests.Count)
                {
                    repeats++;
                    open.Enqueue(chunk[i]);
                }
            }

            return limited;
        }
    }

    /// <summary>Whether the server answers small questions: its chain id and height. Neither retried nor kept back by the breaker.</summary>
    /// <exception cref="RpcException">It does not.</exception>
    internal async Task<(ulong ChainId, ulong Height)> ProbeAsync(CancellationToken cancellationToken)
    {
        ulong chainId = await AskQuicklyAsync(RpcMethods.ChainId, cancellationToken).ConfigureAwait(false);
        return (chainId, await AskQuicklyAsync("eth_blockNumber", cancellationToken).ConfigureAwait(false));
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

    private async Task<ulong> AskQuicklyAsync(string method, CancellationToken cancellationToken)
    {
        TimeSpan limit = 3 * Options.Patience < Options.Timeout ? 3 * Options.Patience : Options.Timeout;
        using CancellationTokenSource timeout = new(limit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            RpcReply[] reply = await _transport.ExchangeAsync([new RpcRequest(method)], either.Token).ConfigureAwait(false);
            return new RpcValue(reply[0].Result, method).UInt64();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"{Url}: {method}: no answer within {limit.TotalSeconds:0.###} s");
        }
    }

    // A refusal is trouble with a whole batch for which its size may be the reason, or the same fate of all of its requests.
    private async Task<(RpcReply[]? Answers, RpcException? Refusal)> TryAsync(RpcRequest[] chunk, bool alone, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        try
        {
            RpcReply[] answers = await ExchangeAsync(chunk, alone, cancellationToken).ConfigureAwait(false);
            bool refused = chunk.Length > 1 && Array.TrueForAll(answers, a => a.Error is { Kind: not RpcErrorKind.Revert });
            return (answers, refused ? answers[0].Error : null);
        }
        catch (RpcException e) when (chunk.Length > 1 && !e.IsUnreachable)
        {
            return (null, e);
        }
        catch (OperationCanceledException) when (chunk.Length > 1 && _time.GetElapsedTime(start) >= Options.Patience)
        {
            // Cut off by the caller, who has asked another server beside this one: silence may be this server's word for "too large".
            _batchSize.Doubted(chunk.Length);
            throw;
        }
    }

    private Task<RpcReply[]> ExchangeAsync(RpcRequest[] requests, bool alone, CancellationToken cancellationToken)
    {
        return _pipeline.RunAsync(requests.Length, alone && requests.Length == 1, RoundTripAsync, () => State.LastTrouble, cancellationToken);

        async Task<RpcReply[]> RoundTripAsync(CancellationToken token)
        {
            long start = _time.GetTimestamp();
            using System.Diagnostics.Activity? span = Meter.Span(requests);
            try
            {
                RpcReply[] replies = await _transport.ExchangeAsync(requests, token).ConfigureAwait(false);
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
                if (!e.IsTooLarge)
                {
                    State.Charge(_time.GetElapsedTime(start), e.Message, least: requests.Length == 1 || e.IsUnreachable, e.RetryAfter ?? default);
                }

                throw;
            }
            catch (OperationCanceledException)
            {
                // By our own timeout, by the caller's deadline, or because another endpoint was quicker: silence, unless it was short.
                TimeSpan waited = _time.GetElapsedTime(start);
                string more = requests.Length > 1 ? $" and {requests.Length - 1} more" : "";
                RpcException? silence = waited < State.Patience(requests.Length)
                    ? null
                    : new RpcException(RpcErrorKind.Timeout, $"{Url}: no answer to {requests[0].Method}{more} within {waited.TotalSeconds:0.##} s");
                Meter.Failed(requests.Length, silence, waited);
                if (silence is not null)
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

    // A server that names no pause is given one that doubles; a batch that was only too large needs none.
    private Task PauseAsync(RpcException refusal, int before, CancellationToken cancellationToken)
    {
        TimeSpan pause = refusal.RetryAfter is { } asked && asked > TimeSpan.Zero ? asked
            : refusal.IsTooLarge ? TimeSpan.Zero
            : Options.Pause(before);
        return Task.Delay(pause < Options.MaxRetryDelay ? pause : Options.MaxRetryDelay, _time, cancellationToken);
    }

    private void OnStray(string what)
    {
        Meter.Stray();
        Noticed?.Invoke(what);
    }
}
