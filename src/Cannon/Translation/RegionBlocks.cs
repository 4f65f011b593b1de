namespace Gavel.Cannon;

/// <summary>
/// Cuts a plan into straight lines. The budget is looked at where a region is entered and where control flow can go backwards, so every
/// loop passes such a place; between two of them it can only go forwards, so the longest way is known.
/// </summary>
internal static class RegionBlocks
{
    /// <summary>The blocks, by address.</summary>
    public static SortedList<ulong, RegionBlock> Of(RegionPlan plan)
    {
        SortedList<ulong, RegionBlock> blocks = [];
        ulong start = 0;
        int length = 0;
        bool isOpen = false;
        foreach ((ulong pc, Insn insn) in plan.Code)
        {
            if (!isOpen)
            {
                (start, length, isOpen) = (pc, 0, true);
            }

            bool isLeft = OpKind.IsLeft(insn.Op);
            bool isBranch = OpKind.IsBranch(insn.Op);
            length += isLeft ? 0 : isBranch ? 2 : 1;
            if (isLeft || isBranch || !plan.Code.ContainsKey(pc + 4) || plan.Leaders.Contains(pc + 4))
            {
                blocks.Add(start, new RegionBlock(start, pc + 4, length));
                isOpen = false;
            }
        }

        FindChecks(plan, blocks);
        FindRooms(plan, blocks);
        return blocks;
    }

    private static void FindChecks(RegionPlan plan, SortedList<ulong, RegionBlock> blocks)
    {
        foreach (ulong place in plan.Entries.Concat(plan.Returns).Concat(plan.Functions))
        {
            blocks[place].IsCheck = true;
        }

        foreach (RegionBlock block in blocks.Values)
        {
            foreach (ulong next in Successors(plan, block))
            {
                if (next <= block.Start && blocks.TryGetValue(next, out RegionBlock? back))
                {
                    back.IsCheck = true;
                }
            }
        }
    }

    private static void FindRooms(RegionPlan plan, SortedList<ulong, RegionBlock> blocks)
    {
        for (int i = blocks.Count - 1; i >= 0; i--)
        {
            RegionBlock block = blocks.Values[i];
            int longest = 0;
            foreach (ulong next in Successors(plan, block))
            {
                if (blocks.TryGetValue(next, out RegionBlock? after) && !after.IsCheck)
                {
                    longest = Math.Max(longest, after.Room);
                }
            }

            block.Room = block.Length + longest;
        }
    }

    /// <summary>Where control flow goes from a block; jumps through registers lead to entries alone.</summary>
    public static IEnumerable<ulong> Successors(RegionPlan plan, RegionBlock block)
    {
        ulong last = block.End - 4;
        Insn insn = plan.Code[last];
        if (OpKind.IsLeft(insn.Op))
        {
            yield break;
        }

        if (!OpKind.IsBranch(insn.Op))
        {
            yield return block.End;
            yield break;
        }

        if (insn.Op is not (Op.Jr or Op.Jalr))
        {
            yield return OpKind.Target(insn, last);
        }

        if (OpKind.IsConditional(insn.Op))
        {
            yield return last + 8;
        }
    }
}
