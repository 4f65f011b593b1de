namespace Gavel.GameSolver;

/// <summary>
/// A claim's clock: the seconds its side had used when the claim was posted, and the block time of that moment. The contract packs both
/// into a uint128, duration above timestamp.
/// </summary>
/// <param name="Duration">Seconds used by the claimant's side.</param>
/// <param name="Timestamp">Block time of the claim in seconds.</param>
public readonly record struct ChessClock(ulong Duration, ulong Timestamp)
{
    /// <summary>From the contract's word.</summary>
    public static ChessClock Unpack(UInt128 packed) => new((ulong)(packed >> 64), (ulong)packed);

    /// <summary>The contract's word.</summary>
    public UInt128 Pack() => new(Duration, Timestamp);

    /// <summary>
    /// Seconds used by the side that would answer a claim: what it had used at the claim's parent, plus the time since the claim. Not
    /// capped, and negative where <paramref name="now"/> lies before the claim.
    /// </summary>
    /// <param name="parent">Clock of the claim's parent; for the root, which has none, the default.</param>
    /// <param name="claim">Clock of the claim.</param>
    /// <param name="now">Block time in seconds.</param>
    public static Int128 Elapsed(ChessClock parent, ChessClock claim, ulong now) => (Int128)parent.Duration + now - claim.Timestamp;
}
