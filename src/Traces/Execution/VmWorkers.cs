namespace Gavel.Traces;

/// <summary>
/// The threads that run VMs: their own, never the pool's, and bounded in number. Light work never waits behind them. What a clock waits for is begun
/// before what has time, which gives way to it also when it runs already; among equals it is first come, first served.
/// </summary>
public sealed class VmWorkers : IDisposable
{
    private readonly Queue<Action<CancellationToken>> _urgent = [];
    private readonly Queue<Action<CancellationToken>> _others = [];
    private readonly List<CancellationTokenSource> _givingWay = []; // what runs and has time
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread[] _threads;
    private int _free;
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
    /// Adds work; it must not throw. What has time is cancelled when something urgent finds no thread free, and is to be asked for again then. What is added after <see cref="Dispose"/> has begun is not done: what it would have found out is asked for again by
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
            if (_urgent.Count > _free && _givingWay.Count > 0)
            {
                _givingWay[0].Cancel();
                _givingWay.RemoveAt(0);
            }
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
        while (Next() is var (work, way))
        {
            using (way)
            {
                work(way?.Token ?? _stop.Token);
                lock (_urgent)
                {
                    _givingWay.Remove(way!);
                }
            }
        }
    }

    // The next work and, where it has time, what makes it give way; null at the end.
    private (Action<CancellationToken> Work, CancellationTokenSource? Way)? Next()
    {
        lock (_urgent)
        {
            while (!_stop.IsCancellationRequested)
            {
                if (_urgent.TryDequeue(out Action<CancellationToken>? next))
                {
                    return (next, null);
                }

                if (_others.TryDequeue(out next))
                {
                    CancellationTokenSource way = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                    _givingWay.Add(way);
                    return (next, way);
                }

                _free++;
                Monitor.Wait(_urgent);
                _free--;
            }

            return null;
        }
    }
}
