using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>
/// Writes a region as one method. Each straight line takes its length off the budget; where control flow could go backwards the region
/// leaves if the budget may not cover the way to the next such place. So a region never runs past a step, and the rest is the
/// interpreter's. Registers are locals between entry and exit. The method calls nothing that could change what it was made from:
/// whatever needs care leaves, before the instruction that needs it.
/// </summary>
internal sealed class RegionEmitter
{
    private const int LinearReturns = 3;

    private readonly RegionPlan _plan;
    private readonly SortedList<ulong, RegionBlock> _blocks;
    private readonly RegionReturns _returns;
    private readonly Il _il;
    private readonly RegisterLocals _registers;
    private readonly MemoryEmitter _memory;
    private readonly PlainEmitter _plain;
    private readonly List<ExitPlace> _exits = [];
    private readonly LocalBuilder _budget;
    private readonly LocalBuilder _pc;
    private readonly LocalBuilder _exit;
    private readonly LocalBuilder _left;
    private readonly LocalBuilder _right;
    private readonly Dictionary<ulong, Label> _labels = [];
    private readonly Label _end;
    private readonly Label _endAnywhere;

    private RegionEmitter(RegionPlan plan, ILGenerator generator)
    {
        _plan = plan;
        _blocks = RegionBlocks.Of(plan);
        _returns = new RegionReturns(plan, _blocks);
        _il = new Il(generator);
        _registers = new RegisterLocals(_il, plan);
        _memory = new MemoryEmitter(_il, _registers, plan.IsThorough);
        _plain = new PlainEmitter(_il, _registers);
        _budget = _il.Local(typeof(long));
        _pc = _il.Local(typeof(long));
        _exit = _il.Local(typeof(long));
        _left = _il.Local(typeof(long));
        _right = _il.Local(typeof(long));
        _end = _il.Label();
        _endAnywhere = _il.Label();
    }

