namespace Gavel.GameSolver.Resolving;

/// <summary>Until when an action must be mined.</summary>
/// <param name="Action">The action.</param>
/// <param name="Deadline">
/// The first block time at which it is too late. For a move the contract refuses it then. For a step, and for the proof of another block
/// number, it is the moment from which anyone may resolve the claim.
/// </param>
public readonly record struct ActionDeadline(GameAction Action, Int128 Deadline)
{
    /// <summary>Seconds left; at 0 and below it is too late.</summary>
    public Int128 Slack(ulong now) => Deadline - now;

    /// <summary>The deadlines of actions, in their order.</summary>
    public static IReadOnlyList<ActionDeadline> Of(Game game, IEnumerable<GameAction> actions, ClockRules rules)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(rules);
        return [.. actions.Select(action => new ActionDeadline(action, OfClaim(game, Answered(action), rules)))];
    }

    /// <summary>The first block time at which a claim can be answered no more, and its subgame may be resolved once those below it are.</summary>
    public static Int128 OfClaim(Game game, int claimIndex, ClockRules rules)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(rules);
        return rules.Deadline(game.ParentClock(claimIndex), game[claimIndex].Clock);
    }

    private static int Answered(GameAction action) => action switch
    {
        MoveAction move => move.ParentIndex,
        StepAction step => step.ClaimIndex,
        RootBlockAction => 0,
        _ => throw new ArgumentException($"{action.GetType().Name} answers no claim", nameof(action)),
    };
}
