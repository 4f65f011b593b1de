namespace Gavel.Cannon;

/// <summary>What the translator does with an operation.</summary>
internal static class OpKind
{
    /// <summary>Left to the interpreter: system calls, LL and SC, what faults, and branches that link on a condition (no compiler emits them).</summary>
    public static bool IsLeft(Op op) => op is Op.Undecoded or Op.PageEnd or Op.AfterSlotNear or Op.AfterSlotFar or Op.Invalid or Op.Syscall
        or Op.LoadLinked or Op.LoadLinkedDouble or Op.StoreConditional or Op.StoreConditionalDouble or Op.BltzalFar or Op.BgezalFar or Op.Enter;

    /// <summary>True for what turns control flow, has a slot, and is not left to the interpreter.</summary>
    public static bool IsBranch(Op op) => op is >= Op.BranchNear and not (Op.BranchNever or Op.BltzalFar or Op.BgezalFar or Op.Enter);

    public static bool IsConditional(Op op) => op is (> Op.BranchNear and < Op.BranchFar) or (> Op.BranchFar and <= Op.BgezFar);

    public static bool IsDivision(Op op) => op is Op.Div or Op.Divu or Op.Ddiv or Op.Ddivu;

    public static bool IsMemory(Op op) => op is >= Op.Lb and <= Op.Sdr;

    public static bool IsStore(Op op) => op is >= Op.Sb and <= Op.Sdr;

    /// <summary>Low address bits that an access ignores: one less than its size.</summary>
    public static int MaskOf(Op op) => op switch
    {
        Op.Lb or Op.Lbu or Op.Sb => 0,
        Op.Lh or Op.Lhu or Op.Sh => 1,
        Op.Lw or Op.Lwu or Op.Lwl or Op.Lwr or Op.Sw or Op.Swl or Op.Swr => 3,
        _ => 7,
    };

    /// <summary>True for accesses to a part of a word, which look at the low bits.</summary>
    public static bool IsPartial(Op op) => op is Op.Lwl or Op.Lwr or Op.Ldl or Op.Ldr or Op.Swl or Op.Swr or Op.Sdl or Op.Sdr;

    /// <summary>Low address bits that must be zero for the access to need no masking.</summary>
    public static int AlignmentOf(Op op) => IsPartial(op) ? 0 : MaskOf(op);

    /// <summary>
    /// True when a branch and its slot can run as one. A slot that leaves half-way goes back to before its branch, so it must not
    /// depend on the branch's link; and it must not be able to fault.
    /// </summary>
    public static bool CanJoin(in Insn branch, in Insn slot)
    {
        bool links = branch.Op is Op.Jal or Op.Jalr;
        byte link = branch.Op == Op.Jal ? (byte)31 : branch.C;
        return !IsLeft(slot.Op) && slot.Op < Op.BranchNear && !IsDivision(slot.Op)
            && !(links && IsMemory(slot.Op) && (slot.A == link || slot.B == link || slot.C == link));
    }

    /// <summary>Where a branch with a fixed target leads when taken.</summary>
    public static ulong Target(in Insn insn, ulong pc) => insn.Op switch
    {
        Op.J or Op.Jal => ((pc + 4) & ~0x0ffffffful) | (uint)insn.Imm,
        < Op.BranchFar => pc + (ulong)((long)insn.Imm * 4),
        _ => pc + 4 + (ulong)((long)insn.Imm * 4),
    };
}
