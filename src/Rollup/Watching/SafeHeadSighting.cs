namespace Gavel.Rollup;

/// <summary>What a rollup node had derived when it stood at an L1 block, as we saw it ourselves.</summary>
/// <param name="CurrentL1">The L1 block that it had worked through, on our L1's chain.</param>
/// <param name="SafeL2">Its safe head then: later blocks it had not derived.</param>
/// <param name="At">When we saw it.</param>
/// <param name="IsDerived">
/// True where we saw the safe head advance up to this one while the node read on, so that it was derived from L1 up to that block. A node that has
/// been restarted or reset names a safe head from before, together with an L1 block well below the one by which it was derivable: from that nothing follows.
/// </param>
public readonly record struct SafeHeadSighting(BlockId CurrentL1, BlockId SafeL2, DateTimeOffset At, bool IsDerived);
