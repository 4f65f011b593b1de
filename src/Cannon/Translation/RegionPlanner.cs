namespace Gavel.Cannon;

/// <summary>
/// Decides what becomes a region: places where the interpreter often is, and places to which regions often leave, which are joined to
/// the region if there is room. Has regions made thorough, or gives them up, when memory makes them leave too often.
/// </summary>
internal sealed class RegionPlanner(CodeCache code, VmVersion version, RegionTable regions, TranslatorTuning tuning)
{
    private const int MostGenerations = 12;
    private const int LeastLimit = 64;
    private const int MemoryExitsToBeThorough = 200;
    private const int MemoryExitsToGiveUp = 2000;
    private const int StepsThatPayForAMemoryExit = 100;

    private readonly RegionCompiler _compiler = new(tuning.InBackground);
    private readonly HeatMap _heat = new(tuning.Threshold);
    private readonly HashSet<ulong> _waiting = [];
    private readonly HashSet<ulong> _refused = [];

    /// <summary>Why nothing is translated any more; null while all is well.</summary>
    public string? Failure => _compiler.Failure;

    /// <summary>Regions compiled so far.</summary>
    public int Compiled { get; private set; }

    /// <summary>Makes enterable what is compiled.</summary>
    public void Install()
    {
        while (_compiler.HasDone && _compiler.TryTake(out Region region, out RegionCode? compiled))
        {
            Compiled++;
            _waiting.Remove(region.Plan.Roots[0]);
            if (compiled is null)
            {
                regions.Drop(region);
                if (region.Replaces is null && region.Limit > LeastLimit && Failure is null)
                {
                    Plan([region.Plan.Roots[0]], region.Plan.IsThorough, region.Limit / 2, replaces: null);
                }
            }
            else if (!region.IsDropped)
            {
                region.Code = compiled;
                regions.Install(region);
            }
        }
    }

    /// <summary>The interpreter was seen at a place where control flow turns.</summary>
    public void Seen(ulong pc)
    {
        if (_heat.Add(pc, tuning.SampleHeat))
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
    public void LeftAtMemory(Region region)
    {
        region.MemoryExits++;
        if (!region.Plan.IsThorough && region.MemoryExits >= MemoryExitsToBeThorough && !region.IsSettled)
        {
            region.IsSettled = Plan(region.Plan.Roots, thorough: true, region.Limit, region);
        }
        else if (region.MemoryExits >= MemoryExitsToGiveUp && region.Steps < StepsThatPayForAMemoryExit * region.MemoryExits)
        {
            _refused.UnionWith(region.Plan.Entries);
            regions.Drop(region);
        }
    }

    /// <summary>Has a region made anew with one more place in it.</summary>
    private bool TryJoin(Region region, ulong pc)
    {
        if (region.IsSettled || region.IsDropped || region.Generation >= MostGenerations || region.Plan.Size >= region.Limit)
        {
            return false;
        }

        region.IsSettled = Plan([.. region.Plan.Roots, pc], region.Plan.IsThorough, region.Limit, region);
        return region.IsSettled;
    }

    private bool Plan(IReadOnlyList<ulong> roots, bool thorough, int limit, Region? replaces)
    {
        if (_compiler.Waiting >= tuning.QueueLimit || Failure is not null || _refused.Contains(roots[^1]) || _waiting.Contains(roots[0])
            || new RegionFinder(code, version, limit).Find(roots, thorough) is not { } plan || !plan.Code.ContainsKey(roots[^1]))
        {
            return false;
        }

        Region region = new(plan, limit, replaces);
        _waiting.Add(roots[0]);
        regions.Watch(region);
        _compiler.Add(region);
        return true;
    }
}
