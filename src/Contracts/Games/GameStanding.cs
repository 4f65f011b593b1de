namespace Gavel.Contracts;

/// <summary>
/// What the guardian's contracts hold of a game. A blacklisted or retired game pays no withdrawal, and from 1.4 on refunds its bonds, whoever wins; one that
/// is not respected pays its bonds as it ends, but no withdrawal, and moves no anchor.
/// </summary>
/// <param name="IsRespected">Whether its type was respected when it was created; on 1.2.0 and 1.3.x whether it is now.</param>
/// <param name="IsBlacklisted">Whether it is blacklisted.</param>
/// <param name="IsRetired">Whether it was created before games were retired the last time.</param>
public readonly record struct GameStanding(bool IsRespected, bool IsBlacklisted, bool IsRetired)
{
    /// <summary>Whether withdrawals can be proven against it, as far as the guardian is concerned.</summary>
    public bool Counts => IsRespected && !IsBlacklisted && !IsRetired;

    /// <summary>In words, such as <c>blacklisted, not respected</c> or <c>respected</c>.</summary>
    public override string ToString() => Counts
        ? "respected"
        : string.Join(", ", new[] { IsBlacklisted ? "blacklisted" : "", IsRetired ? "retired" : "", IsRespected ? "" : "not respected" }.Where(word => word.Length > 0));
}
