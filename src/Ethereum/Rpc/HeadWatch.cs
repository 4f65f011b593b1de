namespace Gavel.Ethereum;

/// <summary>What is known of one endpoint's head: the newest one, and since when there has been nothing new.</summary>
internal sealed class HeadWatch(RpcEndpoint endpoint, TimeProvider time) : IAsyncDisposable
{
    private const int Remembered = 32;

    private readonly Lock _lock = new();
    private readonly Queue<Hash32> _recent = [];
    private readonly CancellationTokenSource _closing = new();
    private Task? _feed;
    private ChainHead? _last;
    private DateTimeOffset _changedAt;

    /// <summary>True while the endpoint's head stands still and another one's does not: others are asked first.</summary>
    public bool IsBehind { get; set; }

    /// <summary>The last head with its age as of now; null before the first.</summary>
    public ChainHead? Last
    {
        get
        {
            lock (_lock)
            {
                return _last is null ? null : Aged(_last);
            }
        }
    }

    /// <summary>When the head last changed.</summary>
    public DateTimeOffset ChangedAt
    {
        get
        {
            lock (_lock)
            {
                return _changedAt;
            }
        }
    }

    /// <summary>
    /// Takes a head. It is a change if its block was not seen of late: behind one name there may be several machines that stand at different
    /// blocks, between which answers jump without anything being new.
    /// </summary>
    public ChainHead Note(ChainHead head)
    {
        lock (_lock)
        {
            if (_last is null || !_recent.Contains(head.Hash))
            {
                _changedAt = time.GetUtcNow();
                _recent.Enqueue(head.Hash);
                if (_recent.Count > Remembered)
                {
                    _recent.Dequeue();
                }
            }

            _last = head;
            endpoint.Meter.Head(head, _changedAt);
            return Aged(head);
        }
    }

    /// <summary>Listens to the heads that the server announces, if it is reached by WebSocket. They make us quick; polling makes us complete.</summary>
    public void Listen(Action<ChainHead> announced)
    {
        if (endpoint.Url.IsWebSocket)
        {
            lock (_lock)
            {
                _feed ??= FeedAsync(announced, _closing.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await (_feed ?? Task.CompletedTask).ConfigureAwait(false);
        _closing.Dispose();
    }

    private ChainHead Aged(ChainHead head)
    {
        DateTimeOffset now = time.GetUtcNow();
        double age = now.ToUnixTimeMilliseconds() / 1000.0 + endpoint.Options.ClockOffsetSeconds - head.Timestamp;
        return head with { Unchanged = now - _changedAt, Age = TimeSpan.FromSeconds(Math.Clamp(age, -1e9, 1e9)) };
    }

    private async Task FeedAsync(Action<ChainHead> announced, CancellationToken closing)
    {
        await Task.Yield();
        int failures = 0;
        while (!closing.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                using CancellationTokenSource limit = new(endpoint.Options.Timeout, time);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing);
                System.Threading.Channels.ChannelReader<System.Text.Json.JsonElement> heads =
                    await endpoint.SubscribeToHeads(either.Token)!.ConfigureAwait(false);
                failures = 0;
                await foreach (System.Text.Json.JsonElement head in heads.ReadAllAsync(closing).ConfigureAwait(false))
                {
                    announced(Note(ChainHead.Read(new RpcValue(head, "newHeads"), endpoint.Url)));
                }

                pause = endpoint.Options.Pause(0);
            }
            catch (RpcException e)
            {
                // A server that does not serve subscriptions is asked again later; one that broke off, or garbled a notice, soon.
                pause = e.Kind == RpcErrorKind.NodeError ? TimeSpan.FromSeconds(endpoint.Options.CapabilitySeconds) : endpoint.Options.Pause(failures++);
            }
            catch (Exception)
            {
                // Silence, or something unforeseen: the feed must not end with it.
                pause = endpoint.Options.Pause(failures++);
            }

            await Task.Delay(pause, time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
