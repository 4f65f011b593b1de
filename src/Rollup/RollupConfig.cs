namespace Gavel.Rollup;

/// <summary>Which chain a rollup node derives (<c>optimism_rollupConfig</c>).</summary>
/// <param name="L1ChainId">Chain id of its L1.</param>
/// <param name="L2ChainId">Chain id of its L2.</param>
/// <param name="GenesisL1">The L1 block from which it derives.</param>
/// <param name="GenesisL2">The first L2 block.</param>
/// <param name="SystemConfig">L1 address of the chain's <c>SystemConfig</c>; null where the node does not say.</param>
public sealed record RollupConfig(ulong L1ChainId, ulong L2ChainId, BlockId GenesisL1, BlockId GenesisL2, Address? SystemConfig = null);
