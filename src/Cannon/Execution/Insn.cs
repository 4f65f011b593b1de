using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>
/// A decoded instruction. Register fields are indices into <see cref="CpuContext"/>; a destination of register 0 is
/// <see cref="CpuContext.Discard"/> instead, so that no operation need test for it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct Insn
{
    public Op Op;

    /// <summary>First source (rs); the base of loads and stores.</summary>
    public byte A;

    /// <summary>Second source (rt); what stores store.</summary>
    public byte B;

    /// <summary>Destination.</summary>
    public byte C;

    /// <summary>Immediate, shift amount, distance of a branch in instructions from its delay slot (far) or itself (near), or index of a jump.</summary>
    public int Imm;
}
