using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Sending;

namespace Gavel.Intents;

/// <summary>
/// Keeps us from contradicting ourselves: a claim of our own is never countered, and no second value is posted for a position. Where the truth
/// seems to have changed, one of the two answers was wrong, and only a person can say which: both bonds are at stake. What we have said is on the
/// chain or on its way there, so that a restart forgets nothing of it.
/// </summary>
/// <param name="desk">The account that moves, with what is on its way.</param>
public sealed class OwnMoves(IAccountDesk desk)
{
    /// <summary>Parts what may be done from what would contradict us.</summary>
    /// <param name="game">The game.</param>
    /// <param name="claims">The game as it is.</param>
    /// <param name="actions">What the solver asks for.</param>
    /// <param name="view">The L1 block of <paramref name="claims"/>.</param>
    /// <param name="isDecided">Whether the actions follow from what a person decided: then that person has looked, and answers for both bonds.</param>
    /// <param name="cancellationToken">Cancels waiting for the outbox.</param>
    /// <returns>The actions that may be planned, and those that may not with the reason.</returns>
    /// <exception cref="OutboxException">The outbox cannot be read.</exception>
    public async Task<(IReadOnlyList<GameAction> Allowed, IReadOnlyList<UnplannedAction> Contradicting)> PartAsync(
        GameMetadata game, Game claims, IReadOnlyList<GameAction> actions, L1View view, bool isDecided, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(view);
        if (isDecided)
        {
            return (actions, []);
        }

        List<GameAction> allowed = [];
        List<UnplannedAction> contradicting = [];
        IReadOnlyList<OutboxEntry> sent = actions.OfType<MoveAction>().Any() ? await SentAsync(view, cancellationToken) : [];
        foreach (GameAction action in actions)
        {
            if (Contradiction(game, claims, action, sent) is { } problem)
            {
                contradicting.Add(new UnplannedAction(ClaimOf(action), problem));
            }
            else
            {
                allowed.Add(action);
            }
        }

        return (allowed, contradicting);
    }

    // What may be mined and is not in the view yet. What an earlier run left in the queue is sent only if it is wanted again.
    private async Task<IReadOnlyList<OutboxEntry>> SentAsync(L1View view, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<OutboxEntry> open = await desk.Outbox.ListOpenAsync(cancellationToken);
            IReadOnlyList<OutboxEntry> mined = await desk.Outbox.ListMinedAsync(view.Block.Number, cancellationToken);
            return [.. open.Where(entry => entry.State != OutboxState.Queued || desk.IsPermitted(entry)), .. mined.Where(entry => entry.State == OutboxState.Confirmed)];
        }
        catch (OutboxException) when (!desk.Sends)
        {
            return []; // a dry run shows what it would do all the same
        }
    }

    private static int ClaimOf(GameAction action) => action switch
    {
        MoveAction move => move.ParentIndex,
        StepAction step => step.ClaimIndex,
        _ => 0,
    };

    private string? Contradiction(GameMetadata game, Game claims, GameAction action, IReadOnlyList<OutboxEntry> sent)
    {
        int index = ClaimOf(action);
        if (claims[index].Claimant == desk.Account)
        {
            return string.Create(CultureInfo.InvariantCulture, $"claim {index} is our own, and what is known now contradicts it: it is not countered before a person has looked");
        }

        if (action is not MoveAction move)
        {
            return null;
        }

        Hash32? other = claims.ChildrenOf(index)
            .Where(child => claims[child].Position == move.Position && claims[child].Value != move.Value && claims[child].Claimant == desk.Account)
            .Select(child => (Hash32?)claims[child].Value).FirstOrDefault()
            ?? sent.Select(entry => OtherValue(game, claims[index], move, entry)).FirstOrDefault(value => value is not null);
        return other is { } posted
            ? string.Create(CultureInfo.InvariantCulture, $"we have answered claim {index} with {posted}, and what is known now gives {move.Value}: no second value is posted before a person has looked")
            : null;
    }

    // The value that an entry posts at a move's position where it is another.
    private static Hash32? OtherValue(GameMetadata game, Claim parent, MoveAction move, OutboxEntry entry)
    {
        if (IntentKey.Decode(entry.Intent.Key.Span) is not { Kind: IntentKind.Move } key
            || key.Target != game.Game
            || (key.L1Head != game.L1Head && !key.L1Head.IsZero)
            || key.Index != (uint)move.ParentIndex
            || key.Basis != parent.Value)
        {
            return null;
        }

        ReadOnlySpan<byte> calldata = entry.Intent.Calldata.Span;
        return FaultDisputeGame.IsAttack(calldata) == move.IsAttack && FaultDisputeGame.ClaimOf(calldata) is var value && value != move.Value ? value : null;
    }
}
