namespace Gavel.Cannon;

/// <summary>What a VM has done since it was made.</summary>
public sealed class VmStatistics
{
    /// <summary>Preimages fetched; reads in a row of one key count once.</summary>
    public long PreimagesFetched { get; internal set; }

    /// <summary>Bytes of those preimages.</summary>
    public long PreimageBytes { get; internal set; }

    /// <summary>Hints passed on.</summary>
    public long Hints { get; internal set; }

    /// <summary>Most threads that were alive at once.</summary>
    public int MaxThreads { get; internal set; }

    /// <summary>Executed system calls by number.</summary>
    public Dictionary<ulong, long> SyscallCounts { get; } = [];
}
