using System.Collections.Concurrent;

namespace Gavel.Traces;

/// <summary>The threads that run VMs: their own, never the pool's, and bounded in number. Light work never waits behind them.</summary>
public sealed class VmWorkers : IDisposable
{
    private readonly BlockingCollection<Action<CancellationToken>> _queue = [];
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

    /// <summary>Adds work; it must not throw. After <see cref="Dispose"/> has begun nothing is added.</summary>
    public void Enqueue(Action<CancellationToken> work)
    {
        try
        {
            _queue.Add(work);
        }
        catch (InvalidOperationException) when (_queue.IsAddingCompleted)
        {
            // The threads are ending; what they would have found out is asked for again by whoever comes next.
        }
    }

    /// <summary>Cancels what runs and waits for the threads.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _queue.CompleteAdding();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _stop.Dispose();
        _queue.Dispose();
    }

    private void Work()
    {
        foreach (Action<CancellationToken> work in _queue.GetConsumingEnumerable())
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            work(_stop.Token);
        }
    }
}
