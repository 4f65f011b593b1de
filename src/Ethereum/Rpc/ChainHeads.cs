namespace Gavel.Ethereum;

/// <summary>
/// The head of a chain over several endpoints. A well-formed answer may be stale: a node that has stopped gives the same head for ever. So a
/// head has an age, by the time since it last changed and by its own timestamp against the clock; an endpoint whose head stands still while
/// another one's goes on is put behind, for all requests. A head that is lower than one seen before comes of a slower endpoint as a rule, and
/// is not a sign of a reorganisation.
/// </summary>
public sealed class ChainHeads
{
    private readonly FailoverRpc _rpc;
    private readonly EndpointSlot[] _slots;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChainHead? _news;
    private Task _looking = Task.CompletedTask;
    private long? _lookedAt;

    internal ChainHeads(FailoverRpc rpc, EndpointSlot[] slots, RpcOptions options, TimeProvider time)
    {
        _rpc = rpc;
        _slots = slots;
        _options = options;
        _time = time;
    }

    /// <summary>
    /// The head of the best endpoint: the first in good health whose head goes on. Looks at the other endpoints' heads on the way, in the
    /// background, every <see cref="RpcOptions.HeadPollSeconds"/>.
    /// </summary>
    /// <exception cref="RpcException">No endpoint told its head.</exception>
    public async Task<ChainHead> HeadAsync(CancellationToken cancellationToken)
    {
        foreach (EndpointSlot slot in _slots)
        {
            slot.Head.Listen(head => Announce(slot, head));
        }

        lock (_lock)
        {
            _news = null; // whoever looks has heard it
        }

        (ChainHead head, EndpointSlot from) = await AskAsync(cancellationToken).ConfigureAwait(false);
        from.News.Saw(head);
        Task looking = LookAtOthers(from);
        if (IsOld(head))
        {
            // Before an old head is believed the others are heard, within their time.
            await looking.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        Compare();
        if (from.Head.IsBehind)
        {
            (head, _) = await AskAsync(cancellationToken).ConfigureAwait(false);
        }

        return head with { StandsStill = IsOld(head) };
    }

    /// <summary>
    /// Waits until an endpoint has announced a head other than the known one and no lower (WebSocket), at most for the time given: a reason to
    /// look sooner. True if one was announced since <see cref="HeadAsync"/> was last called. Endpoints that announce nothing must be polled as before.
    /// One that announces blocks which neither another endpoint has, nor it itself where it is the one that is believed, is no reason a second time.
    /// </summary>
    public async Task<bool> AnnouncedAsync(ChainHead known, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task end = Task.Delay(atMost, _time, over.Token);
        bool isNew;
        Task announced;
        do
        {
            lock (_lock)
            {
                isNew = _news is { } news && news.Number >= known.Number && news.Hash != known.Hash;
                announced = _announced.Task;
            }
        }
        while (!isNew && await Task.WhenAny(announced, end).ConfigureAwait(false) == announced);

        await over.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return isNew;
    }

    /// <summary>The look at the other endpoints that is under way, or the last one; it never fails.</summary>
    internal Task Looking
    {
        get
        {
            lock (_lock)
            {
                return _looking;
            }
        }
    }

    /// <summary>Whether every endpoint that has told a head has an old one; then <see cref="FailoverRpc.Dangers"/> tell it.</summary>
    public bool AllStand
    {
        get
        {
            ChainHead[] heads = [.. _slots.Where(s => s.Objection is null).Select(s => s.Head.Last).OfType<ChainHead>()];
            return heads.Length > 0 && Array.TrueForAll(heads, IsOld);
        }
    }

    private bool IsOld(ChainHead head) => head.Unchanged >= _options.HeadMaxAge || head.Age >= _options.HeadMaxAge;

    private async Task<(ChainHead Head, EndpointSlot From)> AskAsync(CancellationToken cancellationToken)
    {
        (RpcReply[] replies, EndpointSlot from) = await _rpc.AskAsync([Latest()], cancellationToken).ConfigureAwait(false);
        ChainHead head = Note(from, replies[0]);
        Spread(from, head);
        return (head, from);
    }

    private static RpcRequest Latest() => new(RpcMethods.BlockByNumber, "latest", false);

    private static ChainHead Note(EndpointSlot slot, RpcReply reply) =>
        slot.Head.Note(ChainHead.Read(new RpcValue(reply.Result, $"{slot}: {RpcMethods.BlockByNumber}"), slot.Endpoint.Url));

    // What one endpoint has when it is asked bears out what the others announced.
    private void Spread(EndpointSlot from, ChainHead head)
    {
        foreach (EndpointSlot other in _slots.Where(other => other != from))
        {
            other.News.Saw(head);
        }
    }

    // The looks at the others end by themselves: by the round trip's timeout, or after three patiences.
    private Task LookAtOthers(EndpointSlot from)
    {
        lock (_lock)
        {
            bool due = _lookedAt is not { } at || _time.GetElapsedTime(at).TotalSeconds >= _options.HeadPollSeconds;
            if (due && _looking.IsCompleted)
            {
                _lookedAt = _time.GetTimestamp();
                _looking = Task.WhenAll(_slots.Where(s => s != from && s.Objection is null && s.Endpoint.State.SickSince is null).Select(LookAsync));
            }

            return _looking;
        }
    }

    private async Task LookAsync(EndpointSlot slot)
    {
        using CancellationTokenSource limit = new(3 * _options.Patience, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, slot.Closing);
        try
        {
            Spread(slot, Note(slot, (await slot.AskAsync([Latest()], new Ask(_time), either.Token).ConfigureAwait(false))[0]));
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            return; // its health knows
        }

        Compare();
    }

    private void Compare()
    {
        (EndpointSlot Slot, ChainHead Head)[] heads =
        [
            .. _slots.Where(s => s.Objection is null && s.Head.Last is not null).Select(s => (s, s.Head.Last!)),
        ];
        foreach ((EndpointSlot slot, ChainHead head) in heads)
        {
            // Only an endpoint whose own head is old is put behind: a higher one alone may be a lie, or a moment's difference.
            slot.Head.IsBehind = IsOld(head)
                && Array.Exists(heads, other => other.Head.Number > head.Number && other.Head.Unchanged < _options.HeadMaxAge && other.Slot.Endpoint.State.SickSince is null);
        }
    }

    private void Announce(EndpointSlot slot, ChainHead head)
    {
        if (slot.Objection is not null || !slot.News.Take(head))
        {
            return;
        }

        TaskCompletionSource announced;
        lock (_lock)
        {
            _news = _news is { } higher && higher.Number > head.Number ? higher : head;
            announced = _announced;
            _announced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        announced.TrySetResult();
    }
}
