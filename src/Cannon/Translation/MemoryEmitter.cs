using System.Reflection;
using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>
/// Writes loads and stores. In the main area they go straight to memory, after one test for a group of them that is also the test of
/// alignment; groups that store test the pages' status too. Outside it a thorough region looks the window up, once for a group. The rest
/// is the interpreter's.
/// </summary>
internal sealed class MemoryEmitter(Il il, RegisterLocals registers, bool thorough)
{
    private readonly LocalBuilder _address = il.Local(typeof(long));
    private readonly LocalBuilder _window = il.Local(typeof(long));
    private readonly LocalBuilder _delta = il.Local(typeof(long));
    private readonly LocalBuilder _statusDelta = il.Local(typeof(long));
    private readonly List<(LocalBuilder Delta, LocalBuilder Status)> _found = [];

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

    /// <summary>Writes the test that speaks for all accesses of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="outside">Gives the label to leave at when an access is outside the main area (or, if thorough, in no window).</param>
    /// <param name="page">Gives the one to leave at when a page is not simply there.</param>
    public void Test(AccessGroup group, Func<Label> outside, Func<Label> page)
    {
        Label leave = outside();
        Label elsewhere = thorough ? il.Label() : leave;
        if (thorough)
        {
            il.Get(_delta);
            il.Set(Delta(group));
            il.Get(_statusDelta);
            il.Set(StatusDelta(group));
        }

        Sum(group.Base, group.Lowest);
        if (group.Highest != group.Lowest)
        {
            Sum(group.Base, group.Highest);
            il.Op(OpCodes.Or);
        }

        TestArea(group.Mask, elsewhere);
        if (thorough)
        {
            Label found = il.Label();
            il.Mark(found);
            il.Later(() =>
            {
                il.Mark(elsewhere);
                FindWindow(group, leave);
                il.Jump(OpCodes.Br, found);
            });
        }

        if (group.StoresTogether)
        {
            TestStatus(group, page());
        }
    }

    /// <summary>Writes a load whose group is tested.</summary>
    public void Load(in Insn insn, AccessGroup? group)
    {
        // A load to register 0 changes nothing and is in no group.
        if (group is not null)
        {
            Place(insn, group);
            Fetch(insn);
        }
    }

    /// <summary>Writes a store whose group is tested; <paramref name="page"/> gives where to leave if its page is not tested with the group.</summary>
    public void Store(in Insn insn, AccessGroup group, Func<Label> page)
    {
        if (!group.StoresTogether)
        {
            Status(group, insn.Imm);
            il.Narrow(PageStatus.Writable);
            il.Jump(OpCodes.Bne_Un, page());
        }

        Place(insn, group);
        Put(insn);
    }

    private LocalBuilder Delta(AccessGroup group) => thorough ? Found(group).Delta : _delta;

    private LocalBuilder StatusDelta(AccessGroup group) => thorough ? Found(group).Status : _statusDelta;

    private (LocalBuilder Delta, LocalBuilder Status) Found(AccessGroup group)
    {
        while (_found.Count <= group.Number)
        {
            _found.Add((il.Local(typeof(long)), il.Local(typeof(long))));
        }

        return _found[group.Number];
    }

    private void TestStatus(AccessGroup group, Label leave)
    {
        Status(group, group.LowestStore);
        il.Narrow(PageStatus.Writable);
        if (group.HighestStore == group.LowestStore)
        {
            il.Jump(OpCodes.Bne_Un, leave);
            return;
        }

        // Both at once: what differs from the wanted status in either.
        il.Op(OpCodes.Xor);
        Status(group, group.HighestStore);
        il.Narrow(PageStatus.Writable);
        il.Op(OpCodes.Xor);
        il.Op(OpCodes.Or);
        il.Jump(OpCodes.Brtrue, leave);
    }

    /// <summary>The host's address of an access; for a part of a word, that of the aligned group it is in.</summary>
    private void Place(in Insn insn, AccessGroup group)
    {
        if (OpKind.IsPartial(insn.Op))
        {
            Sum(insn.A, insn.Imm);
            il.Set(_address);
            il.Get(_address);
            il.Wide(~(long)OpKind.MaskOf(insn.Op));
            il.Op(OpCodes.And);
            il.Get(Delta(group));
            il.Op(OpCodes.Add);
            return;
        }

        // In this order it is one operand of the host's instruction.
        registers.Get(insn.A);
        il.Get(Delta(group));
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

    /// <summary>The status of the page at an offset from a group's base.</summary>
    private void Status(AccessGroup group, int offset)
    {
        Sum(group.Base, offset);
        il.Narrow(PagedMemory.PageBits);
        il.Op(OpCodes.Shr_Un);
        il.Get(StatusDelta(group));
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Ldind_U1);
    }

    /// <summary>Finds the one window that a group's accesses are in, or leaves.</summary>
    private unsafe void FindWindow(AccessGroup group, Label leave)
    {
        CpuContext sample;
        Sum(group.Base, group.Lowest);
        il.Set(_address);

        // In one window both ends differ in low bits only; and the lowest must be aligned and below the last window's end.
        il.Get(_address);
        Sum(group.Base, group.Highest);
        il.Op(OpCodes.Xor);
        il.Narrow(GuestWindow.Bits);
        il.Op(OpCodes.Shr_Un);
        il.Get(_address);
        il.Wide(group.Mask);
        il.Op(OpCodes.And);
        il.Op(OpCodes.Or);
        il.Jump(OpCodes.Brtrue, leave);
        il.Get(_address);
        il.Wide((long)GuestWindow.Count << GuestWindow.Bits);
        il.Jump(OpCodes.Bge_Un, leave);
        ContextField((byte*)&sample.Windows - (byte*)&sample);
        il.Op(OpCodes.Ldind_I);
        il.Get(_address);
        il.Narrow(GuestWindow.Bits);
        il.Op(OpCodes.Shr_Un);
        il.Wide(sizeof(GuestWindow));
        il.Op(OpCodes.Mul);
        il.Op(OpCodes.Add);
        il.Set(_window);
        il.Get(_window);
        il.Op(OpCodes.Ldind_I);
        il.Set(Delta(group));
        il.Get(_window);
        il.Wide(sizeof(long));
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Ldind_I);
        il.Set(StatusDelta(group));
        il.Get(Delta(group));
        il.Jump(OpCodes.Brfalse, leave);
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
                il.Get(_address);
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
            il.Get(_address);
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
