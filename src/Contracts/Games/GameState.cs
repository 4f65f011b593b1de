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

    /// <summary>How bonds are paid; always <see cref="BondDistributionMode.Normal"/> up to 1.3.x.</summary>
    public required BondDistributionMode BondMode { get; init; }

    /// <summary>What the game owes each recipient that was asked for.</summary>
    public required IReadOnlyDictionary<Address, GameCredit> Credits { get; init; }

    /// <summary>From 1.4 on: whether the registry holds the game for finalised, so that it can be closed. Always false before.</summary>
    public bool IsFinalized { get; init; }

    /// <summary>From 1.4 on: whether the game would be closed in the normal mode, once no pause is in the way; if not, in the mode of refunds. Always true before.</summary>
    public bool IsProper { get; init; } = true;

    /// <summary>Whether the system is paused: then no bond is paid, and from 1.6 on no game closed.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What the guardian's contracts hold of the game; null where it could not be read, as on 1.2.0 and 1.3.x without a known portal.</summary>
    public GameStanding? Standing { get; init; }

    /// <summary>
    /// Whether the registry would take the game for its anchor if it were closed as it stands now: won by the defender, not closed yet, respected, proper and
    /// beyond the anchor. Always false up to 1.3.x, where resolving moves the anchor.
    /// </summary>
    public bool MovesAnchor { get; init; }

    /// <summary>Whether anybody can close the game now.</summary>
    public bool IsClosable(RuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return rules.IsClosed && IsFinalized && BondMode == BondDistributionMode.Undecided && !(IsPaused && rules.RegistryTellsPause);
    }

    /// <summary>The mode in which bonds are paid, or would be if the game were closed as it stands now.</summary>
    public BondDistributionMode ExpectedMode => BondMode != BondDistributionMode.Undecided ? BondMode
        : IsProper ? BondDistributionMode.Normal
        : BondDistributionMode.Refund;
}

/// <summary>What a game owes a recipient, and where that is on its way.</summary>
/// <param name="Owed">Wei that the game would pay or has set aside (<c>credit(address)</c>).</param>
/// <param name="Pending">What is unlocked in the bond store.</param>
/// <param name="IsUnlocked">From 1.4 on: whether the first of the two claiming calls was made. Before, true once anything is unlocked.</param>
/// <param name="Refundable">From 1.4 on: wei that the recipient put in, and gets back if the game is closed in the mode of refunds. 0 before.</param>
public readonly record struct GameCredit(UInt256 Owed, PendingWithdrawal Pending, bool IsUnlocked, UInt256 Refundable = default)
{
    /// <summary>Wei that the game pays, or would pay if it were closed as the registry sees it now.</summary>
    public UInt256 Due(GameState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state is { BondMode: BondDistributionMode.Undecided, ExpectedMode: BondDistributionMode.Refund } ? Refundable : Owed;
    }
}
