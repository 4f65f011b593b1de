namespace Gavel.Cannon;

/// <summary>Why translated code was left.</summary>
internal enum RegionExit
{
    /// <summary>A branch or call led out of the region.</summary>
    Branch,

    /// <summary>A jump through a register, most likely a return, led out of it.</summary>
    Return,

    /// <summary>The budget may not cover the instructions up to the next place where it could be looked at.</summary>
    Budget,

    /// <summary>The next instruction is a system call.</summary>
    Syscall,

    /// <summary>The next instruction is one that only the interpreter runs.</summary>
    Interpret,

    /// <summary>An access is outside the main area, or not aligned.</summary>
    Outside,

    /// <summary>The next instruction stores to a page that is not simply there.</summary>
    Page,
}

/// <summary>A place where translated code can be left.</summary>
/// <param name="Exit">Why.</param>
/// <param name="Pc">Address of the first instruction not completed; null when it is in the context.</param>
/// <param name="GiveBack">Steps taken off the budget and not run.</param>
internal readonly record struct ExitPlace(RegionExit Exit, ulong? Pc, int GiveBack);
