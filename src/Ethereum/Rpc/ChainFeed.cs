using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Gavel.Ethereum;

/// <summary>
/// New heads and logs as a node announces them over a WebSocket of their own (<c>eth_subscribe</c>). A broken connection is opened again for
/// as long as the caller listens; each beginning is announced by a notice of <c>null</c>, since what happened in between was missed: read the
/// state then. Use it to be quick, never to be complete.
/// </summary>
public sealed class ChainFeed : IAsyncDisposable
{
    private const int Capacity = 1024;

    private readonly WebSocketTransport _transport;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes no connection yet.</summary>
    /// <exception cref="ArgumentException">The address is not of a WebSocket.</exception>
    public ChainFeed(EndpointUrl url, RpcOptions? options = null, TimeProvider? time = null)
    {
        if (!url.IsWebSocket)
        {
            throw new ArgumentException($"subscriptions need an address that begins with ws:// or wss://, not {url}", nameof(url));
        }

        _options = options ?? new RpcOptions();
        _time = time ?? TimeProvider.System;
        _transport = new WebSocketTransport(url, _options);
    }

    /// <summary>Each new head; null after each (re)connection. Blocks come without their transactions.</summary>
    public async IAsyncEnumerable<RpcBlock?> HeadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (JsonElement? notice in NoticesAsync(new RpcRequest("eth_subscribe", "newHeads"), cancellationToken).ConfigureAwait(false))
        {
            yield return notice is { } head ? RpcBlock.Read(new RpcValue(head, "newHeads")) : null;
        }
    }

    /// <summary>
    /// Each log of the given contracts and topics as it enters the chain, and again with <see cref="RpcLog.Removed"/> if a reorg takes it
    /// back; null after each (re)connection. The filter's blocks are not used.
    /// </summary>
    public async IAsyncEnumerable<RpcLog?> LogsAsync(LogFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JsonObject wanted = filter.ToJson();
        wanted.Remove("fromBlock");
        wanted.Remove("toBlock");
        wanted.Remove("blockHash");
        RpcRequest subscribe = new("eth_subscribe", "logs", wanted);
        await foreach (JsonElement? notice in NoticesAsync(subscribe, cancellationToken).ConfigureAwait(false))
        {
            yield return notice is { } log ? RpcLog.Read(new RpcValue(log, "logs")) : null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private async IAsyncEnumerable<JsonElement?> NoticesAsync(RpcRequest subscribe, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int failures = 0;
        while (true)
        {
            ChannelReader<JsonElement>? notices = await BeginAsync(subscribe, cancellationToken).ConfigureAwait(false);
            if (notices is null)
            {
                TimeSpan pause = _options.RetryDelay * Math.Pow(2, Math.Min(failures++, 10)) * (0.5 + Random.Shared.NextDouble());
                await Task.Delay(pause < _options.MaxRetryDelay ? pause : _options.MaxRetryDelay, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            failures = 0;
            yield return null;
            while (await MoreAsync(notices, cancellationToken).ConfigureAwait(false))
            {
                while (notices.TryRead(out JsonElement notice))
                {
                    yield return notice;
                }
            }
        }
    }

    // Null where the server cannot be reached at present. That it refuses to subscribe is an error for the caller.
    private async Task<ChannelReader<JsonElement>?> BeginAsync(RpcRequest subscribe, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Timeout);
        try
        {
            return await _transport.SubscribeAsync(subscribe, Capacity, limit.Token).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.IsTransient)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // False once the subscription has ended; it is then begun anew.
    private static async Task<bool> MoreAsync(ChannelReader<JsonElement> notices, CancellationToken cancellationToken)
    {
        try
        {
            return await notices.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
