namespace Gavel.Rollup;

/// <summary>
/// A run of the game's own program over one L2 block: from the output before it to its own, with the L1 that the game's L1 head ends. The program
/// checks everything that it reads against hashes, so that beside both outputs no node need be believed for what it shows.
/// </summary>
/// <param name="From">The output of the block before, told and proven.</param>
/// <param name="To">The output of the block, told and proven.</param>
public sealed record DerivationRun(VerifiedOutput From, VerifiedOutput To);

/// <summary>A block of which a run of our own would tell whether it was derivable by the game's L1 head.</summary>
/// <param name="Block">The block.</param>
/// <param name="Run">The run; null while the outputs of the block and of the one before it are not both known.</param>
public sealed record RunWant(ulong Block, DerivationRun? Run);

/// <summary>What is known of a run of our own.</summary>
/// <param name="Run">The run.</param>
/// <param name="Arrived">True where the program derived the block, false where it showed that it is not derivable; null while the run goes on, and where it came to nothing.</param>
/// <param name="Progress">In words for people: how far it is, or why it came to nothing.</param>
/// <param name="At">When that was so.</param>
public sealed record RunFinding(DerivationRun Run, bool? Arrived, string Progress, DateTimeOffset At);
