namespace Gavel.Cannon;

/// <summary>What the translator does with an operation.</summary>
internal static class OpKind
{
    /// <summary>Left to the interpreter: system calls, LL and SC, what faults, and branches that link on a condition (no compiler emits them).</summary>
    public static bool IsLeft(Op op) => op is Op.Undecoded or Op.PageEnd or Op.AfterSlotNear or Op.AfterSlotFar or Op.Invalid or Op.Syscall
        or Op.LoadLinked or Op.LoadLinkedDouble or Op.StoreConditional or Op.StoreConditionalDouble or Op.BltzalFar or Op.BgezalFar or Op.Enter;

    /// <summary>True for what turns control flow and has a slot.</summary>
    public static bool IsBranch(Op op) => op is >= Op.BranchNear and not Op.BranchNever;

    public static bool IsConditional(Op op) => op is (> Op.BranchNear and < Op.BranchFar) or (> Op.BranchFar and <= Op.BgezFar);

    public static bool IsDivision(Op op) => op is Op.Div or Op.Divu or Op.Ddiv or Op.Ddivu;

    public static bool IsMemory(Op op) => op is >= Op.Lb and <= Op.Sdr;

    public static bool IsStore(Op op) => op is >= Op.Sb and <= Op.Sdr;

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
