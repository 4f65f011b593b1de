using static Gavel.Cannon.GuestWord;

namespace Gavel.Cannon;

/// <summary>Multiplications and divisions, whose results stand in HI and LO (cannon-vm section 7). A division by zero changes nothing and says false.</summary>
internal static unsafe class HiLoArithmetic
{
    public static void Multiply(ulong* r, Insn* i)
    {
        long product = (long)(int)r[i->A] * (int)r[i->B];
        r[CpuContext.Lo] = Extend((uint)product);
        r[CpuContext.Hi] = (ulong)(product >> 32);
        r[i->C] = 0;
    }

    public static void MultiplyUnsigned(ulong* r, Insn* i)
    {
        ulong product = (ulong)(uint)r[i->A] * (uint)r[i->B];
        r[CpuContext.Lo] = Extend((uint)product);
        r[CpuContext.Hi] = Extend((uint)(product >> 32));
        r[i->C] = 0;
    }

    public static void MultiplyWide(ulong* r, Insn* i)
    {
        r[CpuContext.Hi] = (ulong)Math.BigMul((long)r[i->A], (long)r[i->B], out long low);
        r[CpuContext.Lo] = (ulong)low;
        r[i->C] = 0;
    }

    public static void MultiplyWideUnsigned(ulong* r, Insn* i)
    {
        r[CpuContext.Hi] = Math.BigMul(r[i->A], r[i->B], out ulong low);
        r[CpuContext.Lo] = low;
        r[i->C] = 0;
    }

    public static bool Divide(ulong* r, Insn* i)
    {
        // As long, so that the lowest number divided by -1 does not overflow.
        long dividend = (int)r[i->A];
        long divisor = (int)r[i->B];
        if (divisor == 0)
        {
            return false;
        }

        r[CpuContext.Lo] = Extend((uint)(dividend / divisor));
        r[CpuContext.Hi] = Extend((uint)(dividend % divisor));
        r[i->C] = 0;
        return true;
    }

    public static bool DivideUnsigned(ulong* r, Insn* i)
    {
        uint dividend = (uint)r[i->A];
        uint divisor = (uint)r[i->B];
        if (divisor == 0)
        {
            return false;
        }

        r[CpuContext.Lo] = Extend(dividend / divisor);
        r[CpuContext.Hi] = Extend(dividend % divisor);
        r[i->C] = 0;
        return true;
    }

    public static bool DivideWide(ulong* r, Insn* i)
    {
        long dividend = (long)r[i->A];
        long divisor = (long)r[i->B];
        if (divisor == 0)
        {
            return false;
        }

        // Dividing by -1 is negating, which wraps where division would trap.
        r[CpuContext.Lo] = (ulong)(divisor == -1 ? unchecked(-dividend) : dividend / divisor);
        r[CpuContext.Hi] = (ulong)(divisor == -1 ? 0 : dividend % divisor);
        r[i->C] = 0;
        return true;
    }

    public static bool DivideWideUnsigned(ulong* r, Insn* i)
    {
        ulong dividend = r[i->A];
        ulong divisor = r[i->B];
        if (divisor == 0)
        {
            return false;
        }

        r[CpuContext.Lo] = dividend / divisor;
        r[CpuContext.Hi] = dividend % divisor;
        r[i->C] = 0;
        return true;
    }
}
