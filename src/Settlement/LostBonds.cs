using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;

namespace Gavel.Settlement;

/// <summary>Bonds of ours that others get.</summary>
public static class LostBonds
{
    /// <summary>
    /// The claims of a game that is over whose bonds were ours and go to others. In the mode of refunds nobody loses a bond; while the mode is
    /// undecided the registry says which it will be.
    /// </summary>
    /// <param name="rules">The rules of the game's generation.</param>
    /// <param name="state">Its state.</param>
    /// <param name="claims">The same as the solver takes it.</param>
    /// <param name="accounts">Whose bonds are ours.</param>
    public static IReadOnlyList<int> ClaimsOf(RuleSet rules, GameState state, Game claims, IReadOnlyList<Address> accounts)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(claims);
        bool isRefunded = state.BondMode == BondDistributionMode.Refund || (state.BondMode == BondDistributionMode.Undecided && !state.IsProper);
        if (rules.IsClosed && isRefunded)
        {
            return [];
        }

        IReadOnlyList<Address> recipients = Forecast.Of(claims).BondRecipients;
        return [.. Enumerable.Range(0, claims.Count).Where(i => accounts.Contains(claims[i].Claimant) && !accounts.Contains(recipients[i]) && !claims[i].Bond.IsZero)];
    }

    /// <summary>Wei of the bonds of claims.</summary>
    public static UInt256 WeiOf(Game claims, IEnumerable<int> indices) => indices.Aggregate(UInt256.Zero, (sum, claim) => sum + claims[claim].Bond);
}
