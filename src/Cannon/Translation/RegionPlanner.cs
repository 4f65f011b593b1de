namespace Gavel.Cannon;

/// <summary>
/// Decides what becomes a region: places where the interpreter often is, and places to which regions often leave, which are joined to
/// the region if there is room. Has regions made thorough, or gives them up, when memory makes them leave too often.
/// </summary>
internal sealed class RegionPlanner(CodeCache code, VmVersion version, RegionTable regions, TranslatorTuning tuning)
{
    private const int MostGenerations = 12;
    private const int LeastLimit = 64;
    private const int OutsideExitsToBeThorough = 200;
    private const int MemoryExitsToGiveUp = 2000;
    private const int StepsThatPayForAMemoryExit = 100;
    private const int CallsToGiveUp = 50_000;
    private const int StepsThatPayForACall = 10;

    private readonly RegionCompiler _compiler = new(tuning.InBackground);
    private readonly HeatMap _heat = new(tuning.Threshold);
    private readonly HashSet<ulong> _refused = [];

    private HashSet<ulong>? _trace;
    private Order? _ordered;
    private int _traceLeft;

    /// <summary>True while steps are to be noted, one by one, before a region is made.</summary>
    public bool IsTracing => _trace is not null;

    /// <summary>Why nothing is translated any more; null while all is well.</summary>
    public string? Failure => _compiler.Failure;

    /// <summary>Regions compiled so far.</summary>
    public int Compiled { get; private set; }

    /// <summary>Makes enterable what is compiled.</summary>
    public void Install()
    {
        while (_compiler.HasDone && _compiler.TryTake(out Region region, out CompiledRegion? compiled))
        {
            Compiled++;
            if (compiled is null)
            {
                regions.Drop(region);
                if (region.Replaces is null && region.Limit > LeastLimit && Failure is null)
                {
                    Compile(new Order([region.Plan.Roots[0]], region.Plan.IsThorough, region.Limit / 2, null), region.Plan.Trace);
                }
            }
            else if (!region.IsDropped)
            {
                region.Compiled = compiled;
                regions.Install(region);
            }
        }
    }

    /// <summary>A step was run at a place, while tracing.</summary>
    public void Ran(ulong pc)
    {
        _trace!.Add(pc);
        if (--_traceLeft > 0)
        {
            return;
        }

        HashSet<ulong> trace = _trace;
        _trace = null;
        if (!Compile(_ordered!, trace) && _ordered!.Replaces is null)
        {
            _refused.Add(_ordered.Roots[^1]);
        }
    }

    /// <summary>The interpreter was seen at a place where control flow turns.</summary>
    public void Seen(ulong pc)
    {
        if (_heat.Add(pc, tuning.SampleHeat) && !regions.TryFind(pc, out _, out _))
        {
            Plan([pc], tuning.IsThorough, tuning.RegionLimit, replaces: null);
        }
    }

    /// <summary>A region was left by a branch or call.</summary>
    /// <param name="region">Which.</param>
    /// <param name="pc">To where.</param>
    /// <param name="found">True when another region begins there.</param>
    public void Left(Region region, ulong pc, bool found)
    {
        bool often = found ? region.Vote(pc) >= tuning.MergeThreshold : _heat.Add(pc, 1);
        if (often && !TryJoin(region, pc) && !found)
        {
            Plan([pc], tuning.IsThorough, tuning.RegionLimit, replaces: null);
        }
    }

    /// <summary>A region was left at a memory access.</summary>
    public void LeftAtMemory(Region region, RegionExit exit)
    {
        region.MemoryExits++;
        region.OutsideExits += exit == RegionExit.Outside ? 1 : 0;
        if (!region.Plan.IsThorough && region.OutsideExits >= OutsideExitsToBeThorough)
        {
            // Until the other is there the interpreter is faster.
            if (Plan(region.Plan.Roots, thorough: true, region.Limit, region))
            {
                regions.Drop(region);
            }
        }
        else if (region.MemoryExits >= MemoryExitsToGiveUp && region.Steps < StepsThatPayForAMemoryExit * region.MemoryExits)
        {
            GiveUp(region);
        }
    }

    /// <summary>A region was left at what only the interpreter does.</summary>
    public void LeftToInterpreter(Region region)
    {
        if (region.Calls >= CallsToGiveUp && region.Steps < StepsThatPayForACall * region.Calls)
        {
            GiveUp(region);
        }
    }

    private void GiveUp(Region region)
    {
        _refused.UnionWith(region.Plan.Entries);
        regions.Drop(region);
    }

    /// <summary>Has a region made anew with one more place in it.</summary>
    private bool TryJoin(Region region, ulong pc)
    {
        if (region.IsSettled || region.IsDropped || region.Generation >= MostGenerations || region.IsFull)
        {
            return false;
        }

        region.IsSettled = Plan([.. region.Plan.Roots, pc], region.Plan.IsThorough, region.Limit, region);
        return region.IsSettled;
    }

    private bool Plan(IReadOnlyList<ulong> roots, bool thorough, int limit, Region? replaces)
    {
        if (_trace is not null || _compiler.Waiting >= tuning.QueueLimit || Failure is not null || _refused.Contains(roots[^1]) || regions.IsPending(roots[^1]))
        {
            return false;
        }

        if (tuning.TraceLength == 0)
        {
            return Compile(new Order(roots, thorough, limit, replaces), trace: null);
        }

        _ordered = new Order(roots, thorough, limit, replaces);
        _trace = [.. replaces?.Plan.Trace ?? new HashSet<ulong>()];
        _traceLeft = tuning.TraceLength;
        return true;
    }

    private bool Compile(Order order, IReadOnlySet<ulong>? trace)
    {
        if (new RegionFinder(code, version, order.Limit, trace).Find(order.Roots, order.IsThorough) is not { } plan || !plan.Code.ContainsKey(order.Roots[^1]))
        {
            return false;
        }

        Region region = new(plan, order.Limit, order.Replaces);
        regions.Watch(region);
        _compiler.Add(region);
        return true;
    }

    private sealed record Order(IReadOnlyList<ulong> Roots, bool IsThorough, int Limit, Region? Replaces);
}
