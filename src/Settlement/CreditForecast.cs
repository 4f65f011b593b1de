using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;

namespace Gavel.Settlement;

/// <summary>What an account is to get from a game that has not decided yet how it pays: by each mode, and by the one that is expected.</summary>
/// <param name="Normal">Wei in the normal mode; of a game in progress if nobody moves again.</param>
/// <param name="Refund">Wei in the mode of refunds; null for games that know no modes (up to 1.3.x).</param>
/// <param name="Expected">The mode in which the game would be closed as it stands now.</param>
public readonly record struct CreditForecast(UInt256 Normal, UInt256? Refund, BondDistributionMode Expected)
{
    /// <summary>What is expected, in wei.</summary>
    public UInt256 Due => Expected == BondDistributionMode.Refund ? Refund ?? UInt256.Zero : Normal;

    /// <summary>Works it out; null where it is decided what the game pays.</summary>
    /// <param name="rules">The rules of the game's generation.</param>
    /// <param name="state">Its state.</param>
    /// <param name="claims">The same as the solver takes it.</param>
    /// <param name="account">One of those that <see cref="GameState.Credits"/> was asked for.</param>
    public static CreditForecast? Of(RuleSet rules, GameState state, Game claims, Address account)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(state);
        bool isOpen = state.Status == GameStatus.InProgress;
        if (!isOpen && state.BondMode != BondDistributionMode.Undecided)
        {
            return null;
        }

        return new CreditForecast(
            isOpen ? Forecast.Of(claims).Credits.GetValueOrDefault(account) : state.Credits[account].Owed,
            rules.IsClosed ? state.Credits[account].Refundable : null,
            state.ExpectedMode);
    }
}
