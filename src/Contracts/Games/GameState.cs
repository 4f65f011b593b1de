using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>What a game's contract said at one block.</summary>
public sealed record GameState
{
    /// <summary>In progress, or who won.</summary>
    public required GameStatus Status { get; init; }

    /// <summary>Seconds since the epoch; 0 while in progress.</summary>
    public required ulong ResolvedAt { get; init; }

    /// <summary>The claims in contract order.</summary>
    public required IReadOnlyList<Claim> Claims { get; init; }

    /// <summary>For each claim, whether its subgame is resolved.</summary>
    public required IReadOnlyList<bool> Resolved { get; init; }

    /// <summary>Who proved that the root claim is another block's output; zero if nobody did.</summary>
    public required Address L2BlockNumberChallenger { get; init; }

    /// <summary>How bonds are paid; always <see cref="BondDistributionMode.Normal"/> on 1.2.0.</summary>
    public required BondDistributionMode BondMode { get; init; }

    /// <summary>What the game owes each recipient that was asked for.</summary>
    public required IReadOnlyDictionary<Address, GameCredit> Credits { get; init; }

    /// <summary>2.x: whether the registry holds the game for finalised, so that it can be closed. Always false on 1.2.0.</summary>
    public bool IsFinalized { get; init; }

    /// <summary>2.x: whether the game would be closed in the normal mode; if not, in the mode of refunds. Always true on 1.2.0.</summary>
    public bool IsProper { get; init; } = true;

    /// <summary>2.x: whether the registry says that the system is paused: then no game can be closed and no bond be paid. False on 1.2.0.</summary>
    public bool IsPaused { get; init; }
}

/// <summary>What a game owes a recipient, and where that is on its way.</summary>
/// <param name="Owed">Wei that the game would pay or has set aside (<c>credit(address)</c>).</param>
/// <param name="Pending">What is unlocked in the bond store.</param>
/// <param name="IsUnlocked">2.x: whether the first of the two claiming calls was made. On 1.2.0 true once anything is unlocked.</param>
/// <param name="Refundable">2.x: wei that the recipient put in, and gets back if the game is closed in the mode of refunds. 0 on 1.2.0.</param>
public readonly record struct GameCredit(UInt256 Owed, PendingWithdrawal Pending, bool IsUnlocked, UInt256 Refundable = default)
{
    /// <summary>Wei that the game pays, or would pay if it were closed as the registry sees it now.</summary>
    public UInt256 Due(GameState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.BondMode == BondDistributionMode.Undecided && !state.IsProper ? Refundable : Owed;
    }
}
