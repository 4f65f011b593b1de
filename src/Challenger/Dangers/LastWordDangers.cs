using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;

namespace Gavel.Challenger;

/// <summary>
/// Games that no move can win, since their prestate is a placeholder and the other side has the last word: told at page level, with the guardian's
/// calls, before a bond is put, and no bond is.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="l1">L1, for what the guardian can call.</param>
/// <param name="portal">The chain's portal, where it is known.</param>
/// <param name="clock">The host's clock.</param>
public sealed class LastWordDangers(string chain, ChainReader l1, Address? portal, TimeProvider clock) : IDangerSource
{
    private readonly ConcurrentDictionary<Address, StandingDangers> _games = new();

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => [.. _games.Values.SelectMany(game => game.Dangers)];

    /// <summary>Takes what was decided of a game in progress. One that the guardian has disowned needs no call any more.</summary>
    /// <param name="game">The game.</param>
    /// <param name="standing">What the guardian holds of it; null where that is not known.</param>
    /// <param name="judgement">What was decided.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task NoteAsync(GameMetadata game, GameStanding? standing, Judgement judgement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(judgement);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        UnansweredClaim[] lost = [.. judgement.Solution.Unanswered.Where(claim => claim.Reason == UnansweredReason.LastWordIsTheirs)];
        if (lost.Length == 0 || standing is { IsBlacklisted: true } or { IsRetired: true })
        {
            Forget(game.Game);
            return;
        }

        IReadOnlyList<string> calls = await CallsAsync(game, judgement, cancellationToken);
        Int128 deadline = lost.Min(claim => ActionDeadline.OfClaim(judgement.Game, claim.ClaimIndex, rules.Clock));
        string what = judgement.Solution.AgreesWithRoot == true
            ? string.Create(CultureInfo.InvariantCulture, $"a true root is attacked by claim{(lost.Length == 1 ? "" : "s")} {string.Join(", ", lost.Select(claim => claim.ClaimIndex))} and cannot be held")
            : "a false root cannot be beaten";
        _games.GetOrAdd(game.Game, _ => new StandingDangers()).Replace([new Danger
        {
            Kind = DangerCodes.GameUnwinnable,
            Subject = $"{chain} game {game.Game}",
            Chain = chain,
            Game = game.Game,
            Problem = $"{what}: {lost[0].Detail} (absolute prestate {rules.AbsolutePrestate}); no bond is put",
            Since = clock.GetUtcNow(),
            Deadline = DateTimeOffset.FromUnixTimeSeconds((long)Int128.Clamp(deadline, 0, int.MaxValue * 64L)),
            Mend = $"{GuardianCalls.InWords(calls)}; a move by hand (agent move) wins only if nobody answers it, and its bond is lost otherwise",
        }]);
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

    // It is told at once, also while L1 does not say whom to call; it is asked again in the next cycle.
    private async Task<IReadOnlyList<string>> CallsAsync(GameMetadata game, Judgement judgement, CancellationToken cancellationToken)
    {
        try
        {
            return (await GuardianCalls.ReadAsync(l1, game, portal, judgement.View.At, cancellationToken)).Calls;
        }
        catch (RpcException)
        {
            return [];
        }
    }
}
