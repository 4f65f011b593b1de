using System.Reflection;
using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>
/// Writes loads and stores. In the main area they go straight to memory, after one test for a group of them that is also the test of
/// alignment; stores test the page's status too. Outside it a thorough region looks the window up. The rest is the interpreter's.
/// </summary>
internal sealed class MemoryEmitter(Il il, RegisterLocals registers, bool thorough)
{
    private readonly LocalBuilder _address = il.Local(typeof(ulong));
    private readonly LocalBuilder _whole = il.Local(typeof(ulong));
    private readonly LocalBuilder _place = il.Local(typeof(long));
    private readonly LocalBuilder _delta = il.Local(typeof(long));
    private readonly LocalBuilder _statusDelta = il.Local(typeof(long));

    /// <summary>Reads where the main area is from the context.</summary>
    public unsafe void Begin()
    {
        CpuContext sample;
        ContextField((byte*)&sample.Main.Delta - (byte*)&sample);
        il.Op(OpCodes.Ldind_I);
        il.Set(_delta);
        ContextField((byte*)&sample.Main.StatusDelta - (byte*)&sample);
        il.Op(OpCodes.Ldind_I);
        il.Set(_statusDelta);
    }

    /// <summary>The address of a field of the context.</summary>
    public void ContextField(long offset)
    {
        il.Argument(0);
        il.Narrow((int)offset);
        il.Op(OpCodes.Add);
    }

    /// <summary>Writes the test that speaks for all accesses of a group; thorough regions test each access.</summary>
    /// <param name="group">The group.</param>
    /// <param name="outside">Gives the label to leave at when an access is outside the main area.</param>
    /// <param name="page">Gives the one to leave at when a page is not simply there.</param>
    public void Test(AccessGroup group, Func<Label> outside, Func<Label> page)
    {
        if (thorough)
        {
            return;
        }

        Sum(group.Base, group.Lowest);
        if (group.Highest != group.Lowest)
        {
            Sum(group.Base, group.Highest);
            il.Op(OpCodes.Or);
        }

        TestArea(group.Mask, outside());
        if (!group.StoresTogether)
        {
            return;
        }

        Sum(group.Base, group.LowestStore);
        Status(() => il.Get(_statusDelta));
        il.Narrow(PageStatus.Writable);
        if (group.HighestStore > group.LowestStore)
        {
            // Both at once: what differs from the wanted status in either.
            il.Op(OpCodes.Xor);
            Sum(group.Base, group.HighestStore);
            Status(() => il.Get(_statusDelta));
            il.Narrow(PageStatus.Writable);
            il.Op(OpCodes.Xor);
            il.Op(OpCodes.Or);
            il.Jump(OpCodes.Brtrue, page());
        }
        else
        {
            il.Jump(OpCodes.Bne_Un, page());
        }
    }

    /// <summary>Writes a load whose group is tested; <paramref name="leave"/> gives where a thorough region leaves when the interpreter must do it.</summary>
    public void Load(in Insn insn, Func<Label> leave)
    {
        if (AccessGroups.IsNothing(insn))
        {
            return;
        }

        Label outside = Begin(insn);
        Place(insn);
        Fetch(insn);
        if (!thorough)
        {
            return;
        }

        Insn copy = insn;
        Label leaving = leave();
        Label done = il.Label();
        il.Mark(done);
        il.Later(() =>
        {
            il.Mark(outside);
            FindWindow(OpKind.MaskOf(copy.Op), leaving);
            WindowField(0);
            il.Get(_address);
            il.Op(OpCodes.Add);
            Fetch(copy);
            il.Jump(OpCodes.Br, done);
        });
    }

    /// <summary>Writes a store whose group is tested; <paramref name="leave"/> as for loads, and for stores whose page is not tested with the group.</summary>
    public void Store(in Insn insn, AccessGroup group, Func<Label> leave)
    {
        if (thorough)
        {
            StoreThoroughly(insn, leave());
            return;
        }

        if (!group.StoresTogether)
        {
            Sum(insn.A, insn.Imm);
            Status(() => il.Get(_statusDelta));
            il.Narrow(PageStatus.Writable);
            il.Jump(OpCodes.Bne_Un, leave());
        }

        Begin(insn);
        Place(insn);
        Put(insn);
    }

