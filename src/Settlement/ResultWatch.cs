using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;

namespace Gavel.Settlement;

/// <summary>
/// Holds how games end against what we thought of them: results against our verdict and bonds that others got are dangers and go into the audit trail,
/// also where a game ended while we were down or has left the book by then. Not for several threads at once, but for <see cref="Dangers"/>.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="l1">The L1 nodes.</param>
/// <param name="portal">The chain's portal, where it is known.</param>
/// <param name="accounts">Whose bonds are ours.</param>
/// <param name="verdicts">What we thought.</param>
/// <param name="audit">The audit trail.</param>
/// <param name="clock">The host's clock.</param>
public sealed class ResultWatch(
    string chain, ChainReader l1, Address? portal, IReadOnlyList<Address> accounts, VerdictBook verdicts, AuditLog audit, TimeProvider clock) : IDangerSource
{
    // How long a lost bond stands on the board, and a lost game where no contract told how long the guardian has.
    private static readonly TimeSpan BondStands = TimeSpan.FromDays(1);
    private static readonly TimeSpan LossStands = TimeSpan.FromDays(7);

    private readonly ResultDangers _words = new(chain);
    private readonly GameReader _reader = new(l1, portal);
    private readonly StandingDangers _standing = new();
    private readonly Dictionary<Address, GuardianCalls> _guardian = [];

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _standing.Dangers;

    /// <summary>Takes what was decided of a game in progress. Safe from several threads.</summary>
    public void Note(Address game, GameState state, Verdict verdict, L1View view)
    {
        ArgumentNullException.ThrowIfNull(state);
        verdicts.Note(game, verdict, view, state.Claims.Any(claim => accounts.Contains(claim.Claimant)), clock.GetUtcNow());
    }

    /// <summary>What is true of a game's root, as far as we know or knew. Of a game that could become the anchor the trail is asked as well.</summary>
    public Truth VerdictOn(Address game, GameState state, Verdict? now)
    {
        ArgumentNullException.ThrowIfNull(state);
        return now is { Truth: not Truth.Unavailable } ? now.Truth
            : verdicts.Find(game)?.Verdict ?? (state.MovesAnchor && WasLost(game) ? Truth.Invalid : Truth.Unavailable);
    }

    // A trail that cannot be read keeps nobody from what is due to them.
    private bool WasLost(Address game)
    {
        try
        {
            return audit.ReadNotes(game).Any(note => note.Note == AuditNoteKind.Lost);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Looks at all games of which a verdict is kept.</summary>
    /// <param name="watched">The games that the book has.</param>
    /// <param name="view">The L1 block.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task CheckAsync(IEnumerable<WatchedGame> watched, L1View view, CancellationToken cancellationToken)
    {
        Dictionary<Address, WatchedGame> games = watched.ToDictionary(game => game.Metadata.Game);
        List<Danger> found = [];
        foreach ((Address address, KnownVerdict verdict) in verdicts.All)
        {
            try
            {
                found.AddRange(await LookAsync(address, verdict, games.GetValueOrDefault(address), view, cancellationToken));
            }
            catch (Exception error) when (error is RpcException or ContractReadException or FormatException or ArgumentException)
            {
                found.AddRange(_standing.Dangers.Where(danger => danger.Game == address)); // what stood stands; it is asked again in the next cycle
            }
        }

        _standing.Replace(found);
    }

    private async Task<IEnumerable<Danger>> LookAsync(Address address, KnownVerdict verdict, WatchedGame? game, L1View view, CancellationToken cancellationToken)
    {
        if (game is { State: { } state, Game: { } claims })
        {
            return state.Status == GameStatus.InProgress
                ? await InProgressAsync(address, verdict, game.Metadata, claims, view, cancellationToken)
                : Show(address, await ConcludeAsync(address, verdict, game.Metadata, state, claims, view, cancellationToken));
        }

        if (game is not null || verdict.Result is not null)
        {
            return Show(address, verdict); // it cannot be read now, or is over and has left the book
        }

        if ((await l1.GetCodeAsync(address, view.At, cancellationToken)).Length == 0)
        {
            verdicts.Remove(address); // a reorganisation has taken it away
            return [];
        }

        GameMetadata metadata = await _reader.MetadataAsync(address, view.At, cancellationToken);
        if (metadata.Rules is not { } rules)
        {
            return [];
        }

        GameState last = (await _reader.StatesAsync([metadata], accounts, view.At, cancellationToken))[0];
        return last.Status == GameStatus.InProgress
            ? []
            : Show(address, await ConcludeAsync(address, verdict, metadata, last, WatchedGame.GameOf(rules, last), view, cancellationToken));
    }

    private async Task<IEnumerable<Danger>> InProgressAsync(
        Address address, KnownVerdict verdict, GameMetadata game, Game claims, L1View view, CancellationToken cancellationToken)
    {
        if (verdict.Result is not null)
        {
            verdicts.Set(address, verdict with { Result = null }); // a reorganisation has opened it again
        }

        GameRules rules = game.Rules!;
        if (!ResolutionOrder.At(claims, new GameTime(rules.Clock, view.Timestamp)).CanResolveGame || !KnownVerdict.IsAgainst(verdict.Verdict, Forecast.Of(claims).Status))
        {
            return [];
        }

        GuardianCalls guardian = await GuardianAsync(game, view, cancellationToken);
        return [_words.BeingLost(game, verdict, guardian.Calls, clock.GetUtcNow())];
    }

    // What is of no further interest is settled; what is to our loss is told to the trail, once.
    private async Task<KnownVerdict?> ConcludeAsync(
        Address address, KnownVerdict verdict, GameMetadata game, GameState state, Game claims, L1View view, CancellationToken cancellationToken)
    {
        bool isAgainst = KnownVerdict.IsAgainst(verdict.Verdict, state.Status);
        IReadOnlyList<int> lost = LostBonds.ClaimsOf(game.Rules!.RuleSet, state, claims, accounts);
        UInt256 wei = LostBonds.WeiOf(claims, lost);
        if (verdict.Result is { } known && known.IsAgainstVerdict == isAgainst && known.LostWei == wei.ToString())
        {
            return verdict;
        }

        if (!isAgainst && lost.Count == 0)
        {
            verdicts.Remove(address);
            return null;
        }

        GuardianCalls guardian = isAgainst && verdict.Verdict == Truth.Invalid ? await GuardianAsync(game, view, cancellationToken) : new GuardianCalls([], null);
        DateTimeOffset resolved = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(state.ResolvedAt, int.MaxValue * 64UL));
        KnownVerdict concluded = verdict with
        {
            Result = new KnownResult
            {
                Status = state.Status,
                IsAgainstVerdict = isAgainst,
                LostWei = wei.ToString(),
                LostClaims = lost,
                ResolvedAt = state.ResolvedAt,
                SeenAt = verdict.Result?.SeenAt ?? clock.GetUtcNow(),
                GuardianCalls = guardian.Calls,
                GuardianUntil = guardian.FinalityDelay is ulong delay ? resolved.AddSeconds(Math.Min(delay, int.MaxValue)) : null,
            },
        };
        verdicts.Set(address, concluded);
        foreach (Danger danger in _words.Of(address, concluded).Where(danger => verdict.Result is null || danger.Kind == DangerCodes.BondLost))
        {
            Record(address, danger, danger.Kind == DangerCodes.GameAgainstVerdict ? AuditNoteKind.Lost : AuditNoteKind.BondLost, wei, view);
        }

        return concluded;
    }

    private Danger[] Show(Address address, KnownVerdict? verdict)
    {
        if (verdict?.Result is not { } result)
        {
            return [];
        }

        DateTimeOffset now = clock.GetUtcNow();
        Danger[] standing = [.. _words.Of(address, verdict).Where(danger => danger.Kind == DangerCodes.BondLost
            ? now < result.SeenAt + BondStands
            : now < (result.GuardianUntil ?? result.SeenAt + LossStands))];
        if (standing.Length == 0)
        {
            verdicts.Remove(address);
        }

        return standing;
    }

    private async Task<GuardianCalls> GuardianAsync(GameMetadata game, L1View view, CancellationToken cancellationToken)
    {
        if (!_guardian.TryGetValue(game.Game, out GuardianCalls? calls))
        {
            _guardian[game.Game] = calls = await GuardianCalls.ReadAsync(l1, game, portal, view.At, cancellationToken);
        }

        return calls;
    }

    private void Record(Address game, Danger danger, AuditNoteKind kind, UInt256 lost, L1View view)
    {
        try
        {
            audit.Add(game, new AuditNote
            {
                Note = kind,
                At = clock.GetUtcNow(),
                Chain = chain,
                Game = game.ToString(),
                Text = $"{danger.Problem}; {danger.Mend}",
                LostWei = lost.ToString(),
                L1Block = view.Block.ToString(),
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // the board and the log have it; that the disk takes nothing is a danger of its own
        }
    }
}
