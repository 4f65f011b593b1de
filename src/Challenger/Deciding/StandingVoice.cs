using System.Globalization;
using Gavel.Contracts;
using Gavel.GameSolver;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>
/// Tells in the log, once for each change, what decides how a game's bonds are paid: whether the guardian respects it, has blacklisted or retired it, in which mode
/// it was closed, and whether a pause holds up what it owes us.
/// </summary>
internal static class StandingVoice
{
    private const string Standing = "standing";
    private const string Mode = "mode";
    private const string Pause = "pause";

    /// <summary>Tells what is new of a game.</summary>
    /// <param name="voice">Where it is told.</param>
    /// <param name="game">The game; its rules are known.</param>
    /// <param name="state">Its state, with the credit of our accounts.</param>
    /// <param name="now">Block time in seconds.</param>
    public static void Tell(GameVoice voice, GameMetadata game, GameState state, ulong now)
    {
        TellStanding(voice, game, state);
        if (game.Rules!.RuleSet.IsClosed && state.BondMode != BondDistributionMode.Undecided)
        {
            bool isNormal = state.BondMode == BondDistributionMode.Normal;
            voice.Say(
                game,
                Mode,
                isNormal ? "it is closed in the normal mode: bonds are paid as it ended" : "it is closed in the mode of refunds: everybody gets back what they put in, whoever won",
                isNormal ? LogLevel.Information : LogLevel.Warning);
        }
        else
        {
            voice.Forget(game.Game, Mode); // a reorganisation may have opened it again
        }

        CreditStanding[] held = [.. state.Credits.Keys.Select(account => CreditStanding.Of(game, state, account, now)).Where(credit => credit.Stage == CreditStage.Paused)];
        if (held.Length > 0)
        {
            UInt256 due = held.Aggregate(UInt256.Zero, (sum, credit) => sum + credit.Due);
            voice.Say(game, Pause, string.Create(CultureInfo.InvariantCulture, $"the system is paused: {Ether.Format(due)} ETH of ours wait until it goes on"), LogLevel.Warning);
        }
        else if (voice.Forget(game.Game, Pause))
        {
            voice.Say(game, Pause, "the system goes on: what is ours is fetched", LogLevel.Information);
            voice.Forget(game.Game, Pause);
        }
    }

    private static void TellStanding(GameVoice voice, GameMetadata game, GameState state)
    {
        if (state.Standing is not { } standing)
        {
            return;
        }

        if (standing.Counts)
        {
            if (voice.Forget(game.Game, Standing))
            {
                voice.Say(game, Standing, "it counts again: respected, neither blacklisted nor retired", LogLevel.Information);
                voice.Forget(game.Game, Standing);
            }

            return;
        }

        string bonds = !game.Rules!.RuleSet.IsClosed || (!standing.IsBlacklisted && !standing.IsRetired) ? "its bonds are paid as it ends"
            : state.BondMode == BondDistributionMode.Undecided ? "its bonds will be refunded when it is closed, whoever wins; it is played on all the same"
            : $"its bonds were decided before ({(state.BondMode == BondDistributionMode.Normal ? "paid as it ended" : "refunded")})";
        voice.Say(game, Standing, $"it is {standing}: no withdrawal is paid against it; {bonds}", standing.IsBlacklisted || standing.IsRetired ? LogLevel.Warning : LogLevel.Information);
    }
}