    /// <summary>Compiles a region; null when it is too large for the runtime's compiler to optimise.</summary>
    public static unsafe CompiledRegion? Compile(RegionPlan plan)
    {
        DynamicMethod method = new(
            $"region_{plan.Roots[0]:x}", typeof(long), [typeof(CpuContext*), typeof(long), typeof(int)], typeof(RegionEmitter).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        RegionEmitter emitter = new(plan, method.GetILGenerator(plan.Size * 32));
        emitter.Write();
        if (!emitter._il.IsWithinLimits)
        {
            return null;
        }

        // The first call compiles; without a budget it runs nothing.
        RegionCode code = method.CreateDelegate<RegionCode>();
        CpuContext nothing = default;
        code(&nothing, 0, 0);
        return new CompiledRegion(code, [.. emitter._exits]);
    }

    private unsafe void Write()
    {
        CpuContext sample;
        long registers = (byte*)sample.Registers - (byte*)&sample;
        foreach (ulong start in _blocks.Keys)
        {
            _labels.Add(start, _il.Label());
        }

        _memory.Begin();
        _registers.Load(offset => _memory.ContextField(registers + offset));
        _il.Argument(1);
        _il.Set(_budget);
        _il.Argument(2);
        _il.Switch([.. _plan.Entries.Select(entry => _labels[entry])]);
        foreach (RegionBlock block in _blocks.Values)
        {
            Block(block);
        }

        _il.WriteLater();
        _il.Mark(_endAnywhere);
        StoreField((byte*)&sample.Pc - (byte*)&sample, _pc);
        _il.Mark(_end);
        _registers.Store(offset => _memory.ContextField(registers + offset));
        StoreField((byte*)&sample.RegionExit - (byte*)&sample, _exit);
        _il.Get(_budget);
        _il.Op(OpCodes.Ret);
    }

    private void StoreField(long offset, LocalBuilder value)
    {
        _memory.ContextField(offset);
        _il.Get(value);
        _il.Op(OpCodes.Stind_I8);
    }

    private void Block(RegionBlock block)
    {
        _il.Mark(_labels[block.Start]);
        if (block.IsCheck)
        {
            _il.Get(_budget);
            _il.Wide(block.Room);
            _il.Jump(OpCodes.Blt, ExitAt(block.Start, RegionExit.Budget, 0));
        }

        List<Insn> line = Line(block);
        AccessGroups groups = new(line);
        Func<Label> outside = Once(() => ExitAt(block.Start, RegionExit.Outside, 0));
        Func<Label> page = Once(() => ExitAt(block.Start, RegionExit.Page, 0));
        foreach (AccessGroup group in groups.AtStart)
        {
            _memory.Test(group, outside, page);
        }

        if (block.Length > 0)
        {
            _il.Get(_budget);
            _il.Wide(block.Length);
            _il.Op(OpCodes.Sub);
            _il.Set(_budget);
        }

        int position = 0;
        for (ulong pc = block.Start; pc != block.End; pc += 4, position++)
        {
            Insn insn = line[position];
            if (OpKind.IsLeft(insn.Op))
            {
                _il.Jump(OpCodes.Br, ExitAt(pc, insn.Op == Op.Syscall ? RegionExit.Syscall : RegionExit.Interpret, 0));
                return;
            }

            if (OpKind.IsBranch(insn.Op))
            {
                Branch(insn, pc, groups, position);
                return;
            }

            Straight(insn, pc, block.Length - position, groups, position);
        }

        Go(block.End);
    }

    /// <summary>A block's instructions in the order they run.</summary>
    private List<Insn> Line(RegionBlock block)
    {
        List<Insn> line = [];
        for (ulong pc = block.Start; pc != block.End; pc += 4)
        {
            line.Add(_plan.Code[pc]);
        }

        if (OpKind.IsBranch(line[^1].Op))
        {
            line.Add(_plan.Slots[block.End]);
        }

        return line;
    }

    /// <summary>A label at which the region is left for a fixed place.</summary>
    private Label ExitAt(ulong pc, RegionExit exit, int giveBack)
    {
        Label label = _il.Label();
        _il.Later(() =>
        {
            _il.Mark(label);
            End(new ExitPlace(exit, pc, giveBack), _end);
        });
        return label;
    }

    private void End(ExitPlace place, Label end)
    {
        _il.Wide(_exits.Count);
        _il.Set(_exit);
        _exits.Add(place);
        _il.Jump(OpCodes.Br, end);
    }

    /// <summary>An instruction that is no branch; <paramref name="pc"/> is where to leave when it must not run here.</summary>
    private void Straight(in Insn insn, ulong pc, int giveBack, AccessGroups groups, int position)
    {
        Func<Label> outside = Once(() => ExitAt(pc, RegionExit.Outside, giveBack));
        Func<Label> page = Once(() => ExitAt(pc, RegionExit.Page, giveBack));
        AccessGroup? group = groups.At(position);
        if (group is { IsAtStart: false } && group.First == position)
        {
            _memory.Test(group, outside, page);
        }

        if (OpKind.IsStore(insn.Op))
        {
            _memory.Store(insn, group!, page);
        }
        else if (OpKind.IsMemory(insn.Op))
        {
            _memory.Load(insn, group);
        }
        else
        {
            _plain.Write(insn, OpKind.IsDivision(insn.Op) ? ExitAt(pc, RegionExit.Interpret, giveBack) : default);
        }
    }

    private static Func<Label> Once(Func<Label> make)
    {
        Label? made = null;
        return () => made ??= make();
    }

    private void Branch(in Insn insn, ulong pc, AccessGroups groups, int position)
    {
        if (OpKind.IsConditional(insn.Op))
        {
            Conditional(insn, pc, groups, position);
            return;
        }

        Insn slot = _plan.Slots[pc + 4];
        if (insn.Op is Op.Jr or Op.Jalr)
        {
            _registers.Get(insn.A);
            _il.Set(_pc);
        }

        // The link comes before the slot, unless the slot may leave: that one does not use the link (see OpKind.CanJoin).
        bool mayLeave = OpKind.IsMemory(slot.Op);
        Link(insn, pc, !mayLeave);
        Straight(slot, pc, 2, groups, position + 1);
        Link(insn, pc, mayLeave);
        if (insn.Op is Op.Jr or Op.Jalr)
        {
            Find(insn.Op == Op.Jr ? _returns.Of(pc) : _plan.Functions);
            End(new ExitPlace(insn.Op == Op.Jr ? RegionExit.Return : RegionExit.Branch, null, 0), _endAnywhere);
        }
        else
        {
            Go(OpKind.Target(insn, pc));
        }
    }

    private void Link(in Insn insn, ulong pc, bool now)
    {
        if (now && insn.Op is (Op.Jal or Op.Jalr))
        {
            _il.Wide((long)pc + 8);
            _registers.Set(insn.Op == Op.Jal ? 31 : insn.C);
        }
    }

    private void Conditional(in Insn insn, ulong pc, AccessGroups groups, int position)
    {
        Insn slot = _plan.Slots[pc + 4];
        Op near = insn.Op >= Op.BranchFar ? insn.Op - (Op.BranchFar - Op.BranchNear) : insn.Op;
        bool two = near is Op.BeqNear or Op.BneNear;

        // The condition is that of before the slot.
        bool changes = slot.C != 0 && (slot.C == insn.A || (two && slot.C == insn.B));
        if (changes)
        {
            _registers.Get(insn.A);
            _il.Set(_left);
            if (two)
            {
                _registers.Get(insn.B);
                _il.Set(_right);
            }
        }

        Straight(slot, pc, 2, groups, position + 1);
        Operand(changes ? _left : null, insn.A);
        if (two)
        {
            Operand(changes ? _right : null, insn.B);
        }
        else
        {
            _il.Wide(0);
        }

        ulong target = OpKind.Target(insn, pc);
        if (!_labels.TryGetValue(target, out Label taken))
        {
            taken = ExitAt(target, RegionExit.Branch, 0);
        }

        _il.Jump(
            near switch
            {
                Op.BeqNear => OpCodes.Beq,
                Op.BneNear => OpCodes.Bne_Un,
                Op.BlezNear => OpCodes.Ble,
                Op.BgtzNear => OpCodes.Bgt,
                Op.BltzNear => OpCodes.Blt,
                _ => OpCodes.Bge,
            },
            taken);
        Go(pc + 8);
    }

    private void Operand(LocalBuilder? kept, int register)
    {
        if (kept is null)
        {
            _registers.Get(register);
        }
        else
        {
            _il.Get(kept);
        }
    }

    /// <summary>Goes on at an address, in the region or out of it.</summary>
    private void Go(ulong target)
    {
        if (_labels.TryGetValue(target, out Label label))
        {
            _il.Jump(OpCodes.Br, label);
        }
        else
        {
            End(new ExitPlace(RegionExit.Branch, target, 0), _end);
        }
    }

    /// <summary>Goes to the place in <see cref="_pc"/> if it is one of these, which ascend: halves them until few are left.</summary>
    private void Find(IReadOnlyList<ulong> places, int first, int count)
    {
        if (count <= LinearReturns)
        {
            for (int i = first; i < first + count; i++)
            {
                _il.Get(_pc);
                _il.Wide((long)places[i]);
                _il.Jump(OpCodes.Beq, _labels[places[i]]);
            }

            return;
        }

        Label upper = _il.Label();
        Label none = _il.Label();
        int half = count / 2;
        _il.Get(_pc);
        _il.Wide((long)places[first + half]);
        _il.Jump(OpCodes.Bge_Un, upper);
        Find(places, first, half);
        _il.Jump(OpCodes.Br, none);
        _il.Mark(upper);
        Find(places, first + half, count - half);
        _il.Mark(none);
    }

    private void Find(IReadOnlyList<ulong> places) => Find(places, 0, places.Count);
}
