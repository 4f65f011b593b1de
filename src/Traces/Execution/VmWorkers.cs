namespace Gavel.Traces;

/// <summary>
/// The threads that run VMs: their own, never the pool's, and bounded in number. Light work never waits behind them. What a clock waits for is begun
/// before what has time; among equals it is first come, first served.
/// </summary>
public sealed class VmWorkers : IDisposable
{
    private readonly Queue<Action<CancellationToken>> _urgent = [];
    private readonly Queue<Action<CancellationToken>> _others = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread[] _threads;
    private long _steps;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">How many VMs run at a time.</param>
    public VmWorkers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _threads = [.. Enumerable.Range(0, count).Select(i => new Thread(Work) { IsBackground = true, Name = $"vm-{i}" })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>VM steps executed so far by all threads.</summary>
    public long StepsExecuted => Interlocked.Read(ref _steps);

    /// <summary>Counts executed steps.</summary>
    internal void CountSteps(ulong steps) => Interlocked.Add(ref _steps, (long)steps);

    /// <summary>
    /// Adds work; it must not throw. What is added after <see cref="Dispose"/> has begun is not done: what it would have found out is asked for again by
    /// whoever comes next.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="isUrgent">Whether a clock waits for it.</param>
    public void Enqueue(Action<CancellationToken> work, bool isUrgent)
    {
        lock (_urgent)
        {
            (isUrgent ? _urgent : _others).Enqueue(work);
            Monitor.Pulse(_urgent);
        }
    }

    /// <summary>Cancels what runs and waits for the threads.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        lock (_urgent)
        {
            Monitor.PulseAll(_urgent);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _stop.Dispose();
    }

    private void Work()
    {
        while (Next() is { } work)
        {
            work(_stop.Token);
        }
    }

    private Action<CancellationToken>? Next()
    {
        lock (_urgent)
        {
            while (!_stop.IsCancellationRequested)
            {
                if (_urgent.TryDequeue(out Action<CancellationToken>? next) || _others.TryDequeue(out next))
                {
                    return next;
                }

                Monitor.Wait(_urgent);
            }

            return null;
        }
    }
}
