namespace Gavel.Cannon;

/// <summary>Why translated code returned. The context's pc is at the first instruction not completed.</summary>
internal enum RegionExit : long
{
    /// <summary>A branch or call led out of the region.</summary>
    Branch,

    /// <summary>A jump through a register, most likely a return, led out of it.</summary>
    Return,

    /// <summary>The budget does not cover the instructions up to the next place where it could be looked at.</summary>
    Budget,

    /// <summary>The next instruction is a system call.</summary>
    Syscall,

    /// <summary>The next instruction is one that only the interpreter runs.</summary>
    Interpret,

    /// <summary>The next instruction's access needs care: its page is not simply there, or the address is not in the main area.</summary>
    Memory,
}
