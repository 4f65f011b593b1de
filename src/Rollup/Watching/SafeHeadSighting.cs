namespace Gavel.Rollup;

/// <summary>What a rollup node had derived when it stood at an L1 block, as we saw it ourselves.</summary>
/// <param name="CurrentL1">The L1 block that it had worked through, on our L1's chain.</param>
/// <param name="SafeL2">The last L2 block that it had derived by then.</param>
/// <param name="At">When we saw it.</param>
public readonly record struct SafeHeadSighting(BlockId CurrentL1, BlockId SafeL2, DateTimeOffset At);
