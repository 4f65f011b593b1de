using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>What would be done in a game at once if a person decided its root. Nothing of it is done.</summary>
/// <param name="Truth">What would be decided.</param>
/// <param name="Solution">The solver's actions and what it could not answer. Below the split depth no VM is run for a supposition.</param>
/// <param name="Capital">Wei that would be needed.</param>
/// <param name="Objections">Nodes that would have no voice, by name, and why.</param>
public sealed record Supposition(Truth Truth, Solution Solution, CapitalNeed Capital, IReadOnlyDictionary<string, Objection> Objections);
