using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>
/// Writes a region as one method. Each straight line first takes its length off the budget, and leaves, with that given back, when it is
/// not covered; so a region never runs past a step, and the rest is the interpreter's. Registers are locals between entry and exit.
/// The method calls nothing that could change what it was made from: whatever needs care leaves, before the instruction that needs it.
/// </summary>
internal sealed class RegionEmitter
{
    private const int LinearReturns = 3;

    private readonly RegionPlan _plan;
    private readonly Il _il;
    private readonly RegisterLocals _registers;
    private readonly MemoryEmitter _memory;
    private readonly PlainEmitter _plain;
    private readonly LocalBuilder _budget;
    private readonly LocalBuilder _pc;
    private readonly LocalBuilder _exit;
    private readonly LocalBuilder _left;
    private readonly LocalBuilder _right;
    private readonly Dictionary<ulong, Label> _labels = [];
    private readonly Label _end;

    private RegionEmitter(RegionPlan plan, ILGenerator generator)
    {
        _plan = plan;
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
    }

    /// <summary>Compiles a region; null when it is too large for the runtime's compiler to optimise.</summary>
    public static unsafe RegionCode? Compile(RegionPlan plan)
    {
        DynamicMethod method = new(
            $"region_{plan.Roots[0]:x}", typeof(long), [typeof(CpuContext*), typeof(long), typeof(int)], typeof(RegionEmitter).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        RegionEmitter emitter = new(plan, method.GetILGenerator(plan.Size * 32));
        emitter.Write();

        // Making the delegate compiles.
        return emitter._il.IsWithinLimits ? method.CreateDelegate<RegionCode>() : null;
    }

    private unsafe void Write()
    {
        CpuContext sample;
        ulong previous = 0;
        List<ulong> starts = [];
        bool isOpen = false;
        foreach ((ulong pc, Insn insn) in _plan.Code)
        {
            if (!isOpen || pc != previous + 4 || _plan.Leaders.Contains(pc))
            {
                starts.Add(pc);
                _labels.Add(pc, _il.Label());
            }

            previous = pc;
            isOpen = !OpKind.IsBranch(insn.Op) && !OpKind.IsLeft(insn.Op);
        }

        _memory.Begin();
        long registers = (byte*)sample.Registers - (byte*)&sample;
        _registers.Load(offset => _memory.ContextField(registers + offset));
        _il.Argument(1);
        _il.Set(_budget);
        _il.Argument(2);
        _il.Switch([.. _plan.Entries.Select(entry => _labels[entry])]);
        foreach (ulong start in starts)
        {
            Block(start);
        }

        _il.WriteLater();
        _il.Mark(_end);
        _registers.Store(offset => _memory.ContextField(registers + offset));
        StoreField((byte*)&sample.Pc - (byte*)&sample, _pc);
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

    private void Block(ulong start)
    {
        int length = Length(start, out ulong end);
        _il.Mark(_labels[start]);
        if (length > 0)
        {
            TakeOff(start, length);
        }

        int done = 0;
        for (ulong pc = start; pc != end; pc += 4)
        {
            Insn insn = _plan.Code[pc];
            if (OpKind.IsLeft(insn.Op))
            {
                Leave(pc, insn.Op == Op.Syscall ? RegionExit.Syscall : RegionExit.Interpret, 0);
                return;
            }

            if (OpKind.IsBranch(insn.Op))
            {
                Branch(insn, pc);
                return;
            }

            Straight(insn, pc, length - done);
            done++;
        }

        Go(end);
    }

    /// <summary>Instructions that run when the straight line is run through, and the address after its last one.</summary>
    private int Length(ulong start, out ulong end)
    {
        int length = 0;
        end = start;
        do
        {
            Insn insn = _plan.Code[end];
            end += 4;
            if (OpKind.IsLeft(insn.Op))
            {
                return length;
            }

            if (OpKind.IsBranch(insn.Op))
            {
                return length + 2;
            }

            length++;
        }
        while (_plan.Code.ContainsKey(end) && !_labels.ContainsKey(end));
        return length;
    }

    private void TakeOff(ulong start, int length)
    {
        Label short_ = _il.Label();
        _il.Get(_budget);
        _il.Wide(length);
        _il.Op(OpCodes.Sub);
        _il.Set(_budget);
        _il.Get(_budget);
        _il.Wide(0);
        _il.Jump(OpCodes.Blt, short_);
        _il.Later(() =>
        {
            _il.Mark(short_);
            Leave(start, RegionExit.Budget, length);
        });
    }

    /// <summary>Leaves at an instruction; what was taken off for it and those behind it is given back.</summary>
    private void Leave(ulong pc, RegionExit exit, int giveBack)
    {
        if (giveBack > 0)
        {
            _il.Get(_budget);
            _il.Wide(giveBack);
            _il.Op(OpCodes.Add);
            _il.Set(_budget);
        }

        _il.Wide((long)pc);
        _il.Set(_pc);
        End(exit);
    }

    private void End(RegionExit exit)
    {
        _il.Wide((long)exit);
        _il.Set(_exit);
        _il.Jump(OpCodes.Br, _end);
    }

    /// <summary>An instruction that is no branch; <paramref name="pc"/> is where to leave when it must not run here.</summary>
    private void Straight(in Insn insn, ulong pc, int giveBack)
    {
        Label leave = default;
        bool canLeave = OpKind.IsMemory(insn.Op) || OpKind.IsDivision(insn.Op);
        if (canLeave)
        {
            RegionExit exit = OpKind.IsMemory(insn.Op) ? RegionExit.Memory : RegionExit.Interpret;
            leave = _il.Label();
            _il.Later(() =>
            {
                _il.Mark(leave);
                Leave(pc, exit, giveBack);
            });
        }

        if (OpKind.IsStore(insn.Op))
        {
            _memory.Store(insn, leave);
        }
        else if (OpKind.IsMemory(insn.Op))
        {
            _memory.Load(insn, leave);
        }
        else
        {
            _plain.Write(insn, leave);
        }
    }

    private void Branch(in Insn insn, ulong pc)
    {
        Insn slot = _plan.Slots[pc + 4];
        if (OpKind.IsConditional(insn.Op))
        {
            Conditional(insn, slot, pc);
            return;
        }

        if (insn.Op is Op.Jr or Op.Jalr)
        {
            _registers.Get(insn.A);
            _il.Set(_pc);
        }

        // The link comes before the slot, unless the slot may leave: that one does not use the link (see OpKind.CanJoin).
        bool mayLeave = OpKind.IsMemory(slot.Op);
        Link(insn, pc, !mayLeave);
        Straight(slot, pc, 2);
        Link(insn, pc, mayLeave);
        if (insn.Op is Op.Jr or Op.Jalr)
        {
            Find(insn.Op == Op.Jr ? _plan.Returns : _plan.Functions);
            End(insn.Op == Op.Jr ? RegionExit.Return : RegionExit.Branch);
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

    private void Conditional(in Insn insn, in Insn slot, ulong pc)
    {
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

        Straight(slot, pc, 2);
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
            taken = _il.Label();
            _il.Later(() =>
            {
                _il.Mark(taken);
                Leave(target, RegionExit.Branch, 0);
            });
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
            Leave(target, RegionExit.Branch, 0);
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
