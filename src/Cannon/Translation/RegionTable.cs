namespace Gavel.Cannon;

/// <summary>
/// The regions of a VM: found by where they can be entered, dropped when their code changes. Bounded by the instructions in them; when
/// full, those go first that have not run for longest.
/// </summary>
internal sealed class RegionTable(CodeCache code, int capacity)
{
    private const int RecentCount = 1 << 13;

    private readonly Dictionary<ulong, (Region Region, int Entry)> _entries = [];
    private readonly Dictionary<ulong, List<Region>> _byPage = [];
    private readonly List<Region> _installed = [];
    private readonly Recent[] _recent = new Recent[RecentCount];

    /// <summary>Instructions in all regions.</summary>
    public int Size { get; private set; }

    /// <summary>Regions that can be entered.</summary>
    public int Count => _installed.Count;

    /// <summary>The region that can be entered at an address.</summary>
    public bool TryFind(ulong pc, out Region region, out int entry)
    {
        ref Recent recent = ref _recent[(pc >> 2) % RecentCount];
        if (recent.Region is { } found && recent.Pc == pc)
        {
            region = found;
            entry = recent.Entry;
            return true;
        }

        if (!_entries.TryGetValue(pc, out (Region Region, int Entry) kept))
        {
            region = null!;
            entry = 0;
            return false;
        }

        (region, entry) = kept;
        recent = new Recent { Pc = pc, Region = region, Entry = entry };
        return true;
    }

    /// <summary>True when an instruction is in a region that is being compiled.</summary>
    public bool IsPending(ulong pc) =>
        _byPage.TryGetValue(pc >> PagedMemory.PageBits, out List<Region>? watched) && watched.Exists(region => region.Compiled is null && region.Plan.Code.ContainsKey(pc));

    /// <summary>Begins to watch a region's code, before it is compiled.</summary>
    public void Watch(Region region)
    {
        foreach (ulong page in region.Pages)
        {
            if (!_byPage.TryGetValue(page, out List<Region>? regions))
            {
                _byPage.Add(page, regions = []);
            }

            regions.Add(region);
        }
    }

    /// <summary>Makes a compiled region enterable, in the place of the one it replaces, and evicts others if there are too many.</summary>
    public void Install(Region region)
    {
        if (region.Replaces is { } old)
        {
            Drop(old);
            region.Replaces = null;
        }

        for (int i = 0; i < region.Plan.Entries.Count; i++)
        {
            ulong pc = region.Plan.Entries[i];
            _entries[pc] = (region, i);
            _recent[(pc >> 2) % RecentCount] = default;
            code.Plant(pc);
        }

        _installed.Add(region);
        Size += region.Plan.Size;
        while (Size > capacity && _installed.Count > 1)
        {
            Drop(_installed.Where(other => other != region).MinBy(other => other.LastUse)!);
        }
    }

    /// <summary>Forgets a region, installed or not.</summary>
    public void Drop(Region region)
    {
        if (region.IsDropped)
        {
            return;
        }

        region.IsDropped = true;
        foreach (ulong page in region.Pages)
        {
            if (_byPage.TryGetValue(page, out List<Region>? regions) && regions.Remove(region) && regions.Count == 0)
            {
                _byPage.Remove(page);
            }
        }

        if (!_installed.Remove(region))
        {
            return;
        }

        Size -= region.Plan.Size;
        foreach (ulong pc in region.Plan.Entries)
        {
            if (_entries.TryGetValue(pc, out (Region Region, int) kept) && kept.Region == region)
            {
                _entries.Remove(pc);
                _recent[(pc >> 2) % RecentCount] = default;
                code.Unplant(pc);
            }
        }
    }

    /// <summary>Drops regions with instructions in the 8 bytes around an address.</summary>
    public void DropAt(ulong address)
    {
        if (_byPage.TryGetValue(address >> PagedMemory.PageBits, out List<Region>? regions))
        {
            foreach (Region region in regions.FindAll(region => region.Covers(address)))
            {
                Drop(region);
            }
        }
    }

    /// <summary>Drops regions with instructions in a page.</summary>
    public void DropPage(ulong page)
    {
        if (_byPage.TryGetValue(page, out List<Region>? regions))
        {
            foreach (Region region in regions.ToArray())
            {
                Drop(region);
            }
        }
    }

    private struct Recent
    {
        public ulong Pc;
        public Region? Region;
        public int Entry;
    }
}
