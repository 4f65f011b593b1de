namespace Gavel.Cannon;

/// <summary>
/// Executes the instructions of one thread: the seam between the rules of the machine (scheduling, system calls, limits, proofs), which
/// are in one place, and the ways to run plain instructions fast. Engines are interchangeable: after the same number of steps they leave
/// the same thread, memory and reservation.
/// </summary>
internal interface IVmEngine : IDisposable
{
    /// <summary>
    /// Runs up to <paramref name="budget"/> instructions of the state's active thread. The thread, memory and reservation are changed;
    /// step counters are left to the caller. May stop earlier than the budget for no reason, but not before the first instruction.
    /// </summary>
    EngineResult Run(VmThread thread, long budget);
}

/// <summary>Why an engine stopped, and how many instructions it completed. The thread's pc is at the first one not completed.</summary>
internal readonly record struct EngineResult(EngineExit Exit, long Executed, string? Fault = null);

/// <summary>Why an engine stopped.</summary>
internal enum EngineExit
{
    /// <summary>It may go on at once, if the budget allows.</summary>
    Paused,

    /// <summary>The next instruction is a system call.</summary>
    Syscall,

    /// <summary>The next instruction must not run.</summary>
    Fault,

    /// <summary>The next instruction stores to a page that would be one too many.</summary>
    MemoryLimit,

    /// <summary>The next instruction is where translated code begins. Only between the interpreter and the translator.</summary>
    Entry,
}
