using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Gavel.Ethereum;

/// <summary>One open WebSocket: sends under a lock, reads in one loop, and hands each message to whom it concerns.</summary>
internal sealed class WebSocketConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly EndpointUrl _url;
    private readonly RpcOptions _options;
    private readonly Action<string> _stray;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, Exchange> _exchanges = new();
    private readonly ConcurrentDictionary<string, Channel<JsonElement>> _subscriptions = new();
    private readonly Task _reading;
    private volatile RpcException? _broken;
    private long _nextId;
    private long _messages;

    public WebSocketConnection(ClientWebSocket socket, EndpointUrl url, RpcOptions options, Action<string> stray)
    {
        _socket = socket;
        _url = url;
        _options = options;
        _stray = stray;
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

            long before = Interlocked.Read(ref _messages);
            long start = Stopwatch.GetTimestamp();
            await SendAsync(RpcWire.Encode(requests, firstId), cancellationToken).ConfigureAwait(false);
            try
            {
                return await exchange.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (
                Interlocked.Read(ref _messages) == before && Stopwatch.GetElapsedTime(start) >= _options.Patience)
            {
                // Not a word since: a gateway may answer pings for a node that is gone. The next request gets a new connection.
                _broken ??= new RpcException(RpcErrorKind.Network, $"{_url}: given up, since nothing has come over the WebSocket for {Stopwatch.GetElapsedTime(start).TotalSeconds:0.#} s");
                _socket.Abort();
                throw;
            }
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
        catch (Exception e)
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
                if (message.WrittenCount > _options.MaxResponseBytes)
                {
                    end = new RpcException(RpcErrorKind.Network, $"{_url}: a message is larger than {_options.MaxResponseBytes} bytes");
                    break;
                }

                if (part.EndOfMessage)
                {
                    Take(message.WrittenMemory);
                    message.ResetWrittenCount();
                }
            }
        }
        catch (Exception e)
        {
            end = Broken(e); // whatever it was: without a reader nobody would ever be answered
        }

        _broken ??= end;
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

    // What is no JSON ends neither the connection nor the other exchanges: they have their own answers to come.
    private void Take(ReadOnlyMemory<byte> message)
    {
        Interlocked.Increment(ref _messages);
        try
        {
            using JsonDocument document = RpcWire.Parse(message, _url, _options.MaxDepth);
            Take(document.RootElement);
        }
        catch (RpcException e)
        {
            Nameless(e);
        }
        catch (InvalidOperationException)
        {
            Nameless(new RpcException(RpcErrorKind.Malformed, $"{_url}: the answer has a name with half of a surrogate pair"));
        }
    }

    private void Take(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("method"u8, out _))
        {
            Notify(root);
            return;
        }

        long id = 0;
        Exchange? exchange = null;
        bool named = false;
        foreach (JsonElement item in root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Take(16)] : new[] { root })
        {
            if (RpcWire.TryReadId(item, out long found))
            {
                (id, named) = (found, true);
                exchange ??= _exchanges.Values.FirstOrDefault(e => found >= e.FirstId && found < e.FirstId + e.Requests.Count);
            }
        }

        exchange ??= named ? null : Only();
        if (exchange is null)
        {
            // Late answers to requests that were given up are no news.
            if (id <= 0 || id > Interlocked.Read(ref _nextId))
            {
                _stray($"{_url}: an answer to a request that was not made{(id == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (id {id})"))}");
            }

            return;
        }

        try
        {
            RpcReply[] replies = RpcWire.Decode(root, exchange.Requests, exchange.FirstId, _url, _stray);
            exchange.BeforeNextMessage?.Invoke(replies);
            exchange.Answer.TrySetResult(replies);
        }
        catch (RpcException e)
        {
            exchange.Answer.TrySetException(e);
        }
    }

    // Bad JSON, or a refusal without an id. If only one exchange is under way it is meant; else nobody can tell.
    private void Nameless(RpcException e)
    {
        if (Only() is { } exchange)
        {
            exchange.Answer.TrySetException(e);
        }
        else
        {
            _stray(e.Message);
        }
    }

    private Exchange? Only() => _exchanges.Count == 1 ? _exchanges.Values.FirstOrDefault() : null;

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
