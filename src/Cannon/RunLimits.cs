namespace Gavel.Cannon;

/// <summary>How far a run may go. The state is whole and can go on whatever ended the run.</summary>
public sealed record RunLimits
{
    /// <summary>The step to stop at; never passed.</summary>
    public ulong UntilStep { get; init; } = ulong.MaxValue;

    /// <summary>Most steps of this run; never passed.</summary>
    public ulong MaxSteps { get; init; } = ulong.MaxValue;

    /// <summary>Most bytes of guest memory; whole pages are counted, and never more than fit are allocated.</summary>
    public long MaxMemoryBytes { get; init; } = long.MaxValue;

    /// <summary>Most bytes on disk, as <see cref="DiskBytes"/> tells.</summary>
    public long MaxDiskBytes { get; init; } = long.MaxValue;

    /// <summary>Bytes now kept on disk for this run (checkpoints, preimage cache). Asked about once a million steps.</summary>
    public Func<long>? DiskBytes { get; init; }

    /// <summary>Steps between calls of <see cref="OnProgress"/>.</summary>
    public ulong ProgressInterval { get; init; } = 100_000_000;

    /// <summary>Called on the VM's thread as the run goes on.</summary>
    public Action<VmProgress>? OnProgress { get; init; }
}
