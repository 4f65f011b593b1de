using System.Reflection;
using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>
/// Writes loads and stores. In the main area they go straight to memory (after one test that is also the test of alignment; stores test
/// the page's status too). Otherwise a thorough region looks the window up; and what then is not simply there, the interpreter does.
/// </summary>
internal sealed class MemoryEmitter(Il il, RegisterLocals registers, bool thorough)
{
    private readonly LocalBuilder _address = il.Local(typeof(ulong));
    private readonly LocalBuilder _whole = il.Local(typeof(ulong));
    private readonly LocalBuilder _place = il.Local(typeof(nint));
    private readonly LocalBuilder _delta = il.Local(typeof(nint));
    private readonly LocalBuilder _statusDelta = il.Local(typeof(nint));

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

    /// <summary>Writes a load; <paramref name="leave"/> is where to go, with nothing changed, when the interpreter must do it.</summary>
    public void Load(in Insn insn, Label leave)
    {
        if (RegisterLocals.IsDiscarded(insn.C))
        {
            return;
        }

        Insn copy = insn;
        int mask = Mask(insn.Op);
        bool partial = IsPartial(insn.Op);
        Label outside = thorough ? il.Label() : leave;
        Label done = il.Label();
        Address(insn, mask, partial);
        TestArea(partial ? 0 : mask, outside);
        il.Get(_address);
        il.Get(_delta);
        il.Op(OpCodes.Add);
        Fetch(insn);
        if (thorough)
        {
            il.Mark(done);
            il.Later(() =>
            {
                il.Mark(outside);
                FindWindow(mask, leave);
                WindowField(0);
                il.Get(_address);
                il.Op(OpCodes.Add);
                Fetch(copy);
                il.Jump(OpCodes.Br, done);
            });
        }
    }

    /// <summary>Writes a store; <paramref name="leave"/> as for loads.</summary>
    public void Store(in Insn insn, Label leave)
    {
        Insn copy = insn;
        int mask = Mask(insn.Op);
        bool partial = IsPartial(insn.Op);
        Label outside = thorough ? il.Label() : leave;
        Label done = il.Label();
        Address(insn, mask, partial);
        TestArea(partial ? 0 : mask, outside);
        Status(() => il.Get(_statusDelta));
        il.Narrow(PageStatus.Writable);
        il.Jump(OpCodes.Bne_Un, outside);
        il.Get(_address);
        il.Get(_delta);
        il.Op(OpCodes.Add);
        Put(insn);
        if (thorough)
        {
            il.Mark(done);
            il.Later(() =>
            {
                il.Mark(outside);
                FindWindow(mask, leave);
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
    }

    private static int Mask(Op op) => op switch
    {
        Op.Lb or Op.Lbu or Op.Sb => 0,
        Op.Lh or Op.Lhu or Op.Sh => 1,
        Op.Lw or Op.Lwu or Op.Lwl or Op.Lwr or Op.Sw or Op.Swl or Op.Swr => 3,
        _ => 7,
    };

    private static bool IsPartial(Op op) => op is Op.Lwl or Op.Lwr or Op.Ldl or Op.Ldr or Op.Swl or Op.Swr or Op.Sdl or Op.Sdr;

    /// <summary>Computes the address; that of a part of a word is also kept whole.</summary>
    private void Address(in Insn insn, int mask, bool partial)
    {
        registers.Get(insn.A);
        if (insn.Imm != 0)
        {
            il.Wide(insn.Imm);
            il.Op(OpCodes.Add);
        }

        if (partial)
        {
            il.Set(_whole);
            il.Get(_whole);
            Align(mask);
        }

        il.Set(_address);
    }

    private void Align(int mask)
    {
        il.Wide(~(long)mask);
        il.Op(OpCodes.And);
    }

    /// <summary>Leaves when a bit is set that no aligned address of the main area has: rotated, all of them fit one test.</summary>
    private void TestArea(int mask, Label outside)
    {
        il.Get(_address);
        il.Narrow(MainArea.PartBits);
        il.Call(KnownMethods.RotateRight);
        il.Op(OpCodes.Conv_I4);
        il.Narrow(MainArea.OutsideMask | (mask << (64 - MainArea.PartBits)));
        il.Op(OpCodes.And);
        il.Jump(OpCodes.Brtrue, outside);
    }

    private void Status(Action delta)
    {
        il.Get(_address);
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
        if (IsPartial(insn.Op))
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
