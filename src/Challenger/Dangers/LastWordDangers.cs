using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;

namespace Gavel.Challenger;

/// <summary>
/// Games with a placeholder prestate that are not played, since the other side has the last word or the bonds of a line are not at hand: told at page
/// level, with the guardian's calls, before a bond is put, and no bond is.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="l1">L1, for what the guardian can call.</param>
/// <param name="portal">The chain's portal, where it is known.</param>
/// <param name="clock">The host's clock.</param>
public sealed class LastWordDangers(string chain, ChainReader l1, Address? portal, TimeProvider clock) : IDangerSource
{
    private readonly ConcurrentDictionary<Address, StandingDangers> _games = new();
    private readonly ConcurrentDictionary<Address, (Hash32 Block, IReadOnlyList<string> Calls)> _calls = new();

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => [.. _games.Values.SelectMany(game => game.Dangers)];

    /// <summary>Takes what was decided of a game in progress. One that the guardian has disowned needs no call any more.</summary>
    /// <param name="game">The game.</param>
    /// <param name="standing">What the guardian holds of it; null where that is not known.</param>
    /// <param name="judgement">What was decided.</param>
    /// <param name="shortage">What is lacking for a line that would be won; null where nothing is.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task NoteAsync(GameMetadata game, GameStanding? standing, Judgement judgement, LineShortage? shortage, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(judgement);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        UnansweredClaim[] lost = [.. judgement.Solution.Unanswered.Where(claim => claim.Reason == UnansweredReason.LastWordIsTheirs)];
        if ((lost.Length == 0 && shortage is null) || standing is { IsBlacklisted: true } or { IsRetired: true })
        {
            Forget(game.Game);
            return;
        }

        IReadOnlyList<string> calls = await CallsAsync(game, judgement, cancellationToken);
        int[] claims = lost.Length > 0
            ? [.. lost.Select(claim => claim.ClaimIndex)]
            : [.. judgement.Solution.Actions.OfType<MoveAction>().Select(move => move.ParentIndex)];
        Int128 deadline = claims.Select(claim => ActionDeadline.OfClaim(judgement.Game, claim, rules.Clock)).DefaultIfEmpty(Int128.MaxValue).Min();
        (string problem, string mend) = lost.Length > 0 ? Lost(judgement, lost, rules, calls) : Short(judgement, shortage!, rules, calls);
        _games.GetOrAdd(game.Game, _ => new StandingDangers()).Replace([new Danger
        {
            Kind = DangerCodes.GameUnwinnable,
            Subject = $"{chain} game {game.Game}",
            Chain = chain,
            Game = game.Game,
            Problem = problem,
            Since = clock.GetUtcNow(),
            Deadline = DateTimeOffset.FromUnixTimeSeconds((long)Int128.Clamp(deadline, 0, int.MaxValue * 64L)),
            Mend = mend,
        }]);
    }

    /// <summary>The game is over, or not played.</summary>
    public void Forget(Address game)
    {
        _games.TryRemove(game, out _);
        _calls.TryRemove(game, out _);
    }

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        foreach (Address gone in _games.Keys.Where(game => !games.Contains(game)))
        {
            Forget(gone);
        }
    }

    private static (string Problem, string Mend) Lost(Judgement judgement, UnansweredClaim[] lost, GameRules rules, IReadOnlyList<string> calls)
    {
        string what = judgement.Solution.AgreesWithRoot == true
            ? string.Create(CultureInfo.InvariantCulture, $"a true root is attacked by claim{(lost.Length == 1 ? "" : "s")} {string.Join(", ", lost.Select(claim => claim.ClaimIndex))} and cannot be held")
            : "a false root cannot be beaten";
        return (
            $"{what}: {lost[0].Detail} (absolute prestate {rules.AbsolutePrestate}); no bond is put",
            $"{GuardianCalls.InWords(calls)}; a move by hand (agent move) wins only if nobody answers it, and its bond is lost otherwise");
    }

    private static (string Problem, string Mend) Short(Judgement judgement, LineShortage shortage, GameRules rules, IReadOnlyList<string> calls) => (
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(judgement.Solution.AgreesWithRoot == true ? "a true root that is attacked is not defended" : "a false root is not attacked")} for want of funds: without a first state (absolute prestate {rules.AbsolutePrestate}) it is won only by a line to the maximum depth {rules.MaxDepth}, which may take {Ether.Format(shortage.Line)} ETH in bonds, and {shortage.Account} has {Ether.Format(shortage.Balance)} ETH, of which {Ether.Format(shortage.Others)} ETH are for other open games; no bond is put"),
        $"funds: send at least {Ether.Format(shortage.Line + shortage.Others - shortage.Balance)} ETH to {shortage.Account}, and what gas takes; or {GuardianCalls.InWords(calls)}");

    // It is told at once, also while L1 does not say whom to call; it is asked again in the next cycle.
    private async Task<IReadOnlyList<string>> CallsAsync(GameMetadata game, Judgement judgement, CancellationToken cancellationToken)
    {
        if (_calls.TryGetValue(game.Game, out (Hash32 Block, IReadOnlyList<string> Calls) known) && known.Block == judgement.View.Block.Hash)
        {
            return known.Calls;
        }

        try
        {
            GuardianCalls guardian = await GuardianCalls.ReadAsync(l1, game, portal, judgement.View.At, cancellationToken);
            if (guardian.FinalityDelay is not null) // the contracts have answered
            {
                _calls[game.Game] = (judgement.View.Block.Hash, guardian.Calls);
            }

            return guardian.Calls;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return []; // whatever it is: the page and what else the game needs do not wait for it
        }
    }
}
