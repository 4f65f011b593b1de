using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>
/// Claims that ought to be answered and cannot be, as dangers: from the first cycle that finds them, graver with the clock. What a VM still works
/// out is none before time runs short. That the verdict is unavailable is another danger than these.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class ClaimDangers(string chain, TimeProvider clock) : IDangerSource
{
    // With less than this left somebody must look now, however long the game's clock is.
    private const ulong ShortSeconds = 3 * 3600;

    private readonly ConcurrentDictionary<Address, StandingDangers> _games = new();

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => [.. _games.Values.SelectMany(game => game.Dangers)];

    /// <summary>Takes what was decided of a game in progress.</summary>
    /// <param name="game">The game.</param>
    /// <param name="judgement">What was decided.</param>
    /// <param name="unplanned">Answers that are known and cannot be sent.</param>
    /// <param name="weakness">Why this game's contract version may lose it all the same; null if it has no such weakness.</param>
    public void Note(GameMetadata game, Judgement judgement, IReadOnlyList<UnplannedAction> unplanned, string? weakness)
    {
        ArgumentNullException.ThrowIfNull(game);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        IEnumerable<Danger?> found =
        [
            .. judgement.Solution.Unanswered.Select(claim => Of(game, rules, judgement, claim)),
            .. unplanned.Select(action => Of(game, rules, judgement, new UnansweredClaim(action.ClaimIndex, UnansweredReason.StepUnavailable, action.Problem))),
            weakness is null ? null : Weak(game, weakness),
        ];
        _games.GetOrAdd(game.Game, _ => new StandingDangers()).Replace(found.OfType<Danger>());
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

    private Danger? Of(GameMetadata game, GameRules rules, Judgement judgement, UnansweredClaim claim)
    {
        if (claim.Reason == UnansweredReason.LastWordIsTheirs)
        {
            return null; // the game's own danger, with the guardian's calls
        }

        if (claim.ClaimIndex == 0 && judgement.Verdict.Truth == Truth.Unavailable)
        {
            return null; // not the claim is without an answer but the question of truth
        }

        Int128 deadline = ActionDeadline.OfClaim(judgement.Game, claim.ClaimIndex, rules.Clock);
        Int128 left = deadline - judgement.View.Timestamp;
        Int128 half = rules.Clock.MaxDuration / 2;
        DangerSeverity severity;
        if (claim.IsUnderWay)
        {
            Int128 shortly = half < ShortSeconds ? half : ShortSeconds;
            if (left > shortly)
            {
                return null;
            }

            severity = left > shortly / 2 ? DangerSeverity.Warn : DangerSeverity.Page;
        }
        else
        {
            severity = left > half && left > ShortSeconds ? DangerSeverity.Warn : DangerSeverity.Page;
        }

        (DangerOrigin origin, string mend) = MendOf(claim);
        return new Danger
        {
            Kind = DangerCodes.ClaimUnanswerable,
            Severity = severity,
            Origin = origin,
            Subject = string.Create(CultureInfo.InvariantCulture, $"{chain} game {game.Game} claim {claim.ClaimIndex}"),
            Chain = chain,
            Game = game.Game,
            Problem = string.Create(CultureInfo.InvariantCulture, $"claim {claim.ClaimIndex} has no answer ({claim.Reason}): {claim.Detail}"),
            Since = clock.GetUtcNow(),
            Deadline = DateTimeOffset.FromUnixTimeSeconds((long)Int128.Clamp(deadline, 0, int.MaxValue * 64L)),
            Mend = mend,
        };
    }

    // What the contract does not take cannot be mended by us, and neither can a clock that has run out.
    private static (DangerOrigin Origin, string Mend) MendOf(UnansweredClaim claim) => claim.Reason switch
    {
        UnansweredReason.StatusNotAccepted or UnansweredReason.ExecutionRootIsTrue => (DangerOrigin.Chain, "the contract takes no honest answer: tell the guardian that this game may end falsely"),
        UnansweredReason.ClockExpired => (DangerOrigin.Chain, "no move is possible any more: tell the guardian that this game may end falsely"),
        _ when claim.IsUnderWay => (DangerOrigin.Ours, "see whether the VM gets on: more memory, a faster preimage server, fewer games at a time (Cannon:MaxRuns)"),
        _ => (DangerOrigin.Ours, "mend what the reason names; it is tried again all the time"),
    };

    private Danger Weak(GameMetadata game, string weakness) => new()
    {
        Kind = DangerCodes.GameUndefendable,
        Subject = $"{chain} game {game.Game}",
        Chain = chain,
        Game = game.Game,
        Problem = weakness,
        Since = clock.GetUtcNow(),
        Mend = "propose for exactly the safe head on such contracts, or have them upgraded; the game is played all the same",
    };
}
