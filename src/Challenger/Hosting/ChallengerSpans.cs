using System.Diagnostics;
using Gavel.Contracts;

namespace Gavel.Challenger;

/// <summary>The spans of this project: cycle, decision on a game, handing over of its calls.</summary>
internal static class ChallengerSpans
{
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(100);
    private static readonly ActivitySource _source = new(TraceSources.Challenger);

    /// <summary>A cycle of a chain.</summary>
    public static Activity? Cycle(string chain) => _source.StartActivity("cycle")?.SetTag("chain", chain);

    /// <summary>The decision on a game.</summary>
    public static Activity? Decision(GameMetadata game) => _source.StartActivity("decide game")
        ?.SetTag("game", game.Game.ToString()).SetTag("game_type", game.GameType).SetTag("l2_block", game.L2BlockNumber.ToString());

    /// <summary>What a decision came to. One that wants nothing and took no time is not worth keeping: there is one for each game in each cycle.</summary>
    public static void Decided(Activity? decision, Judgement? judgement, int calls)
    {
        if (decision is null)
        {
            return;
        }

        decision.SetTag("verdict", judgement?.Verdict.Truth.ToString()).SetTag("calls", calls);
        if (calls == 0 && DateTime.UtcNow - decision.StartTimeUtc < _quiet)
        {
            decision.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }

    /// <summary>Calls of a game on their way to the outbox.</summary>
    public static Activity? Intents(int calls) => _source.StartActivity("intents")?.SetTag("calls", calls);
}
