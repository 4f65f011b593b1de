namespace Gavel.Ethereum;

/// <summary>
/// What one rehearsal may take. It runs foreign code on a node's words, and the library copies its whole state at every inner call, so each
/// of these is a bound on time or memory. The honest calls of every known dispute contract stay far below them.
/// </summary>
public sealed record RehearsalLimits
{
    /// <summary>Time for all of it, requests included; a tenth of the call's slack where that is shorter.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The shortest time in which a rehearsal is begun at all.</summary>
    public TimeSpan LeastTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Gas of the call, here and in the node's own <c>eth_call</c>. 2^24 is also the most that one transaction may take since Osaka.</summary>
    public ulong Gas { get; init; } = 1UL << 24;

    /// <summary>Opcodes executed.</summary>
    public long Opcodes { get; init; } = 4_000_000;

    /// <summary>Bytes of memory, calldata and return data of all live frames.</summary>
    public long MemoryBytes { get; init; } = 2 << 20;

    /// <summary>Depth of calls. Games are at most about ten deep.</summary>
    public int Depth { get; init; } = 24;

    /// <summary>Calls and creations in all.</summary>
    public int Frames { get; init; } = 256;

    /// <summary>Storage slots and account fields read, prefetched ones included.</summary>
    public int StateReads { get; init; } = 1024;

    /// <summary>Round trips for state that was not prefetched.</summary>
    public int Misses { get; init; } = 128;

    /// <summary>Bytes of contract code.</summary>
    public int CodeBytes { get; init; } = 512 << 10;

    /// <summary>Writes to transient storage, and logs.</summary>
    public int Writes { get; init; } = 1024;
}
