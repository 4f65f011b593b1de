using Gavel.GameSolver.Solving;

namespace Gavel.GameSolver.Resolving;

/// <summary>Wei that the honest side still has to put up in a game.</summary>
/// <param name="Now">Bonds of the moves that are due.</param>
/// <param name="Next">The same, and the bond of our answer to one move against each claim of ours that nobody has answered.</param>
/// <param name="WorstCase">
/// The same, and each of our open ends fought down to the leaves: every move that is due and every claim of ours that nobody has answered
/// gets one answer, that one ours, and so on to the maximum depth. There is no absolute bound: opponents may answer one claim many times,
/// and each such answer costs at most <see cref="Line"/> from its depth.
/// </param>
public readonly record struct CapitalNeed(UInt256 Now, UInt256 Next, UInt256 WorstCase)
{
    /// <summary>The need of several games.</summary>
    public static CapitalNeed operator +(CapitalNeed left, CapitalNeed right) =>
        new(left.Now + right.Now, left.Next + right.Next, left.WorstCase + right.WorstCase);

    /// <summary>The need in the game that <paramref name="solver"/> solved last.</summary>
    /// <param name="solver">The solver, for what it thinks of each claim.</param>
    /// <param name="game">The game it solved.</param>
    /// <param name="solution">Its solution.</param>
    /// <param name="bonds">Required bonds, down to the game's maximum depth.</param>
    public static CapitalNeed Of(HonestSolver solver, Game game, Solution solution, BondTable bonds)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solution);
        ArgumentNullException.ThrowIfNull(bonds);
        int maxDepth = game.Shape.MaxDepth;
        UInt256 now = UInt256.Zero;
        UInt256 next = UInt256.Zero;
        UInt256 worst = UInt256.Zero;
        foreach (MoveAction move in solution.Actions.OfType<MoveAction>())
        {
            now += bonds[move.Position.Depth];
            worst += Line(bonds, move.Position.Depth, maxDepth);
        }

        for (int i = 0; i < game.Count; i++)
        {
            if (solver.StanceOn(i) is Stance.TrueRoot or Stance.OurMove && game.IsLeaf(i) && !game.IsResolved(i) && solver.MovesTo(game.At(i).Position.Depth))
            {
                int answer = game.At(i).Position.Depth + 2;
                next += answer <= maxDepth ? bonds[answer] : UInt256.Zero;
                worst += Line(bonds, answer, maxDepth);
            }
        }

        return new CapitalNeed(now, now + next, worst);
    }

    /// <summary>Wei for our moves at a depth and every second one below it.</summary>
    public static UInt256 Line(BondTable bonds, int depth, int maxDepth)
    {
        ArgumentNullException.ThrowIfNull(bonds);
        UInt256 sum = UInt256.Zero;
        for (int at = depth; at <= maxDepth; at += 2)
        {
            sum += bonds[at];
        }

        return sum;
    }
}
