namespace Gavel.Ethereum;

/// <summary>
/// One ask of many requests to one endpoint, in as many round trips as it takes. What fails as a whole is taken apart until it is known whether
/// its size, one of its requests, or the server was the trouble: a request that brings no answer alone is that request's outcome, and the
/// others still come back. What is lost on failing round trips is bounded; whatever is open then, or when the server is found down, gets the last trouble for its outcome.
/// </summary>
internal sealed class BatchRun
{
    // So many timeouts may be lost on round trips that fail before the time with answers is weighed against it, and as long may be paused in a
    // row; one may be lost on requests that failed before.
    private const int TimeoutsToLose = 4;

    // A failed chunk of at most so many requests is asked again one by one, a larger one in parts of its root's size.
    private const int FewEnough = 16;

    private readonly RpcEndpoint _endpoint;
    private readonly IReadOnlyList<RpcRequest> _requests;
    private readonly Ask _ask;
    private readonly BatchSize _size;
    private readonly Suspects _suspects;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;
    private readonly RpcReply?[] _replies;
    private readonly Queue<int> _open = new();
    private readonly Queue<int[]> _apart = new();
    private readonly int _sizeBefore;
    private readonly long _start;
    private TimeSpan _lost;
    private TimeSpan _paused;
    private int _pauses;
    private int _repeats;
    private bool _heard;
    private bool _foundOne;
    private RpcException? _trouble;
    private RpcException? _end;

    public BatchRun(RpcEndpoint endpoint, IReadOnlyList<RpcRequest> requests, Ask ask, BatchSize size, Suspects suspects, TimeProvider time)
    {
        (_endpoint, _options) = (endpoint, endpoint.Options);
        _requests = requests;
        _ask = ask;
        (_size, _sizeBefore) = (size, size.Current);
        _suspects = suspects;
        (_time, _start) = (time, time.GetTimestamp());
        _replies = new RpcReply?[requests.Count];
    }

    /// <summary>Asks everything.</summary>
    /// <exception cref="RpcException">Nothing at all was answered.</exception>
    public async Task<RpcReply[]> RunAsync(CancellationToken cancellationToken)
    {
        int[] suspects = _suspects.Among(_requests);
        foreach (int i in Enumerable.Range(0, _requests.Count).Except(suspects))
        {
            _open.Enqueue(i);
        }

        while (_end is null && (_open.Count > 0 || _apart.Count > 0))
        {
            int[] chunk = Next();
            await (chunk.Length == 1 ? AskOneAsync(chunk[0], cancellationToken) : AskManyAsync(chunk, cancellationToken)).ConfigureAwait(false);
            TimeSpan most = TimeoutsToLose * _options.Timeout;
            if (_paused >= most || (_lost >= most && _lost >= _time.GetElapsedTime(_start) / 2))
            {
                _end ??= _trouble;
            }
        }

        if (_foundOne)
        {
            _size.Restore(_sizeBefore); // a request was the trouble, and not how many there were
        }

        await AskSuspectsAsync(suspects, cancellationToken).ConfigureAwait(false);
        if (!_heard && _trouble is { } trouble)
        {
            throw trouble;
        }

        return Array.ConvertAll(_replies, reply => reply ?? new RpcReply(_end ?? _trouble!));
    }

    private int[] Next()
    {
        if (_open.Count == 0 && _apart.Dequeue() is { } part)
        {
            if (part.Length <= _size.Current)
            {
                return part;
            }

            Array.ForEach(part, _open.Enqueue); // sizes have shrunk meanwhile
        }

        int[] chunk = new int[Math.Min(_size.Current, _open.Count)];
        for (int i = 0; i < chunk.Length; i++)
        {
            chunk[i] = _open.Dequeue();
        }

        return chunk;
    }

    private async Task AskManyAsync(int[] chunk, CancellationToken cancellationToken)
    {
        (RpcReply[]? answers, RpcException? refusal) = await TryAsync(chunk, cancellationToken).ConfigureAwait(false);
        if (refusal is null)
        {
            _pauses = 0;
            RpcException? limited = Settle(chunk, answers!);
            if (limited is null)
            {
                _size.Passed(chunk.Length);
                return;
            }

            _size.Doubted(chunk.Length);
            await PauseAsync(limited, cancellationToken).ConfigureAwait(false);
        }
        else if (refusal is { Kind: RpcErrorKind.RateLimit, IsTooLarge: false })
        {
            // More often than not the limit is on requests a second: the same again after a pause, then less at once.
            if (!_ask.IsAlone || refusal.IsOurs)
            {
                _end = refusal;
                return;
            }

            _size.Doubted(chunk.Length);
            Array.ForEach(chunk, _open.Enqueue);
            await PauseAsync(refusal, cancellationToken).ConfigureAwait(false);
        }
        else if (refusal.IsUnreachable && !_ask.IsAlone)
        {
            _end = refusal;
        }
        else
        {
            await RefusedAsync(chunk, answers, refusal, cancellationToken).ConfigureAwait(false);
        }
    }

