namespace Gavel.Cannon;

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Steps">Steps executed by this run.</param>
/// <param name="LastRead">The preimage read of the run's last system call, if it was one.</param>
public readonly record struct RunResult(StopReason Reason, ulong Steps, PreimageRead? LastRead);
