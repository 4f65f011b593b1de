namespace Gavel.Rollup;

/// <summary>
/// A run of the game's own program over a few L2 blocks: from an output to a later one, with the L1 that the game's L1 head ends. The program
/// checks everything that it reads against hashes, so that beside both outputs no node need be believed for what it shows.
/// </summary>
/// <param name="From">The output that it starts from, told and proven.</param>
/// <param name="To">The output that it has to arrive at, told and proven.</param>
public sealed record DerivationRun(VerifiedOutput From, VerifiedOutput To);

/// <summary>A run of our own that would tell whether a block was derivable by the game's L1 head.</summary>
/// <param name="From">The block that it starts from, which was.</param>
/// <param name="To">The block.</param>
/// <param name="Run">The run; null while the outputs of these two are not both known.</param>
public sealed record RunWant(ulong From, ulong To, DerivationRun? Run);

/// <summary>What is known of a run of our own.</summary>
/// <param name="Run">The run.</param>
/// <param name="Arrived">True where the program derived the block, false where it showed that it is not derivable; null while the run goes on, and where it came to nothing.</param>
/// <param name="Progress">In words for people: how far it is, or why it came to nothing.</param>
/// <param name="At">When that was so.</param>
public sealed record RunFinding(DerivationRun Run, bool? Arrived, string Progress, DateTimeOffset At);
