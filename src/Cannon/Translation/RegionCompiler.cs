using System.Collections.Concurrent;

namespace Gavel.Cannon;

/// <summary>Compiles regions one after another, on a pool thread unless told otherwise; what is done is fetched by the VM's thread.</summary>
internal sealed class RegionCompiler(bool inBackground)
{
    private readonly Queue<Region> _waiting = new();
    private readonly ConcurrentQueue<(Region Region, CompiledRegion? Code)> _done = new();
    private bool _isBusy;
    private volatile bool _hasDone;
    private volatile string? _failure;

    /// <summary>Why nothing can be compiled any more; null while all is well.</summary>
    public string? Failure => _failure;

    /// <summary>Regions waiting.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>True when <see cref="TryTake"/> has something.</summary>
    public bool HasDone => _hasDone;

    public void Add(Region region)
    {
        _waiting.Enqueue(region);
        Start();
    }

    /// <summary>A compiled region; without code when it was too large.</summary>
    public bool TryTake(out Region region, out CompiledRegion? code)
    {
        _hasDone = false;
        bool taken = _done.TryDequeue(out (Region Region, CompiledRegion? Code) done);
        (region, code) = done;
        if (taken)
        {
            _hasDone = !_done.IsEmpty;
            _isBusy = false;
            Start();
        }

        return taken;
    }

    private void Start()
    {
        while (!_isBusy && _waiting.TryDequeue(out Region? region))
        {
            if (region.IsDropped)
            {
                continue;
            }

            _isBusy = true;
            if (inBackground)
            {
                ThreadPool.UnsafeQueueUserWorkItem(Compile, region, preferLocal: false);
            }
            else
            {
                Compile(region);
            }
        }
    }

    private void Compile(Region region)
    {
        CompiledRegion? code = null;
        try
        {
            code = RegionEmitter.Compile(region.Plan);
        }
        catch (Exception error)
        {
            // Whatever it is, the interpreter can go on, and this thread must not take the process down.
            _failure = $"{error.GetType().Name} at 0x{region.Plan.Roots[0]:x}: {error.Message}";
        }

        _done.Enqueue((region, code));
        _hasDone = true;
    }
}
