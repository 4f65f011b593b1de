namespace Gavel.GameSolver;

/// <summary>The contract's game status.</summary>
public enum GameStatus : byte
{
    /// <summary>Moves are possible.</summary>
    InProgress = 0,

    /// <summary>The root claim was refuted.</summary>
    ChallengerWins = 1,

    /// <summary>The root claim stood.</summary>
    DefenderWins = 2,
}
