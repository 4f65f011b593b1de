using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;

namespace Gavel.Challenger;

/// <summary>What is true of a game's root claim. Not to know is a value of its own: then nothing is attacked.</summary>
public enum Verdict
{
    /// <summary>The nodes cannot tell yet.</summary>
    Unavailable,

    /// <summary>The root claim is the output of the proposed block, which is safe at the game's L1 head.</summary>
    Valid,

    /// <summary>It is not.</summary>
    Invalid,
}

/// <summary>What was decided about a game at one L1 block, and why.</summary>
/// <param name="View">The L1 block.</param>
/// <param name="Game">The game as it was.</param>
/// <param name="Verdict">What is true of the root claim.</param>
/// <param name="Reason">Which nodes said what, in words.</param>
/// <param name="Solution">The solver's actions and what it could not answer.</param>
/// <param name="Capital">Wei still needed.</param>
public sealed record Judgement(L1View View, Game Game, Verdict Verdict, string Reason, Solution Solution, CapitalNeed Capital);
