namespace Gavel.Cannon;

/// <summary>The outcome that the first byte of a state hash tells.</summary>
public enum VmStatus : byte
{
    /// <summary>Exited with code 0: the claim under dispute holds.</summary>
    Valid = 0,

    /// <summary>Exited with code 1: the claim under dispute is wrong.</summary>
    Invalid = 1,

    /// <summary>Exited with any other code.</summary>
    Panic = 2,

    /// <summary>Not exited.</summary>
    Unfinished = 3,
}
