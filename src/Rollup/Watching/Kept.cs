namespace Gavel.Rollup;

/// <summary>What a node answered to a question, or why there is no answer yet.</summary>
/// <param name="Value">The last answer; the default while there is none.</param>
/// <param name="HasValue">True once it has answered.</param>
/// <param name="At">When it answered last.</param>
/// <param name="Error">Why it did not answer when it was asked last; null if it did.</param>
/// <param name="IsPending">True while it is being asked.</param>
/// <param name="Changes">How often another answer came than before.</param>
public sealed record Kept<T>(T? Value, bool HasValue, DateTimeOffset At, Exception? Error, bool IsPending, int Changes)
{
    /// <summary>The error in words.</summary>
    public string? Trouble => Error?.Message;

    internal static Kept<T> Never { get; } = new(default, false, default, null, false, 0);
}

/// <summary>
/// Questions to one node, each asked once however many want the answer, within a time limit of its own and on a task that outlives whoever
/// asked first. Answers are kept through later silence; what failed is asked again after a pause that grows. Safe for many threads.
/// </summary>
/// <typeparam name="TKey">The question.</typeparam>
/// <typeparam name="TValue">Its answer; two answers are the same if they are equal.</typeparam>
public sealed class KeptQuestions<TKey, TValue> : IDisposable
    where TKey : notnull
    where TValue : notnull
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(15);

    private readonly Func<TKey, CancellationToken, Task<TValue>> _ask;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _clock;
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly Lock _lock = new();

    /// <summary>Nothing is asked yet.</summary>
    /// <param name="ask">Asks the node.</param>
    /// <param name="limit">How long one answer may take; being cut off is silence.</param>
    /// <param name="clock">The host's clock. It may jump either way.</param>
    public KeptQuestions(Func<TKey, CancellationToken, Task<TValue>> ask, TimeSpan limit, TimeProvider clock)
    {
        _ask = ask;
        _limit = limit;
        _clock = clock;
        _stopped = _stop.Token;
    }

    /// <summary>What is known of a question.</summary>
    public Kept<TValue> Of(TKey key)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(key, out Entry? entry) ? entry.Shown() : Kept<TValue>.Never;
        }
    }

    /// <summary>Asks, unless it is being asked, is answered freshly enough, or failed a moment ago.</summary>
    /// <param name="key">The question.</param>
    /// <param name="freshest">An answer from before this is asked for again; the default keeps any answer.</param>
    /// <returns>The end of the asking; completed where there is nothing to wait for. It never fails.</returns>
    public Task Ask(TKey key, DateTimeOffset freshest = default)
    {
        TaskCompletionSource answered = new();
        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out entry))
            {
                _entries[key] = entry = new Entry();
            }

            DateTimeOffset now = _clock.GetUtcNow();
            entry.UsedAt = now;
            if (entry.Pending is { } pending)
            {
                return pending;
            }

            if (_stopped.IsCancellationRequested || (entry.HasValue && freshest == default) || entry.IsFresh(freshest, now) || entry.IsPausing(now))
            {
                return Task.CompletedTask;
            }

            entry.Pending = answered.Task;
        }

        _ = AskAsync(key, entry, answered); // outside the lock: it begins on the asker's stack
        return answered.Task;
    }

    /// <summary>Forgets questions that nobody has asked since a time.</summary>
    public void Forget(DateTimeOffset before)
    {
        lock (_lock)
        {
            foreach (TKey key in _entries.Where(entry => entry.Value.UsedAt < before && entry.Value.Pending is null).Select(entry => entry.Key).ToArray())
            {
                _entries.Remove(key);
            }
        }
    }

    /// <summary>Gives up what is being asked.</summary>
    public void Dispose()
    {
        _stop.Cancel(); // and not disposed of: whoever is asking still holds its token
    }

    private async Task AskAsync(TKey key, Entry entry, TaskCompletionSource answered)
    {
        TValue? answer = default;
        Exception? trouble = null;
        try
        {
            // The limit ends the request, which counts against the endpoint; the node's own limits end sooner as a rule.
            using CancellationTokenSource time = new(_limit, _clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _stopped);
            Task<TValue> asked = _ask(key, either.Token);
            answer = await asked.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            trouble = new TimeoutException($"no answer within {_limit.TotalSeconds:0.#} s");
        }
        catch (Exception error)
        {
            trouble = error; // whatever it was, it is this node's trouble with this question
        }

        lock (_lock)
        {
            entry.Take(answer, trouble, _clock.GetUtcNow());
        }

        answered.SetResult();
    }

    private sealed class Entry
    {
        private TValue? Value { get; set; }

        public bool HasValue { get; private set; }

        public DateTimeOffset UsedAt { get; set; }

        public Task? Pending { get; set; }

        private DateTimeOffset At { get; set; }

        private DateTimeOffset NotBefore { get; set; }

        private Exception? Error { get; set; }

        private int Failures { get; set; }

        private int Changes { get; set; }

        // An answer of the future is one of before the clock was set back: it says nothing of now.
        public bool IsFresh(DateTimeOffset freshest, DateTimeOffset now) => HasValue && Error is null && At >= freshest && At <= now;

        public bool IsPausing(DateTimeOffset now) => now < NotBefore && NotBefore - now <= _longestPause;

        public void Take(TValue? answer, Exception? trouble, DateTimeOffset now)
        {
            Pending = null;
            Error = trouble;
            if (trouble is not null)
            {
                Failures++;
                NotBefore = now + TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, _firstPause.Ticks << Math.Min(Failures - 1, 8)));
                return;
            }

            Failures = 0;
            NotBefore = default;
            if (HasValue && !EqualityComparer<TValue>.Default.Equals(Value, answer))
            {
                Changes++;
            }

            (Value, HasValue, At) = (answer, true, now);
        }

        public Kept<TValue> Shown() => new(Value, HasValue, At, Error, Pending is not null, Changes);
    }
}
