using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>What a person who may decide a game has to know.</summary>
/// <param name="Chain">The chain's name.</param>
/// <param name="Game">The game.</param>
/// <param name="Judged">How it was judged last.</param>
/// <param name="InForce">What a person has decided of it; null where nobody has.</param>
/// <param name="Valid">What follows if its root is called valid.</param>
/// <param name="Invalid">What follows if it is called invalid.</param>
public sealed record DecisionOutlook(string Chain, GameMetadata Game, Judgement Judged, RootDecision? InForce, ChoiceOutlook Valid, ChoiceOutlook Invalid)
{
    /// <summary>Block time, in seconds, until which the root can be attacked.</summary>
    public Int128 Deadline => Game.Rules!.Clock.Deadline(default, Judged.Game[0].Clock);
}

/// <summary>What follows from one choice, as the game stands.</summary>
/// <param name="Truth">The choice.</param>
/// <param name="With">Our open claims that stand with it: their bonds are lost if it is wrong.</param>
/// <param name="Against">Our open claims that stand against it: their bonds are lost if it is right.</param>
/// <param name="Supposed">What would be done at once.</param>
public sealed record ChoiceOutlook(Truth Truth, IReadOnlyList<int> With, IReadOnlyList<int> Against, Supposition Supposed)
{
    /// <summary>The outlook of a supposition.</summary>
    /// <param name="supposed">What would be done.</param>
    /// <param name="game">The game.</param>
    /// <param name="accounts">Whose bonds are ours.</param>
    public static ChoiceOutlook Of(Supposition supposed, Game game, IReadOnlyList<Address> accounts)
    {
        ArgumentNullException.ThrowIfNull(supposed);
        ArgumentNullException.ThrowIfNull(game);

        // Each claim answers the one above it, so that those at even depths speak for the root and those at odd ones against it.
        ILookup<bool, int> ours = Enumerable.Range(0, game.Count).Where(i => accounts.Contains(game[i].Claimant) && !game.IsResolved(i))
            .ToLookup(i => (game[i].Position.Depth % 2 == 0) == (supposed.Truth == Truth.Valid));
        return new ChoiceOutlook(supposed.Truth, [.. ours[true]], [.. ours[false]], supposed);
    }
}
