using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>
/// Dangers about what is true: verdicts that are not to be had while clocks run, anchors that no node of ours knows, nodes that are outvoted or
/// have no voice, and moves that rest on one voice.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class TruthDangers(string chain, TimeProvider clock) : IDangerSource
{
    private readonly ConcurrentDictionary<Address, StandingDangers> _games = new();

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => [.. _games.Values.SelectMany(game => game.Dangers)];

    /// <summary>Takes what was decided of a game in progress.</summary>
    public void Note(GameMetadata game, Judgement judgement)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(judgement);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        Int128 deadline = rules.Clock.Deadline(default, judgement.Game[0].Clock);
        Int128 left = deadline - judgement.View.Timestamp;
        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds((long)Int128.Clamp(deadline, 0, int.MaxValue * 64L));
        List<Danger> found = [];
        if (judgement.Verdict.Truth == Truth.Unavailable && left > 0)
        {
            found.Add(New(
                DangerCodes.VerdictUnavailable,
                judgement.Verdict.IsHarmless ? DangerSeverity.Watch
                    : left > rules.Clock.MaxDuration / 2 && judgement.Verdict.Rule is not VerdictRule.Contradicted ? DangerSeverity.Warn
                    : DangerSeverity.Page,
                game,
                judgement.Verdict.Because,
                judgement.Verdict.IsHarmless
                    ? "nothing, unless somebody attacks this root: our nodes derive it from finalised L1"
                    : "mend the nodes that the reason names, or add one of another operator; the game is neither attacked nor defended meanwhile, unless a person decides it (agent decide)",
                end));
        }

        if (judgement.Verdict.Decision is { } decision)
        {
            found.Add(New(
                DangerCodes.DecisionByAPerson,
                DangerSeverity.Watch,
                game,
                $"its root is called {decision.Truth.ToString().ToLowerInvariant()}, {decision}; our nodes say {judgement.NodesSay}",
                $"agent decide {game.Game} --withdraw takes it back",
                end));
        }

        if (judgement.IsAnchorFalse)
        {
            found.Add(New(
                DangerCodes.AnchorFalse,
                DangerSeverity.Page,
                game,
                string.Create(CultureInfo.InvariantCulture, $"no node of ours has output {rules.StartingOutputRoot} at block {rules.StartingBlockNumber}, from which the game starts"),
                "tell the guardian: every game that starts from this anchor can make a false root final",
                null));
        }

        // Such a move is made once, and its bond is at stake until the game is over.
        StandingDangers standing = _games.GetOrAdd(game.Game, _ => new StandingDangers());
        if (!judgement.IsLastResort)
        {
            found.AddRange(standing.Dangers.Where(danger => danger.Kind == DangerCodes.LastResortMove));
        }
        else
        {
            found.Add(New(
                DangerCodes.LastResortMove, DangerSeverity.Page, game, judgement.Verdict.Because, "look at the other nodes now: this move rests on one group of them alone", end));
        }

        if (judgement.Verdict.Evidence.Against is { Count: > 0 } against)
        {
            found.AddRange(against.Select(group => New(
                DangerCodes.NodeContradicts,
                judgement.Verdict.Decision is not null ? DangerSeverity.Watch // a person has looked, and chosen
                    : judgement.Verdict.Truth == Truth.Unavailable ? DangerSeverity.Page : DangerSeverity.Warn,
                game,
                $"the nodes of {group} say otherwise: {judgement.Verdict.Because}",
                "look which of the nodes is wrong, and take it out",
                end) with
            { Subject = $"{chain} {group} on game {game.Game}" }));
        }

        found.AddRange(judgement.Objections.Where(objection => objection.Value.Kind == ObjectionKind.OtherAnchor).Select(objection => New(
            DangerCodes.NodeContradicts, DangerSeverity.Warn, game, $"{objection.Key}: {objection.Value.Problem}", "the node has no voice about this game: look what chain it is of", null) with
        {
            Subject = $"{chain} {objection.Key} on game {game.Game}",
        }));
        standing.Replace(found);
    }

    /// <summary>The game is over, or not played.</summary>
    public void Forget(Address game) => _games.TryRemove(game, out _);

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        foreach (Address gone in _games.Keys.Where(game => !games.Contains(game)))
        {
            Forget(gone);
        }
    }

    private Danger New(DangerKind kind, DangerSeverity severity, GameMetadata game, string problem, string mend, DateTimeOffset? deadline) => new()
    {
        Kind = kind,
        Severity = severity,
        Subject = $"{chain} game {game.Game}",
        Chain = chain,
        Game = game.Game,
        Problem = problem,
        Since = clock.GetUtcNow(),
        Deadline = deadline,
        Mend = mend,
    };
}
