namespace Gavel.Cannon;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>The guest has exited.</summary>
    Exited,

    /// <summary>The step asked for is reached.</summary>
    StepReached,

    /// <summary>The run used up its own number of steps.</summary>
    StepLimit,

    /// <summary>The guest needs more memory than allowed. The step that would allocate has not run.</summary>
    MemoryLimit,

    /// <summary>What is kept on disk for this run is more than allowed.</summary>
    DiskLimit,

    /// <summary>Cancelled.</summary>
    Cancelled,

    /// <summary><see cref="VmOptions.StopAfterPreimageRead"/> said so.</summary>
    PreimageRead,
}
