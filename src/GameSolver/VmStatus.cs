namespace Gavel.GameSolver;

/// <summary>The first byte of a claim about a VM state.</summary>
public enum VmStatus : byte
{
    /// <summary>The program ended and confirmed the disputed output.</summary>
    Valid = 0,

    /// <summary>The program ended and refuted it.</summary>
    Invalid = 1,

    /// <summary>The program ended with an unexpected exit code.</summary>
    Panic = 2,

    /// <summary>The program is still running.</summary>
    Unfinished = 3,
}
