
namespace Gavel.Ethereum;

/// <summary>The batch size that a server bears: halved when it refuses, grown by an eighth after a run of full batches that pass.</summary>
internal sealed class BatchSize(int max)
{
    private const int RunBeforeGrowth = 16;

    private readonly Lock _lock = new();
    private readonly int _max = max;
    private int _current = max;
    private int _run;

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
        }
    }

    /// <summary>A batch of this size passed.</summary>
    public void Passed(int size)
    {
        lock (_lock)
        {
            if (size >= _current && _current < _max && ++_run >= RunBeforeGrowth)
            {
                _current = Math.Min(_max, _current + Math.Max(1, _current / 8));
                _run = 0;
            }
        }
    }
}
