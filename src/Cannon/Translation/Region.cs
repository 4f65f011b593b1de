namespace Gavel.Cannon;

/// <summary>A region: planned, perhaps compiled, perhaps dropped. Belongs to the VM's thread, which alone changes it.</summary>
internal sealed class Region
{
    private readonly Dictionary<ulong, ulong[]> _covered = [];
    private ulong _favourite;
    private int _votes;

    public Region(RegionPlan plan, int limit, Region? replaces)
    {
        Plan = plan;
        Limit = limit;
        Replaces = replaces;
        Generation = replaces is null ? 0 : replaces.Generation + 1;
        foreach (ulong pc in plan.Code.Keys.Concat(plan.Slots.Keys))
        {
            ulong page = pc >> PagedMemory.PageBits;
            if (!_covered.TryGetValue(page, out ulong[]? words))
            {
                _covered.Add(page, words = new ulong[PagedMemory.PageSize / 8 / 64]);
            }

            (int index, ulong bit) = Place(pc);
            words[index] |= bit;
        }
    }

    public RegionPlan Plan { get; }

    /// <summary>Most instructions that it may be made of.</summary>
    public int Limit { get; }

    /// <summary>True when nothing more finds room in it.</summary>
    public bool IsFull => Plan.Size >= Limit || Plan.Leaders.Count >= RegionFinder.MostLeaders;

    /// <summary>The region that this one is to take the place of; null once it has.</summary>
    public Region? Replaces { get; set; }

    /// <summary>How often the region was made anew.</summary>
    public int Generation { get; }

    /// <summary>The code; null until compiled.</summary>
    public CompiledRegion? Compiled { get; set; }

    /// <summary>True when what it was made from has changed or it has been evicted: it must not run.</summary>
    public bool IsDropped { get; set; }

    /// <summary>True when a successor is on its way or would not be better.</summary>
    public bool IsSettled { get; set; }

    /// <summary>When it last ran, in the translator's count.</summary>
    public long LastUse { get; set; }

    /// <summary>Times it was entered.</summary>
    public long Calls { get; set; }

    /// <summary>Instructions it has run.</summary>
    public long Steps { get; set; }

    /// <summary>Times it left at a memory access.</summary>
    public long MemoryExits { get; set; }

    /// <summary>Times it left because an access was outside the main area.</summary>
    public long OutsideExits { get; set; }

    /// <summary>Pages with instructions of it.</summary>
    public IEnumerable<ulong> Pages => _covered.Keys;

    /// <summary>True when the 8 bytes around an address hold instructions of it.</summary>
    public bool Covers(ulong address)
    {
        (int index, ulong bit) = Place(address);
        return _covered.TryGetValue(address >> PagedMemory.PageBits, out ulong[]? words) && (words[index] & bit) != 0;
    }

    /// <summary>Counts leaving to a place, for the place left to most and against all others; the count of that place.</summary>
    public int Vote(ulong pc)
    {
        if (_favourite == pc)
        {
            return ++_votes;
        }

        if (--_votes < 0)
        {
            _favourite = pc;
            _votes = 1;
        }

        return 0;
    }

    private static (int Index, ulong Bit) Place(ulong address)
    {
        int word = (int)(address % PagedMemory.PageSize / 8);
        return (word / 64, 1ul << (word % 64));
    }
}
