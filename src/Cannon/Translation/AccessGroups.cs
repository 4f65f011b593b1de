namespace Gavel.Cannon;

/// <summary>
/// The loads and stores of one straight line, grouped by base register as long as that does not change: one test of the base then speaks
/// for all of a group. Groups whose base is that of the line's begin are tested there, before anything has run.
/// </summary>
internal sealed class AccessGroups
{
    private readonly Dictionary<int, AccessGroup> _byPosition = [];
    private readonly List<AccessGroup> _atStart = [];
    private int _count;

    /// <param name="line">The instructions in the order they run, the slot last; a branch that links stands for its write.</param>
    public AccessGroups(IReadOnlyList<Insn> line)
    {
        Dictionary<byte, AccessGroup> open = [];
        HashSet<byte> changed = [];
        for (int i = 0; i < line.Count; i++)
        {
            Insn insn = line[i];
            if (OpKind.IsMemory(insn.Op) && !IsNothing(insn))
            {
                Place(insn, i, open, changed);
            }

            byte written = insn.Op == Op.Jal ? (byte)31 : insn.C;
            if (!RegisterLocals.IsDiscarded(written))
            {
                changed.Add(written);
                open.Remove(written);
            }
        }
    }

    /// <summary>Groups to test before the line runs.</summary>
    public IReadOnlyList<AccessGroup> AtStart => _atStart;

    /// <summary>The group of the access at a position in the line; null for what is no access.</summary>
    public AccessGroup? At(int position) => _byPosition.GetValueOrDefault(position);

    /// <summary>A load to register 0 changes nothing and is left out.</summary>
    private static bool IsNothing(in Insn insn) => !OpKind.IsStore(insn.Op) && RegisterLocals.IsDiscarded(insn.C);

    private void Place(in Insn insn, int position, Dictionary<byte, AccessGroup> open, HashSet<byte> changed)
    {
        if (!open.TryGetValue(insn.A, out AccessGroup? group) || !group.TryAdd(insn))
        {
            group = new AccessGroup(insn, _count++, position) { IsAtStart = !changed.Contains(insn.A) };
            open[insn.A] = group;
            if (group.IsAtStart)
            {
                _atStart.Add(group);
            }
        }

        _byPosition.Add(position, group);
    }
}
