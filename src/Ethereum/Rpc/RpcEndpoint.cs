using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// One server at one address, over HTTP or WebSocket: requests are kept within its budget, batches within the size that it bears, and round
/// trips that may pass the next time are repeated.
/// </summary>
public sealed class RpcEndpoint : IJsonRpc, IAsyncDisposable
{
    private readonly IRpcTransport _transport;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;
    private readonly RpcPipeline _pipeline;
    private readonly BatchSize _batchSize;
    private readonly EndpointHealth _health;

    /// <summary>Makes no connection yet.</summary>
    public RpcEndpoint(EndpointUrl url, RpcOptions? options = null, TimeProvider? time = null)
        : this(url, options ?? new RpcOptions(), time ?? TimeProvider.System, null)
    {
    }

    internal RpcEndpoint(EndpointUrl url, RpcOptions options, TimeProvider time, HttpMessageHandler? handler)
    {
        Url = url;
        _options = options;
        _time = time;
        _transport = url.IsWebSocket ? new WebSocketTransport(url, options) : new HttpTransport(url, options, handler);
        _pipeline = new RpcPipeline(url, options, time);
        _batchSize = new BatchSize(options.MaxBatchSize);
        _health = new EndpointHealth(time);
    }

    /// <summary>The server's address.</summary>
    public EndpointUrl Url { get; }

    /// <summary>The most requests that a batch may hold at present.</summary>
    public int CurrentBatchSize => _batchSize.Current;

    /// <summary>From 0 to 1 how well it has answered of late; 0 while it is left alone.</summary>
    public double Health => _pipeline.IsBroken ? 0 : _health.Score;

    /// <inheritdoc/>
    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
        (await ExchangeAsync([request], cancellationToken).ConfigureAwait(false))[0].Result;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        RpcReply[] replies = new RpcReply[requests.Count];
        Queue<int> open = new(Enumerable.Range(0, requests.Count));
        int refusals = 0;
        while (open.Count > 0)
        {
            int[] chunk = new int[Math.Min(_batchSize.Current, open.Count)];
            for (int i = 0; i < chunk.Length; i++)
            {
                chunk[i] = open.Dequeue();
            }

            RpcException? refusal = null;
            try
            {
                RpcReply[] answers = await ExchangeAsync(Array.ConvertAll(chunk, i => requests[i]), cancellationToken).ConfigureAwait(false);
                for (int i = 0; i < chunk.Length; i++)
                {
                    replies[chunk[i]] = answers[i];
                    if (chunk.Length > 1 && answers[i].Error is { Kind: RpcErrorKind.RateLimit } limited)
                    {
                        refusal = limited;
                        open.Enqueue(chunk[i]);
                    }
                }
            }
            catch (RpcException e) when (e.Kind == RpcErrorKind.RateLimit && chunk.Length > 1)
            {
                refusal = e;
                Array.ForEach(chunk, open.Enqueue);
            }

            if (refusal is null)
            {
                refusals = 0;
                _batchSize.Passed(chunk.Length);
                continue;
            }

            _batchSize.Refused(chunk.Length);
            await PauseAsync(refusal, refusals++, cancellationToken).ConfigureAwait(false);
        }

        return replies;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    /// <summary>Names the server without credentials.</summary>
    public override string ToString() => Url.ToString();

    private async Task<RpcReply[]> ExchangeAsync(RpcRequest[] requests, CancellationToken cancellationToken)
    {
        bool answered = false;
        try
        {
            RpcReply[] replies = await _pipeline.RunAsync(requests.Length, RoundTripAsync, cancellationToken).ConfigureAwait(false);
            answered = true;
            return replies;
        }
        catch (RpcException e) when (!e.IsTransient || e.IsTooLarge)
        {
            answered = true;
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            answered = true; // not the endpoint's fault
            throw;
        }
        finally
        {
            _health.Note(answered);
        }

        async Task<RpcReply[]> RoundTripAsync(CancellationToken token)
        {
            RpcReply[] replies = await _transport.ExchangeAsync(requests, token).ConfigureAwait(false);
            return replies is [{ Error: { Kind: RpcErrorKind.RateLimit, IsTooLarge: false } limited }] ? throw limited : replies;
        }
    }

    // A server that names no pause is given one that doubles; a batch that was only too large needs none.
    private Task PauseAsync(RpcException refusal, int before, CancellationToken cancellationToken)
    {
        TimeSpan pause = refusal.RetryAfter is { } asked && asked > TimeSpan.Zero ? asked
            : refusal.IsTooLarge ? TimeSpan.Zero
            : _options.RetryDelay * Math.Pow(2, Math.Min(before, 10)) * (0.5 + Random.Shared.NextDouble());
        return Task.Delay(pause < _options.MaxRetryDelay ? pause : _options.MaxRetryDelay, _time, cancellationToken);
    }
}
