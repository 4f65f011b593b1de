using Gavel.GameSolver.Solving;

namespace Gavel.GameSolver.Resolving;

/// <summary>A call of <c>resolveClaim</c> that succeeds once the calls before it have.</summary>
/// <param name="ClaimIndex">Contract index.</param>
/// <param name="Children">Claims that answer it: what <c>resolveClaim</c> has to page through.</param>
public readonly record struct ResolvableClaim(int ClaimIndex, int Children);

/// <summary>What can be resolved at a moment.</summary>
/// <param name="Claims">Children before parents: the order in which the calls succeed.</param>
/// <param name="CanResolveGame">True when <c>resolve</c> succeeds after them.</param>
public sealed record ResolutionOrder(IReadOnlyList<ResolvableClaim> Claims, bool CanResolveGame)
{
    /// <summary>
    /// The subgames that can be resolved now: the clock of who would answer is exactly used up, and so it is all the way down
    /// (<c>FaultDisputeGame.resolveClaim</c>).
    /// </summary>
    public static ResolutionOrder At(Game game, GameTime time)
    {
        ArgumentNullException.ThrowIfNull(game);
        if (game.Status != GameStatus.InProgress)
        {
            return new ResolutionOrder([], false);
        }

        List<ResolvableClaim> order = [];
        int[] children = new int[game.Count];
        bool[] waits = new bool[game.Count];
        for (int i = game.Count - 1; i >= 0; i--)
        {
            int? parent = game.ParentOf(i);
            bool expired = !waits[i] && time.Rules.IsExpired(game.ParentClock(i), game.At(i).Clock, time.Now);
            bool resolved = game.IsResolved(i);
            if (expired && !resolved)
            {
                order.Add(new ResolvableClaim(i, children[i]));
            }

            if (parent is int above)
            {
                children[above]++;
                waits[above] |= !expired && !resolved;
            }
        }

        return new ResolutionOrder(order, game.IsResolved(0) || (order.Count > 0 && order[^1].ClaimIndex == 0));
    }
}
