namespace Gavel.Ethereum;

/// <summary>The batch size that a server bears: halved when it refuses, grown by a quarter after a run of full batches that pass.</summary>
internal sealed class BatchSize(int max)
{
    private const int RunBeforeGrowth = 8;

    private readonly Lock _lock = new();
    private readonly int _max = max;
    private int _current = max;
    private int _run;
    private int _doubts;

    /// <summary>The size to use now.</summary>
    public int Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>A batch of this size was refused.</summary>
    public void Refused(int size)
    {
        lock (_lock)
        {
            // Several batches of the old size may be under way: only their own size is halved, not what it has become.
            _current = Math.Max(1, Math.Min(_current, size / 2));
            _run = 0;
            _doubts = 0;
        }
    }

    /// <summary>
    /// A batch of this size failed in a way that may have nothing to do with its size (a limit on requests per time, a gateway's bad moment):
    /// the second time in a row it is taken for a refusal.
    /// </summary>
    public void Doubted(int size)
    {
        lock (_lock)
        {
            if (++_doubts < 2)
            {
                return;
            }
        }

        Refused(size);
    }

    /// <summary>What made batches smaller since the size was this was not their size.</summary>
    public void Restore(int size)
    {
        lock (_lock)
        {
            _current = Math.Max(_current, size);
            _doubts = 0;
        }
    }

    /// <summary>A batch of this size passed.</summary>
    public void Passed(int size)
    {
        lock (_lock)
        {
            if (size < _current)
            {
                return;
            }

            _doubts = 0;
            if (_current < _max && ++_run >= RunBeforeGrowth)
            {
                _current = Math.Min(_max, _current + Math.Max(1, _current / 4));
                _run = 0;
            }
        }
    }
}