    // One alone tells whether the server or the rest was the trouble. It is an answer already if it passes.
    private async Task RefusedAsync(int[] chunk, RpcReply[]? answers, RpcException refusal, CancellationToken cancellationToken)
    {
        int first = chunk[0];
        await AskOneAsync(first, cancellationToken).ConfigureAwait(false);
        if (answers is not null && !RpcMethods.IsSettled(_requests[first], _replies[first]!.Value))
        {
            Settle(chunk, answers); // it says the same to each, however few they are: these are the outcomes
            return;
        }

        int[] rest = chunk[1..];
        if (refusal.Code is not null || refusal.Kind == RpcErrorKind.NodeError || refusal.IsTooLarge || refusal.HttpStatus is >= 400 and < 500)
        {
            _size.Refused(chunk.Length); // the server's own words
            Array.ForEach(rest, _open.Enqueue);
        }
        else if (refusal.IsUnreachable)
        {
            Array.ForEach(rest, _open.Enqueue);
        }
        else
        {
            _size.Doubted(chunk.Length);
            foreach (int[] part in rest.Chunk(chunk.Length <= FewEnough ? 1 : (int)Math.Ceiling(Math.Sqrt(rest.Length))))
            {
                _apart.Enqueue(part);
            }
        }
    }

    private async Task AskOneAsync(int place, CancellationToken cancellationToken, bool isSuspect = false)
    {
        RpcRequest request = _requests[place];
        TimeSpan limit = isSuspect ? _suspects.Limit(request) : Limit(1);
        long start = _time.GetTimestamp();
        try
        {
            bool again = _ask.IsAlone && !isSuspect && _lost < _options.Timeout;
            RpcReply[] reply = await _endpoint.ExchangeAsync([request], _ask, again, limit, isCharged: !isSuspect || !_heard, cancellationToken).ConfigureAwait(false);
            _replies[place] = reply[0];
            _heard = true;
            _suspects.Answered(request);
        }
        catch (RpcException e)
        {
            _lost += _time.GetElapsedTime(start);
            _replies[place] = new RpcReply(e);
            _trouble = e;
            if (e.IsUnreachable || e.IsOurs || (e is { Kind: RpcErrorKind.RateLimit, IsTooLarge: false }) || !await _endpoint.LivesAsync(cancellationToken).ConfigureAwait(false))
            {
                _end = e;
                return;
            }

            _foundOne = true;
            _suspects.Failed(request);
        }
    }

    private async Task AskSuspectsAsync(int[] suspects, CancellationToken cancellationToken)
    {
        TimeSpan before = _lost;
        foreach (int place in suspects)
        {
            if (_end is not null)
            {
                return;
            }

            if (_lost - before >= _options.Timeout)
            {
                _replies[place] = new RpcReply(new RpcException(
                    RpcErrorKind.Timeout,
                    $"{_endpoint}: {_requests[place].Method} was not asked this time: it brought no answer before, and others like it have taken {(_lost - before).TotalSeconds:0.#} s"));
                continue;
            }

            await AskOneAsync(place, cancellationToken, isSuspect: true).ConfigureAwait(false);
        }
    }

    // A refusal is trouble with a whole batch for which its size may be the reason, or one of its requests, or the same fate of all of them.
    private async Task<(RpcReply[]? Answers, RpcException? Refusal)> TryAsync(int[] chunk, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        try
        {
            RpcReply[] answers = await _endpoint.ExchangeAsync(
                Array.ConvertAll(chunk, i => _requests[i]), _ask, again: false, Limit(chunk.Length), isCharged: true, cancellationToken).ConfigureAwait(false);
            RpcException? refusal = Array.TrueForAll(answers, a => a.Error is { Kind: not RpcErrorKind.Revert }) ? answers[0].Error : null;
            _trouble = refusal ?? _trouble;
            return (answers, refusal);
        }
        catch (RpcException e)
        {
            _lost += _time.GetElapsedTime(start);
            _trouble = e;
            return (null, e);
        }
        catch (OperationCanceledException) when (_time.GetElapsedTime(start) >= _options.Patience)
        {
            // Cut off by the caller, who has asked another server beside this one: silence may be this server's word for "too large".
            _size.Doubted(chunk.Length);
            throw;
        }
    }

    // Takes the answers; what only a limit or a gap kept from being answered is asked again if there is nobody else to ask.
    private RpcException? Settle(int[] chunk, RpcReply[] answers)
    {
        RpcException? limited = null;
        for (int i = 0; i < chunk.Length; i++)
        {
            _replies[chunk[i]] = answers[i];
            if (answers[i].Error is not { IsTransient: true } error)
            {
                _heard = true;
                _paused = TimeSpan.Zero;
                continue;
            }

            _trouble = error;
            if (!_ask.IsAlone)
            {
                continue;
            }

            if (error.Kind == RpcErrorKind.RateLimit)
            {
                limited = error;
                _open.Enqueue(chunk[i]);
            }
            else if (_repeats < _options.MaxRetries * _requests.Count)
            {
                _repeats++;
                _open.Enqueue(chunk[i]);
            }
        }

        return limited;
    }

    // Nothing is hurried before something failed.
    private TimeSpan Limit(int requests) => _lost == TimeSpan.Zero ? _options.Timeout : _endpoint.State.Limit(requests);

    // A server that names no pause is given one that doubles; a batch that was only too large needs none.
    private async Task PauseAsync(RpcException refusal, CancellationToken cancellationToken)
    {
        TimeSpan pause = refusal.RetryAfter is { } asked && asked > TimeSpan.Zero ? asked
            : refusal.IsTooLarge ? TimeSpan.Zero
            : _options.Pause(_pauses++);
        pause = pause < _options.MaxRetryDelay ? pause : _options.MaxRetryDelay;
        _paused += pause;
        await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
    }
}
