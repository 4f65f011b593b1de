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
/// <param name="ask">Asks the node.</param>
/// <param name="limit">How long one answer may take; being cut off is silence.</param>
/// <param name="clock">The host's clock.</param>
public sealed class KeptQuestions<TKey, TValue>(Func<TKey, CancellationToken, Task<TValue>> ask, TimeSpan limit, TimeProvider clock) : IDisposable
    where TKey : notnull
    where TValue : notnull
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(15);

    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();

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
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                _entries[key] = entry = new Entry();
            }

            entry.UsedAt = clock.GetUtcNow();
            if (entry.Pending is { } pending)
            {
                return pending;
            }

            if ((entry.HasValue && entry.At >= freshest && entry.Error is null) || entry.UsedAt < entry.NotBefore || _stop.IsCancellationRequested
                || (entry.HasValue && freshest == default))
            {
                return Task.CompletedTask;
            }

            Task running = AskAsync(key, entry, _stop.Token);
            entry.Pending = running;
            return running;
        }
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
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task AskAsync(TKey key, Entry entry, CancellationToken stop)
    {
        await Task.Yield(); // never on the asker's stack: it holds the lock
        TValue? answer = default;
        Exception? trouble = null;
        try
        {
            // The limit ends the request, which counts against the endpoint; the node's own limits end sooner as a rule.
            using CancellationTokenSource time = new(limit, clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, stop);
            Task<TValue> asked = ask(key, either.Token);
            answer = await asked.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            trouble = new TimeoutException($"no answer within {limit.TotalSeconds:0.#} s");
        }
        catch (Exception error)
        {
            trouble = error; // whatever it was, it is this node's trouble with this question
        }

        lock (_lock)
        {
            entry.Pending = null;
            entry.Error = trouble;
            if (trouble is not null)
            {
                entry.Failures++;
                TimeSpan pause = TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, _firstPause.Ticks << Math.Min(entry.Failures - 1, 8)));
                entry.NotBefore = clock.GetUtcNow() + pause;
                return;
            }

            entry.Failures = 0;
            entry.NotBefore = default;
            if (entry.HasValue && !EqualityComparer<TValue>.Default.Equals(entry.Value, answer))
            {
                entry.Changes++;
            }

            (entry.Value, entry.HasValue, entry.At) = (answer, true, clock.GetUtcNow());
        }
    }

    private sealed class Entry
    {
        public TValue? Value { get; set; }

        public bool HasValue { get; set; }

        public DateTimeOffset At { get; set; }

        public Exception? Error { get; set; }

        public Task? Pending { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public DateTimeOffset UsedAt { get; set; }

        public int Failures { get; set; }

        public int Changes { get; set; }

        public Kept<TValue> Shown() => new(Value, HasValue, At, Error, Pending is not null, Changes);
    }
}