    private void StoreThoroughly(in Insn insn, Label leave)
    {
        Insn copy = insn;
        Label done = il.Label();
        Label outside = Begin(insn);
        il.Get(_address);
        Status(() => il.Get(_statusDelta));
        il.Narrow(PageStatus.Writable);
        il.Jump(OpCodes.Bne_Un, outside);
        Place(insn);
        Put(insn);
        il.Mark(done);
        il.Later(() =>
        {
            il.Mark(outside);
            FindWindow(OpKind.MaskOf(copy.Op), leave);
            il.Get(_address);
            Status(() => WindowField(sizeof(long)));
            il.Narrow(~PageStatus.Watched);
            il.Op(OpCodes.And);
            il.Narrow(PageStatus.Writable);
            il.Jump(OpCodes.Bne_Un, leave);
            TestReservation(leave);
            WindowField(0);
            il.Get(_address);
            il.Op(OpCodes.Add);
            Put(copy);
            il.Jump(OpCodes.Br, done);
        });
    }

    /// <summary>What comes before the access itself: the whole address for parts of words; in thorough regions the address and its test.</summary>
    private Label Begin(in Insn insn)
    {
        if (OpKind.IsPartial(insn.Op))
        {
            Sum(insn.A, insn.Imm);
            il.Set(_whole);
        }

        if (!thorough)
        {
            return default;
        }

        if (OpKind.IsPartial(insn.Op))
        {
            il.Get(_whole);
            Align(OpKind.MaskOf(insn.Op));
        }
        else
        {
            Sum(insn.A, insn.Imm);
        }

        il.Set(_address);
        Label outside = il.Label();
        il.Get(_address);
        TestArea(OpKind.AlignmentOf(insn.Op), outside);
        return outside;
    }

    /// <summary>The place in the main area.</summary>
    private void Place(in Insn insn)
    {
        if (thorough || OpKind.IsPartial(insn.Op))
        {
            il.Get(thorough ? _address : _whole);
            if (!thorough)
            {
                Align(OpKind.MaskOf(insn.Op));
            }

            il.Get(_delta);
            il.Op(OpCodes.Add);
            return;
        }

        // In this order it is one operand of the host's instruction.
        registers.Get(insn.A);
        il.Get(_delta);
        il.Op(OpCodes.Add);
        Offset(insn.Imm);
    }

    private void Sum(int register, int offset)
    {
        registers.Get(register);
        Offset(offset);
    }

    private void Offset(int offset)
    {
        if (offset != 0)
        {
            il.Wide(offset);
            il.Op(OpCodes.Add);
        }
    }

    private void Align(int mask)
    {
        il.Wide(~(long)mask);
        il.Op(OpCodes.And);
    }

    /// <summary>Leaves when the address on the stack has a bit that no aligned one of the main area has: rotated, all of them fit one test.</summary>
    private void TestArea(int mask, Label outside)
    {
        il.Narrow(MainArea.PartBits);
        il.Call(KnownMethods.RotateRight);
        il.Op(OpCodes.Conv_I4);
        il.Narrow(MainArea.OutsideMask | (mask << (64 - MainArea.PartBits)));
        il.Op(OpCodes.And);
        il.Jump(OpCodes.Brtrue, outside);
    }

