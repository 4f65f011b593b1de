using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Gavel.Ethereum;

/// <summary>One open WebSocket: sends under a lock, reads in one loop, and hands each message to whom it concerns.</summary>
internal sealed class WebSocketConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly EndpointUrl _url;
    private readonly int _maxMessageBytes;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, Exchange> _exchanges = new();
    private readonly ConcurrentDictionary<string, Channel<JsonElement>> _subscriptions = new();
    private readonly Task _reading;
    private volatile RpcException? _broken;
    private long _nextId;

    public WebSocketConnection(ClientWebSocket socket, EndpointUrl url, RpcOptions options)
    {
        _socket = socket;
        _url = url;
        _maxMessageBytes = options.MaxResponseBytes;
        _reading = ReadAsync();
    }

    public bool IsOpen => _broken is null;

    public async Task<RpcReply[]> ExchangeAsync(
        IReadOnlyList<RpcRequest> requests, Action<RpcReply[]>? beforeNextMessage, CancellationToken cancellationToken)
    {
        long firstId = Interlocked.Add(ref _nextId, requests.Count) - requests.Count + 1;
        Exchange exchange = new(requests, firstId, beforeNextMessage);
        _exchanges[firstId] = exchange;
        try
        {
            if (_broken is { } broken)
            {
                throw broken; // broke before the exchange was entered
            }

            await SendAsync(RpcWire.Encode(requests, firstId), cancellationToken).ConfigureAwait(false);
            return await exchange.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _exchanges.TryRemove(firstId, out _);
        }
    }

    public async Task<ChannelReader<JsonElement>> SubscribeAsync(RpcRequest subscribe, int capacity, CancellationToken cancellationToken)
    {
        Channel<JsonElement> channel = Channel.CreateBounded<JsonElement>(capacity);

        // Entered before the next message is read: the first notification may stand right behind the answer.
        RpcReply[] replies = await ExchangeAsync([subscribe], Enter, cancellationToken).ConfigureAwait(false);
        _ = new RpcValue(replies[0].Result, subscribe.Method).Text();
        return channel.Reader;

        void Enter(RpcReply[] answers)
        {
            if (answers[0].Error is null && answers[0].Result.ValueKind == JsonValueKind.String)
            {
                _subscriptions[answers[0].Result.GetRawText()] = channel;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _socket.Dispose();
        _closing.Dispose(); // the semaphore is not: a sender that failed may yet release it
    }

    private async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Not cancelled by the caller: half a message would break the connection for all.
            await _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, true, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or IOException or OperationCanceledException)
        {
            throw Broken(e);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        RpcException end;
        try
        {
            ArrayBufferWriter<byte> message = new(16 << 10);
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(message.GetMemory(4096), _closing.Token).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    end = new RpcException(RpcErrorKind.Network, $"{_url}: the server closed the WebSocket");
                    break;
                }

                message.Advance(part.Count);
                if (message.WrittenCount > _maxMessageBytes)
                {
                    end = new RpcException(RpcErrorKind.Network, $"{_url}: a message is larger than {_maxMessageBytes} bytes");
                    break;
                }

                if (part.EndOfMessage)
                {
                    Take(message.WrittenMemory);
                    message.ResetWrittenCount();
                }
            }
        }
        catch (RpcException e)
        {
            end = e; // not JSON: nothing can be told about what follows
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or IOException or OperationCanceledException)
        {
            end = Broken(e);
        }

        _broken = end;
        _socket.Abort();
        foreach (Exchange exchange in _exchanges.Values)
        {
            exchange.Answer.TrySetException(end);
        }

        foreach (Channel<JsonElement> channel in _subscriptions.Values)
        {
            channel.Writer.TryComplete(end);
        }
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        using JsonDocument document = RpcWire.Parse(message, _url);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("method"u8, out _))
        {
            Notify(root);
            return;
        }

        if (Find(root) is not { } exchange)
        {
            return; // the answer to a request that was cancelled
        }

        try
        {
            RpcReply[] replies = RpcWire.Decode(root, exchange.Requests, exchange.FirstId, _url);
            exchange.BeforeNextMessage?.Invoke(replies);
            exchange.Answer.TrySetResult(replies);
        }
        catch (RpcException e)
        {
            exchange.Answer.TrySetException(e);
        }
    }

    // A refusal of a whole batch carries no id. If only one exchange is under way it is meant; else nobody can tell, and all time out.
    private Exchange? Find(JsonElement root)
    {
        JsonElement first = root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 ? root[0] : root;
        if (first.ValueKind == JsonValueKind.Object && first.TryGetProperty("id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.Number
            && id.TryGetInt64(out long number))
        {
            return _exchanges.Values.FirstOrDefault(e => number >= e.FirstId && number < e.FirstId + e.Requests.Count);
        }

        return _exchanges.Count == 1 ? _exchanges.Values.FirstOrDefault() : null;
    }

    private void Notify(JsonElement root)
    {
        if (root.TryGetProperty("params"u8, out JsonElement parameters)
            && parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty("subscription"u8, out JsonElement id)
            && parameters.TryGetProperty("result"u8, out JsonElement result)
            && _subscriptions.TryGetValue(id.GetRawText(), out Channel<JsonElement>? channel)
            && !channel.Writer.TryWrite(result.Clone()))
        {
            // The reader is too slow: rather than lose a notice in silence, the subscription ends and is begun anew.
            _subscriptions.TryRemove(id.GetRawText(), out _);
            channel.Writer.TryComplete(new RpcException(RpcErrorKind.Network, $"{_url}: notifications were not read in time"));
        }
    }

    private RpcException Broken(Exception e) =>
        _broken ?? new RpcException(RpcErrorKind.Network, $"{_url}: the WebSocket broke ({(e as WebSocketException)?.WebSocketErrorCode.ToString() ?? e.GetType().Name})");

    private sealed record Exchange(IReadOnlyList<RpcRequest> Requests, long FirstId, Action<RpcReply[]>? BeforeNextMessage)
    {
        public TaskCompletionSource<RpcReply[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
