namespace Gavel.Cannon;

/// <summary>
/// Finds what belongs to a region: follows control flow from its roots, calls last, through instructions that have run: ever, or while
/// they were traced. The rest is left out, so that error paths cost nothing.
/// </summary>
internal sealed class RegionFinder(CodeCache code, VmVersion version, int limit, IReadOnlySet<ulong>? trace)
{
    // The runtime's compiler takes longer for each block the more there are.
    public const int MostLeaders = 120;

    private readonly SortedList<ulong, Insn> _found = [];
    private readonly Dictionary<ulong, Insn> _slots = [];
    private readonly HashSet<ulong> _leaders = [];
    private readonly SortedSet<ulong> _entries = [];
    private readonly SortedSet<ulong> _returns = [];
    private readonly SortedSet<ulong> _functions = [];
    private readonly Queue<ulong> _flow = new();
    private readonly Queue<ulong> _calls = new();

    /// <summary>The plan from these roots; null when the first has not run or is one that only the interpreter runs.</summary>
    public RegionPlan? Find(IReadOnlyList<ulong> roots, bool thorough)
    {
        if (!TryPeek(roots[0], out Insn first) || OpKind.IsLeft(first.Op))
        {
            return null;
        }

        foreach (ulong root in roots)
        {
            Explore(root);
            _leaders.Add(root);
            _entries.Add(root);
            _functions.Add(root);
        }

        while (_flow.TryDequeue(out ulong next) || _calls.TryDequeue(out next))
        {
            Explore(next);
        }

        _entries.RemoveWhere(entry => !_found.ContainsKey(entry) || OpKind.IsLeft(_found[entry].Op));
        _returns.RemoveWhere(place => !_found.ContainsKey(place));
        _functions.RemoveWhere(place => !_found.ContainsKey(place));
        return _entries.Contains(roots[0])
            ? new RegionPlan(roots, _found, _slots, _leaders, [.. _entries], [.. _returns], [.. _functions], trace, thorough)
            : null;
    }

    private bool TryPeek(ulong pc, out Insn insn)
    {
        insn = default;
        return trace?.Contains(pc) != false && code.TryPeek(pc, version, out insn);
    }

    private void Explore(ulong pc)
    {
        while (!_found.ContainsKey(pc))
        {
            if (_found.Count + _slots.Count >= limit || _leaders.Count >= MostLeaders || !TryPeek(pc, out Insn insn))
            {
                return;
            }

            if (OpKind.IsLeft(insn.Op))
            {
                _found.Add(pc, insn);
                After(insn.Op, pc + 4);
                return;
            }

            if (!OpKind.IsBranch(insn.Op))
            {
                _found.Add(pc, insn);
                pc += 4;
                continue;
            }

            if (!TryPeek(pc + 4, out Insn slot) || !OpKind.CanJoin(insn, slot))
            {
                _found.Add(pc, new Insn { Op = Op.Invalid });
                return;
            }

            _found.Add(pc, insn);
            _slots[pc + 4] = slot;
            Branch(insn, pc);
            return;
        }

        _leaders.Add(pc);
    }

    /// <summary>The interpreter runs LL to SC in one go, so the place after LL is no entry.</summary>
    private void After(Op op, ulong next)
    {
        _leaders.Add(next);
        if (op is not (Op.Invalid or Op.LoadLinked or Op.LoadLinkedDouble))
        {
            _entries.Add(next);
        }

        if (op != Op.Invalid)
        {
            _flow.Enqueue(next);
        }
    }

    private void Branch(in Insn insn, ulong pc)
    {
        if (insn.Op is not (Op.Jr or Op.Jalr))
        {
            ulong target = OpKind.Target(insn, pc);
            _leaders.Add(target);
            if (insn.Op == Op.Jal)
            {
                _functions.Add(target);
                _calls.Enqueue(target);
            }
            else
            {
                _flow.Enqueue(target);
                if (target <= pc)
                {
                    _entries.Add(target);
                }
            }
        }

        bool calls = insn.Op is Op.Jal or Op.Jalr;
        if (calls)
        {
            _entries.Add(pc + 8);
            _returns.Add(pc + 8);
        }

        if (calls || OpKind.IsConditional(insn.Op))
        {
            _leaders.Add(pc + 8);
            _flow.Enqueue(pc + 8);
        }
    }
}
