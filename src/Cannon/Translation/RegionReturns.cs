namespace Gavel.Cannon;

/// <summary>
/// Where the returns of a region may lead within it: after those calls that call the function which the return belongs to. A return that
/// leads elsewhere leaves the region, so this is a guess that costs nothing but time when it is wrong.
/// </summary>
internal sealed class RegionReturns
{
    private readonly Dictionary<ulong, SortedSet<ulong>> _places = [];

    public RegionReturns(RegionPlan plan, SortedList<ulong, RegionBlock> blocks)
    {
        Dictionary<ulong, List<ulong>> callers = [];
        List<ulong> unknown = [];
        foreach (ulong place in plan.Returns)
        {
            Insn call = plan.Code.TryGetValue(place - 8, out Insn insn) ? insn : default;
            if (call.Op == Op.Jal)
            {
                ulong function = OpKind.Target(call, place - 8);
                callers.TryAdd(function, []);
                callers[function].Add(place);
            }
            else
            {
                unknown.Add(place);
            }
        }

        foreach (ulong function in plan.Functions)
        {
            foreach (ulong place in ReturnsOf(plan, blocks, function))
            {
                _places.TryAdd(place, []);
                _places[place].UnionWith(callers.GetValueOrDefault(function, unknown));
                _places[place].UnionWith(unknown);
            }
        }
    }

    /// <summary>The places for a return at an address, ascending.</summary>
    public IReadOnlyList<ulong> Of(ulong pc) => _places.TryGetValue(pc, out SortedSet<ulong>? places) ? [.. places] : [];

    /// <summary>Jumps through a register that a function reaches without calling.</summary>
    private static IEnumerable<ulong> ReturnsOf(RegionPlan plan, SortedList<ulong, RegionBlock> blocks, ulong function)
    {
        HashSet<ulong> seen = [];
        Stack<ulong> open = new([function]);
        while (open.TryPop(out ulong start))
        {
            if (!blocks.TryGetValue(start, out RegionBlock? block) || !seen.Add(start))
            {
                continue;
            }

            ulong last = block.End - 4;
            switch (plan.Code[last].Op)
            {
                case Op.Jr:
                    yield return last;
                    break;
                case Op.Jal or Op.Jalr:
                    open.Push(last + 8);
                    break;
                case Op.Syscall or Op.LoadLinked or Op.LoadLinkedDouble or Op.StoreConditional or Op.StoreConditionalDouble:
                    open.Push(block.End);
                    break;
                default:
                    foreach (ulong next in RegionBlocks.Successors(plan, block))
                    {
                        open.Push(next);
                    }

                    break;
            }
        }
    }
}
