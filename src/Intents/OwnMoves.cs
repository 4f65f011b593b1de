using System.Collections.Concurrent;
using System.Globalization;
using Gavel.GameSolver;

namespace Gavel.Intents;

/// <summary>
/// Keeps us from contradicting ourselves: a claim of our own is never countered, and no second value is posted for a position. Where the truth
/// seems to have changed, one of the two answers was wrong, and only a person can say which: both bonds are at stake.
/// </summary>
/// <param name="account">The account that moves.</param>
/// <param name="isDecided">
/// Whether a person has decided the root of a game, by its address and its L1 head: then that person has looked, and answers for both bonds. Null for never.
/// </param>
public sealed class OwnMoves(Address account, Func<Address, Hash32, bool>? isDecided = null)
{
    // What was decided in this run and may not be on the chain yet.
    private readonly ConcurrentDictionary<Address, ConcurrentDictionary<(ClaimId Parent, Position Position), Hash32>> _decided = new();

    /// <summary>Parts what may be done from what would contradict us.</summary>
    /// <param name="game">The game.</param>
    /// <param name="l1Head">Its L1 head.</param>
    /// <param name="claims">The game as it is.</param>
    /// <param name="actions">What the solver asks for.</param>
    /// <returns>The actions that may be planned, and those that may not with the reason.</returns>
    public (IReadOnlyList<GameAction> Allowed, IReadOnlyList<UnplannedAction> Contradicting) Part(
        Address game, Hash32 l1Head, Game claims, IReadOnlyList<GameAction> actions)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(actions);
        List<GameAction> allowed = [];
        List<UnplannedAction> contradicting = [];
        bool isLifted = isDecided?.Invoke(game, l1Head) == true;
        ConcurrentDictionary<(ClaimId, Position), Hash32> decided = _decided.GetOrAdd(game, _ => new());
        foreach (GameAction action in actions)
        {
            if (!isLifted && Contradiction(claims, action, decided) is { } problem)
            {
                contradicting.Add(new UnplannedAction(ClaimOf(action), problem));
                continue;
            }

            if (action is MoveAction move)
            {
                decided[(claims[move.ParentIndex].Id, move.Position)] = move.Value;
            }

            allowed.Add(action);
        }

        return (allowed, contradicting);
    }

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        foreach (Address gone in _decided.Keys.Where(game => !games.Contains(game)))
        {
            _decided.TryRemove(gone, out _);
        }
    }

    private static int ClaimOf(GameAction action) => action switch
    {
        MoveAction move => move.ParentIndex,
        StepAction step => step.ClaimIndex,
        _ => 0,
    };

    private string? Contradiction(Game claims, GameAction action, ConcurrentDictionary<(ClaimId, Position), Hash32> decided)
    {
        int index = ClaimOf(action);
        if (claims[index].Claimant == account)
        {
            return string.Create(CultureInfo.InvariantCulture, $"claim {index} is our own, and what is known now contradicts it: it is not countered before a person has looked");
        }

        if (action is not MoveAction move)
        {
            return null;
        }

        Hash32? other = claims.ChildrenOf(index)
            .Where(child => claims[child].Position == move.Position && claims[child].Value != move.Value && claims[child].Claimant == account)
            .Select(child => (Hash32?)claims[child].Value).FirstOrDefault();
        other ??= decided.TryGetValue((claims[index].Id, move.Position), out Hash32 before) && before != move.Value ? before : null;
        return other is { } posted
            ? string.Create(CultureInfo.InvariantCulture, $"we have answered claim {index} with {posted}, and what is known now gives {move.Value}: no second value is posted before a person has looked")
            : null;
    }
}
