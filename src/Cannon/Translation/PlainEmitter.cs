using System.Reflection.Emit;

namespace Gavel.Cannon;

/// <summary>Writes instructions that neither touch memory nor turn control flow; each means what <see cref="InterpreterLoop{TWidth}"/> says.</summary>
internal sealed class PlainEmitter(Il il, RegisterLocals registers)
{
    private readonly LocalBuilder _product = il.Local(typeof(long));
    private readonly LocalBuilder _divisor = il.Local(typeof(long));

    /// <summary>Writes one; <paramref name="leave"/> is where a division by zero goes, with nothing changed.</summary>
    public void Write(in Insn insn, Label leave)
    {
        switch (insn.Op)
        {
            case Op.Nop or Op.BranchNever:
                return;
            case Op.Mthi or Op.Mtlo:
                registers.Get(insn.A);
                registers.Set(insn.Op == Op.Mthi ? CpuContext.Hi : CpuContext.Lo);
                Zero(insn.C);
                return;
            case Op.Mult or Op.Multu:
                Multiply(insn, insn.Op == Op.Mult ? OpCodes.Conv_I4 : OpCodes.Conv_U4, insn.Op == Op.Mult ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
                return;
            case Op.Dmult or Op.Dmultu:
                MultiplyWide(insn);
                return;
            case Op.Div or Op.Divu or Op.Ddiv or Op.Ddivu:
                Divide(insn, leave);
                return;
        }

        if (!RegisterLocals.IsDiscarded(insn.C))
        {
            Value(insn);
        }
    }

    private void Value(in Insn insn)
    {
        switch (insn.Op)
        {
            case Op.Movz or Op.Movn:
                Label skip = il.Label();
                registers.Get(insn.B);
                il.Jump(insn.Op == Op.Movz ? OpCodes.Brtrue : OpCodes.Brfalse, skip);
                registers.Get(insn.A);
                registers.Set(insn.C);
                il.Mark(skip);
                return;
            case Op.Move:
                registers.Get(insn.A);
                break;
            case Op.Mfhi:
                registers.Get(CpuContext.Hi);
                break;
            case Op.Mflo:
                registers.Get(CpuContext.Lo);
                break;
            case Op.LoadUpper:
                il.Wide(insn.Imm);
                break;
            case >= Op.Sll and <= Op.Srav:
                ShiftNarrow(insn);
                break;
            case >= Op.Dsll and <= Op.Dsrav:
                ShiftWide(insn);
                break;
            case Op.Addiu or Op.Daddiu or Op.Slti or Op.Sltiu or Op.Andi or Op.Ori or Op.Xori:
                Immediate(insn);
                break;
            case Op.Clz or Op.Clo or Op.Dclz or Op.Dclo:
                LeadingZeros(insn);
                break;
            default:
                Binary(insn);
                break;
        }

        registers.Set(insn.C);
    }

    private void Zero(int register)
    {
        if (!RegisterLocals.IsDiscarded(register))
        {
            il.Wide(0);
            registers.Set(register);
        }
    }

    private void Extend()
    {
        il.Op(OpCodes.Conv_I4);
        il.Op(OpCodes.Conv_I8);
    }

    private void ShiftNarrow(in Insn insn)
    {
        bool logical = insn.Op is Op.Srl or Op.Srlv;
        registers.Get(insn.B);
        il.Op(logical ? OpCodes.Conv_U4 : OpCodes.Conv_I4);
        Amount(insn, insn.Op is Op.Sll or Op.Srl or Op.Sra, 31);
        il.Op(insn.Op is Op.Sll or Op.Sllv ? OpCodes.Shl : logical ? OpCodes.Shr_Un : OpCodes.Shr);
        il.Op(OpCodes.Conv_I8);
    }

    private void ShiftWide(in Insn insn)
    {
        registers.Get(insn.B);
        Amount(insn, insn.Op is Op.Dsll or Op.Dsrl or Op.Dsra, 63);
        il.Op(insn.Op is Op.Dsll or Op.Dsllv ? OpCodes.Shl : insn.Op is Op.Dsrl or Op.Dsrlv ? OpCodes.Shr_Un : OpCodes.Shr);
    }

    private void Amount(in Insn insn, bool isFixed, int mask)
    {
        if (isFixed)
        {
            il.Narrow(insn.Imm);
            return;
        }

        registers.Get(insn.A);
        il.Op(OpCodes.Conv_I4);
        il.Narrow(mask);
        il.Op(OpCodes.And);
    }

    private void Immediate(in Insn insn)
    {
        registers.Get(insn.A);
        il.Wide(insn.Op is Op.Andi or Op.Ori or Op.Xori ? (uint)insn.Imm : insn.Imm);
        il.Op(insn.Op switch
        {
            Op.Addiu or Op.Daddiu => OpCodes.Add,
            Op.Slti => OpCodes.Clt,
            Op.Sltiu => OpCodes.Clt_Un,
            Op.Andi => OpCodes.And,
            Op.Ori => OpCodes.Or,
            _ => OpCodes.Xor,
        });
        Finish(insn.Op is Op.Addiu, insn.Op is Op.Slti or Op.Sltiu);
    }

    private void Binary(in Insn insn)
    {
        registers.Get(insn.A);
        registers.Get(insn.B);
        il.Op(insn.Op switch
        {
            Op.Addu or Op.Daddu => OpCodes.Add,
            Op.Subu or Op.Dsubu => OpCodes.Sub,
            Op.And => OpCodes.And,
            Op.Or or Op.Nor => OpCodes.Or,
            Op.Xor => OpCodes.Xor,
            Op.Slt => OpCodes.Clt,
            Op.Sltu => OpCodes.Clt_Un,
            Op.Mul => OpCodes.Mul,
            _ => throw new InvalidOperationException($"no translation of {insn.Op}"),
        });
        if (insn.Op == Op.Nor)
        {
            il.Op(OpCodes.Not);
        }

        Finish(insn.Op is Op.Addu or Op.Subu or Op.Mul, insn.Op is Op.Slt or Op.Sltu);
    }

    private void Finish(bool narrow, bool flag)
    {
        if (narrow)
        {
            Extend();
        }
        else if (flag)
        {
            il.Op(OpCodes.Conv_U8);
        }
    }

    private void LeadingZeros(in Insn insn)
    {
        bool wide = insn.Op is Op.Dclz or Op.Dclo;
        registers.Get(insn.A);
        if (insn.Op is Op.Clo or Op.Dclo)
        {
            il.Op(OpCodes.Not);
        }

        if (!wide)
        {
            il.Op(OpCodes.Conv_U4);
        }

        il.Call(wide ? KnownMethods.LeadingZeros8 : KnownMethods.LeadingZeros4);
        il.Op(OpCodes.Conv_I8);
    }

    private void Multiply(in Insn insn, OpCode cut, OpCode widen)
    {
        foreach (byte register in (ReadOnlySpan<byte>)[insn.A, insn.B])
        {
            registers.Get(register);
            il.Op(cut);
            il.Op(widen);
        }

        il.Op(OpCodes.Mul);
        il.Set(_product);
        il.Get(_product);
        Extend();
        registers.Set(CpuContext.Lo);
        il.Get(_product);
        il.Narrow(32);
        il.Op(OpCodes.Shr);
        registers.Set(CpuContext.Hi);
        Zero(insn.C);
    }

    private void MultiplyWide(in Insn insn)
    {
        registers.Get(insn.A);
        registers.Get(insn.B);
        il.Call(KnownMethods.MultiplyHigh);
        if (insn.Op == Op.Dmult)
        {
            TakeOffIfNegative(insn.A, insn.B);
            TakeOffIfNegative(insn.B, insn.A);
        }

        registers.Set(CpuContext.Hi);
        registers.Get(insn.A);
        registers.Get(insn.B);
        il.Op(OpCodes.Mul);
        registers.Set(CpuContext.Lo);
        Zero(insn.C);
    }

    /// <summary>From the unsigned product's upper half to the signed one's.</summary>
    private void TakeOffIfNegative(int sign, int value)
    {
        registers.Get(sign);
        il.Narrow(63);
        il.Op(OpCodes.Shr);
        registers.Get(value);
        il.Op(OpCodes.And);
        il.Op(OpCodes.Sub);
    }

    private void Divide(in Insn insn, Label leave)
    {
        bool wide = insn.Op is Op.Ddiv or Op.Ddivu;
        bool signed = insn.Op is Op.Div or Op.Ddiv;
        Operand(insn.B, wide, signed);
        il.Set(_divisor);
        il.Get(_divisor);
        il.Jump(OpCodes.Brfalse, leave);
        if (insn.Op == Op.Ddiv)
        {
            QuotientOfSigned(insn.A);
        }
        else
        {
            Operand(insn.A, wide, signed);
            il.Get(_divisor);
            il.Op(signed ? OpCodes.Div : OpCodes.Div_Un);
            il.Set(_product);
        }

        // The remainder from the quotient, so that the host divides once.
        Operand(insn.A, wide, signed);
        il.Get(_product);
        il.Get(_divisor);
        il.Op(OpCodes.Mul);
        il.Op(OpCodes.Sub);
        Result(CpuContext.Hi, wide);
        il.Get(_product);
        Result(CpuContext.Lo, wide);
        Zero(insn.C);
    }

    /// <summary>Dividing by -1 is negating, which wraps where division would trap.</summary>
    private void QuotientOfSigned(int dividend)
    {
        Label divides = il.Label();
        Label done = il.Label();
        il.Get(_divisor);
        il.Wide(-1);
        il.Jump(OpCodes.Bne_Un, divides);
        registers.Get(dividend);
        il.Op(OpCodes.Neg);
        il.Set(_product);
        il.Jump(OpCodes.Br, done);
        il.Mark(divides);
        registers.Get(dividend);
        il.Get(_divisor);
        il.Op(OpCodes.Div);
        il.Set(_product);
        il.Mark(done);
    }

    private void Operand(int register, bool wide, bool signed)
    {
        registers.Get(register);
        if (!wide)
        {
            il.Op(signed ? OpCodes.Conv_I4 : OpCodes.Conv_U4);
            il.Op(signed ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        }
    }

    private void Result(int register, bool wide)
    {
        if (!wide)
        {
            Extend();
        }

        registers.Set(register);
    }
}
