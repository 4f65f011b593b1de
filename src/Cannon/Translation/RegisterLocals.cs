using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>The guest's registers as locals of a region: loaded from the context where it is entered, stored where it is left.</summary>
internal sealed class RegisterLocals
{
    private const int Count = 34;

    private readonly Il _il;
    private readonly LocalBuilder?[] _locals = new LocalBuilder?[Count];
    private readonly bool[] _written = new bool[Count];

    public RegisterLocals(Il il, RegionPlan plan)
    {
        _il = il;
        foreach (Insn insn in plan.Code.Values.Concat(plan.Slots.Values))
        {
            Note(insn);
        }
    }

    /// <summary>True for a register that instructions write to and nobody reads.</summary>
    public static bool IsDiscarded(int register) => register is 0 or CpuContext.Discard;

    public void Get(int register)
    {
        if (register == 0)
        {
            _il.Wide(0);
        }
        else
        {
            _il.Get(_locals[register]!);
        }
    }

    public void Set(int register)
    {
        if (IsDiscarded(register))
        {
            _il.Op(OpCodes.Pop);
        }
        else
        {
            _il.Set(_locals[register]!);
        }
    }

    public void Load(Action<int> context)
    {
        for (int i = 1; i < Count; i++)
        {
            if (_locals[i] is { } local)
            {
                context(8 * i);
                _il.Op(OpCodes.Ldind_I8);
                _il.Set(local);
            }
        }
    }

    public void Store(Action<int> context)
    {
        for (int i = 1; i < Count; i++)
        {
            if (_written[i])
            {
                context(8 * i);
                _il.Get(_locals[i]!);
                _il.Op(OpCodes.Stind_I8);
            }
        }
    }

    private void Note(in Insn insn)
    {
        if (OpKind.IsLeft(insn.Op))
        {
            return;
        }

        Use(insn.A);
        Use(insn.B);
        Write(insn.C);
        switch (insn.Op)
        {
            case Op.Jal:
                Write(31);
                break;
            case Op.Mfhi or Op.Mthi:
                Write(CpuContext.Hi);
                break;
            case Op.Mflo or Op.Mtlo:
                Write(CpuContext.Lo);
                break;
            case Op.Mult or Op.Multu or Op.Dmult or Op.Dmultu or Op.Div or Op.Divu or Op.Ddiv or Op.Ddivu:
                Write(CpuContext.Hi);
                Write(CpuContext.Lo);
                break;
        }
    }

    private void Use(int register)
    {
        if (!IsDiscarded(register))
        {
            _locals[register] ??= _il.Local(typeof(long));
        }
    }

    private void Write(int register)
    {
        if (!IsDiscarded(register))
        {
            Use(register);
            _written[register] = true;
        }
    }
}
