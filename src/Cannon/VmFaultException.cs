namespace Gavel.Cannon;

/// <summary>
/// The guest did what the VM does not allow: the contract would revert, so no step leads on from this state. The state is left as it was
/// before the step.
/// </summary>
public sealed class VmFaultException : Exception
{
    internal VmFaultException(string reason, ulong pc, ulong step)
        : base($"{reason} at pc 0x{pc:x}, step {step}") => (Reason, Pc, Step) = (reason, pc, step);

    /// <summary>What was not allowed.</summary>
    public string Reason { get; }

    /// <summary>The active thread's program counter.</summary>
    public ulong Pc { get; }

    /// <summary>Steps executed before the one that faulted.</summary>
    public ulong Step { get; }
}
