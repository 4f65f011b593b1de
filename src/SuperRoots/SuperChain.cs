namespace Gavel.SuperRoots;

/// <summary>The rhythm of a chain of a dependency set.</summary>
/// <param name="Id">Its id.</param>
/// <param name="GenesisTime">Time of its first block under the rollup's rules, in seconds since the epoch.</param>
/// <param name="BlockTime">Seconds from block to block, at least 1.</param>
public sealed record SuperChain(UInt256 Id, ulong GenesisTime, ulong BlockTime)
{
    /// <summary>Time of the chain's newest block at or before a second: its genesis where the second is earlier still.</summary>
    public ulong NewestBlockTime(ulong timestamp) => timestamp < GenesisTime ? GenesisTime : timestamp - ((timestamp - GenesisTime) % BlockTime);
}
