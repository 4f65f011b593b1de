using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>How far what a game owes a recipient is on its way.</summary>
public enum CreditStage
{
    /// <summary>Nothing is owed, and nothing can come to be.</summary>
    Settled,

    /// <summary>The game goes on.</summary>
    InGame,

    /// <summary>The system is paused: no bond is paid, and from 1.6 on no game closed, before it goes on. Up to 1.4 only what could be withdrawn waits so.</summary>
    Paused,

    /// <summary>From 1.4 on: resolved, and not final yet: it cannot be closed.</summary>
    ToBeFinal,

    /// <summary>From 1.4 on: the game must be closed, which the first of two claiming calls does.</summary>
    ToClose,

    /// <summary>From 1.4 on: the first of two claiming calls must be made.</summary>
    ToUnlock,

    /// <summary>Unlocked; the bond store's delay runs.</summary>
    Waiting,

    /// <summary>It can be withdrawn.</summary>
    Withdrawable,
}

/// <summary>What a game owes a recipient and what must happen for it to be paid: the one place where that is worked out.</summary>
/// <param name="Stage">How far it is.</param>
/// <param name="Due">Wei that the game pays, or would pay if it were closed as the registry sees it now.</param>
/// <param name="WithdrawableAt">Block time, in seconds, from which what is unlocked can be withdrawn; null while nothing is unlocked.</param>
public readonly record struct CreditStanding(CreditStage Stage, UInt256 Due, ulong? WithdrawableAt)
{
    /// <summary>Works it out.</summary>
    /// <param name="game">The game; its rules are known.</param>
    /// <param name="state">Its state.</param>
    /// <param name="recipient">One of those that <see cref="GameState.Credits"/> was asked for.</param>
    /// <param name="now">Block time in seconds.</param>
    /// <param name="isEndAwaited">
    /// Games that are not closed (up to 1.3.x) unlock at each payout and pay after the delay from the last one, also while the game goes on. As a rule its end is waited for, since another
    /// payout may come; false where nobody brings it about.
    /// </param>
    public static CreditStanding Of(GameMetadata game, GameState state, Address recipient, ulong now, bool isEndAwaited = true)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(state);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        GameCredit credit = state.Credits[recipient];
        ulong? at = credit.Pending.Amount.IsZero ? null : credit.Pending.UnlockedAt + rules.WethDelay;
        return new CreditStanding(StageOf(rules.RuleSet, state, credit, at <= now, isEndAwaited), credit.Due(state), at);
    }

    private static CreditStage StageOf(RuleSet rules, GameState state, GameCredit credit, bool isDelayOver, bool isEndAwaited)
    {
        bool isOpen = state.Status == GameStatus.InProgress;
        CreditStage unlocked = !isDelayOver ? CreditStage.Waiting : state.IsPaused ? CreditStage.Paused : CreditStage.Withdrawable;
        if (!rules.IsClosed)
        {
            return isOpen && (isEndAwaited || credit.Owed.IsZero) ? CreditStage.InGame
                : !credit.Owed.IsZero ? unlocked
                : credit.Pending.Amount.IsZero ? CreditStage.Settled
                : CreditStage.Waiting;
        }

        if (isOpen)
        {
            return CreditStage.InGame;
        }

        // Until a game is closed, what was lost in it may still be refunded.
        bool isUndecided = state.BondMode == BondDistributionMode.Undecided;
        if (credit.Owed.IsZero && credit.Pending.Amount.IsZero && (!isUndecided || credit.Refundable.IsZero))
        {
            return CreditStage.Settled;
        }

        return state.IsPaused && rules.RegistryTellsPause ? CreditStage.Paused
            : isUndecided ? (state.IsClosable(rules) ? CreditStage.ToClose : CreditStage.ToBeFinal)
            : credit.IsUnlocked ? unlocked
            : credit.Owed.IsZero ? CreditStage.Waiting
            : CreditStage.ToUnlock;
    }
}
