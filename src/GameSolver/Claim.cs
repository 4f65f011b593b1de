namespace Gavel.GameSolver;

/// <summary>One claim of a game, with the fields of the contract's <c>claimData</c>. Its contract index is its place in the game.</summary>
/// <param name="ParentIndex">Contract index of the claim it answers; <see cref="NoParent"/> for the root.</param>
/// <param name="Position">Where it stands.</param>
/// <param name="Value">What it claims: an output root down to the split depth, a VM state with its status byte below.</param>
/// <param name="Claimant">Who posted it.</param>
/// <param name="Bond">Wei put up for it.</param>
/// <param name="Clock">Time its side had used when it was posted, and when that was.</param>
/// <param name="CounteredBy">
/// Zero for nobody. At the maximum depth the account that stepped against it; above, who won its subgame, written when it is resolved.
/// </param>
public readonly record struct Claim(
    uint ParentIndex,
    Position Position,
    Hash32 Value,
    Address Claimant = default,
    UInt256 Bond = default,
    ChessClock Clock = default,
    Address CounteredBy = default)
{
    /// <summary>The parent index that the contract stores for the root claim.</summary>
    public const uint NoParent = uint.MaxValue;

    /// <summary>True for the claim that opened the game.</summary>
    public bool IsRoot => ParentIndex == NoParent;

    /// <summary>The claim's identity in its game.</summary>
    public ClaimId Id => new(Position, Value, ParentIndex);
}
