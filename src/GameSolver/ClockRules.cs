namespace Gavel.GameSolver;

/// <summary>Which generation of the dispute contracts decides how a late move's clock is extended.</summary>
public enum ClockExtensionRule : byte
{
    /// <summary>
    /// 1.2.0: a move is late when its side has used more than max - extension; it then gets max - extension, and twice the extension when
    /// it goes to depth split - 1.
    /// </summary>
    PlainTest,

    /// <summary>
    /// From 1.3 on: the extension depends on the depth that is moved to (max - 1: extension + the oracle's challenge period; split - 1: twice), and
    /// a move is late when its side has used more than max less that extension.
    /// </summary>
    TestByDepth,
}

/// <summary>
/// The time rules of one game, by which each move gets its clock (<c>FaultDisputeGame.move</c>, <c>getChallengerDuration</c>).
/// </summary>
/// <param name="MaxDuration">Seconds either side has.</param>
/// <param name="Extension">Seconds that a late move leaves to the side that answers its answer.</param>
/// <param name="SplitDepth">The game's split depth.</param>
/// <param name="MaxDepth">The game's maximum depth.</param>
/// <param name="Rule">The contract's generation.</param>
/// <param name="OracleChallengePeriod">Seconds a large preimage can be challenged; used by <see cref="ClockExtensionRule.TestByDepth"/>.</param>
public sealed record ClockRules(
    ulong MaxDuration,
    ulong Extension,
    int SplitDepth,
    int MaxDepth,
    ClockExtensionRule Rule = ClockExtensionRule.PlainTest,
    ulong OracleChallengePeriod = 0)
{
    /// <summary>The contract's <c>getChallengerDuration</c>: <see cref="ChessClock.Elapsed"/>, capped at the maximum.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="now"/> lies so far before the claim that time used is negative.</exception>
    public ulong Used(ChessClock parent, ChessClock claim, ulong now)
    {
        Int128 elapsed = ChessClock.Elapsed(parent, claim, now);
        ArgumentOutOfRangeException.ThrowIfNegative(elapsed, nameof(now));
        return elapsed > MaxDuration ? MaxDuration : (ulong)elapsed;
    }

    /// <summary>True when no answer to the claim can be posted any more, and its subgame may be resolved: exactly used up is enough.</summary>
    public bool IsExpired(ChessClock parent, ChessClock claim, ulong now) => ChessClock.Elapsed(parent, claim, now) >= MaxDuration;

    /// <summary>The first block time at which an answer to the claim is refused. May lie before the claim's own time.</summary>
    public Int128 Deadline(ChessClock parent, ChessClock claim) => (Int128)claim.Timestamp + MaxDuration - parent.Duration;

    /// <summary>The clock that an answer to <paramref name="claim"/> gets when it is posted now, or null when it comes too late.</summary>
    /// <param name="parent">Clock of the claim's parent; for the root the default.</param>
    /// <param name="claim">Clock of the claim that is answered.</param>
    /// <param name="depth">Depth the answer goes to.</param>
    /// <param name="now">Block time in seconds.</param>
    public ChessClock? ForMove(ChessClock parent, ChessClock claim, int depth, ulong now)
    {
        ulong used = Used(parent, claim, now);
        if (used == MaxDuration)
        {
            return null;
        }

        ulong extension = ExtensionAt(depth);
        ulong lateAfter = checked(MaxDuration - (Rule == ClockExtensionRule.PlainTest ? Extension : extension));
        return new ChessClock(used > lateAfter ? checked(MaxDuration - extension) : used, now);
    }

    /// <summary>Seconds that a late move to a depth leaves.</summary>
    public ulong ExtensionAt(int depth)
    {
        if (Rule == ClockExtensionRule.TestByDepth && depth == MaxDepth - 1)
        {
            return checked(Extension + OracleChallengePeriod);
        }

        return depth == SplitDepth - 1 ? checked(2 * Extension) : Extension;
    }
}