    /// <summary>From the address on the stack to its page's status.</summary>
    private void Status(Action delta)
    {
        il.Narrow(PagedMemory.PageBits);
        il.Op(OpCodes.Shr_Un);
        delta();
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Ldind_U1);
    }

    /// <summary>Aligns the address and finds its window's entry, or leaves.</summary>
    private unsafe void FindWindow(int mask, Label leave)
    {
        CpuContext sample;
        if (mask != 0)
        {
            il.Get(_address);
            Align(mask);
            il.Set(_address);
        }

        il.Get(_address);
        il.Wide((long)GuestWindow.Count << GuestWindow.Bits);
        il.Jump(OpCodes.Bge_Un, leave);
        ContextField((byte*)&sample.Windows - (byte*)&sample);
        il.Op(OpCodes.Ldind_I);
        il.Get(_address);
        il.Narrow(GuestWindow.Bits);
        il.Op(OpCodes.Shr_Un);
        il.Narrow(sizeof(GuestWindow));
        il.Op(OpCodes.Conv_I8);
        il.Op(OpCodes.Mul);
        il.Op(OpCodes.Add);
        il.Set(_place);
        WindowField(0);
        il.Jump(OpCodes.Brfalse, leave);
    }

    private void WindowField(int offset)
    {
        il.Get(_place);
        il.Narrow(offset);
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Ldind_I);
    }

    private unsafe void TestReservation(Label leave)
    {
        CpuContext sample;
        il.Get(_address);
        Align(7);
        ContextField((byte*)&sample.ReservedWord - (byte*)&sample);
        il.Op(OpCodes.Ldind_I8);
        il.Jump(OpCodes.Beq, leave);
    }

    /// <summary>From the place on the stack to the register.</summary>
    private void Fetch(in Insn insn)
    {
        switch (insn.Op)
        {
            case Op.Lb:
                Convert(OpCodes.Ldind_I1, null, OpCodes.Conv_I8);
                break;
            case Op.Lbu:
                Convert(OpCodes.Ldind_U1, null, OpCodes.Conv_U8);
                break;
            case Op.Lh:
                il.Op(OpCodes.Ldind_U2);
                il.Call(KnownMethods.Swap2);
                il.Op(OpCodes.Conv_I2);
                il.Op(OpCodes.Conv_I8);
                break;
            case Op.Lhu:
                Convert(OpCodes.Ldind_U2, KnownMethods.Swap2, OpCodes.Conv_U8);
                break;
            case Op.Lw:
                Convert(OpCodes.Ldind_U4, KnownMethods.Swap4, OpCodes.Conv_I8);
                break;
            case Op.Lwu:
                Convert(OpCodes.Ldind_U4, KnownMethods.Swap4, OpCodes.Conv_U8);
                break;
            case Op.Ld:
                il.Op(OpCodes.Ldind_I8);
                il.Call(KnownMethods.Swap8);
                break;
            default:
                il.Get(_whole);
                registers.Get(insn.B);
                il.Call(insn.Op switch
                {
                    Op.Lwl => KnownMethods.LoadWordLeft,
                    Op.Lwr => KnownMethods.LoadWordRight,
                    Op.Ldl => KnownMethods.LoadDoubleLeft,
                    _ => KnownMethods.LoadDoubleRight,
                });
                break;
        }

        registers.Set(insn.C);
    }

    private void Convert(OpCode load, MethodInfo? swap, OpCode extend)
    {
        il.Op(load);
        if (swap is not null)
        {
            il.Call(swap);
        }

        il.Op(extend);
    }

    /// <summary>From the register to the place on the stack.</summary>
    private void Put(in Insn insn)
    {
        if (OpKind.IsPartial(insn.Op))
        {
            il.Get(_whole);
        }

        registers.Get(insn.B);
        switch (insn.Op)
        {
            case Op.Sb:
                il.Op(OpCodes.Stind_I1);
                break;
            case Op.Sh:
                il.Op(OpCodes.Conv_U2);
                il.Call(KnownMethods.Swap2);
                il.Op(OpCodes.Stind_I2);
                break;
            case Op.Sw:
                il.Op(OpCodes.Conv_U4);
                il.Call(KnownMethods.Swap4);
                il.Op(OpCodes.Stind_I4);
                break;
            case Op.Sd:
                il.Call(KnownMethods.Swap8);
                il.Op(OpCodes.Stind_I8);
                break;
            case Op.Swl or Op.Swr:
                il.Op(OpCodes.Conv_U4);
                il.Call(insn.Op == Op.Swl ? KnownMethods.StoreWordLeft : KnownMethods.StoreWordRight);
                break;
            default:
                il.Call(insn.Op == Op.Sdl ? KnownMethods.StoreDoubleLeft : KnownMethods.StoreDoubleRight);
                break;
        }
    }
}
