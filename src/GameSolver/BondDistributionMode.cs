namespace Gavel.GameSolver;

/// <summary>How a closed game pays its bonds. Contracts of the 1.2.0 generation know no modes and always pay as <see cref="Normal"/>.</summary>
public enum BondDistributionMode : byte
{
    /// <summary>The game is not closed yet.</summary>
    Undecided = 0,

    /// <summary>Each bond goes to the winner of its subgame.</summary>
    Normal = 1,

    /// <summary>Everyone gets back what they put in: the game was blacklisted or retired.</summary>
    Refund = 2,
}
