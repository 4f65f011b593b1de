using Gavel.Chains;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>What was decided about a game at one L1 block, and why.</summary>
/// <param name="View">The L1 block.</param>
/// <param name="Game">The game as it was.</param>
/// <param name="Verdict">What is true of the root claim, with its evidence.</param>
/// <param name="Solution">The solver's actions and what it could not answer.</param>
/// <param name="Capital">Wei still needed.</param>
/// <param name="IsLastResort">
/// Whether the only action rests on one group alone, because there is little time left and no other group answers.
/// </param>
public sealed record Judgement(L1View View, Game Game, Verdict Verdict, Solution Solution, CapitalNeed Capital, bool IsLastResort = false)
{
    /// <summary>Nodes that have no voice about the game, by name, and why.</summary>
    public IReadOnlyDictionary<string, Objection> Objections { get; init; } = new Dictionary<string, Objection>();

    /// <summary>What the nodes say by themselves where a person has decided; the verdict otherwise.</summary>
    public Verdict NodesSay { get => field ?? Verdict; init; }

    /// <summary>True when all identified nodes have another output at the block that the game starts from.</summary>
    public bool IsAnchorFalse { get; init; }
}
