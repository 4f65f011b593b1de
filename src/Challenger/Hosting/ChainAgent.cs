using System.Collections.Concurrent;
using System.Diagnostics;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.Sending;
using Gavel.Settlement;
using Gavel.Traces;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>What one cycle came to.</summary>
/// <param name="View">The L1 block it read at.</param>
/// <param name="Book">What was read.</param>
/// <param name="Judgements">What was decided, by game.</param>
/// <param name="Planned">How many calls are wanted on the chain, under way or not.</param>
/// <param name="Problem">What an operator should look at; null when all is well.</param>
public sealed record CycleReport(
    L1View View, BookUpdate Book, IReadOnlyDictionary<Address, Judgement> Judgements, int Planned, string? Problem = null)
{
    /// <summary>Games that could not be decided because of an error.</summary>
    public int Undecided { get; init; }
}

/// <summary>Defends one chain: reads it at one L1 block, decides each game, and hands what is to be done to the outbox.</summary>
/// <param name="heads">Heads of L1: of the first endpoint in good health whose head goes on.</param>
/// <param name="nodes">The trusted L2 nodes.</param>
/// <param name="book">The chain's games.</param>
/// <param name="words">Settles the words of games by which they are judged; disposed of with the agent.</param>
/// <param name="executions">Makes execution traces.</param>
/// <param name="actions">Turns the solver's actions into calls.</param>
/// <param name="settlement">Resolves and gets bonds back.</param>
/// <param name="submitter">Makes calls into intents.</param>
/// <param name="decisions">Where people decide games.</param>
/// <param name="results">Holds how games end against what was decided.</param>
/// <param name="programs">Looks for what execution needs.</param>
/// <param name="funds">Looks at the account's balance; null where nothing is sent.</param>
/// <param name="account">The account that moves.</param>
/// <param name="options">The chain's options.</param>
/// <param name="clock">The host's clock, by which the head's age is told.</param>
/// <param name="logger">Where notable things are told.</param>
public sealed class ChainAgent(
    ChainHeads heads,
    TrustedNodes nodes,
    GameBook book,
    WordsWitness words,
    IExecutionTraces executions,
    ActionPlanner actions,
    SettlementPlanner settlement,
    Submitter submitter,
    DecisionDesk decisions,
    ResultWatch results,
    ProgramWatch programs,
    FundsWatch? funds,
    Address account,
    ChainOptions options,
    TimeProvider clock,
    ILogger logger) : IDangerSource, IDisposable
{
    // Most of a decision is waiting for nodes, so that many games wait together.
    private const int GamesAtATime = 64;

    // Where we look more rarely than heads grow old, so many looks must show the same one.
    private const int HeadMaxLooks = 3;

    // Whatever is announced, by whomever: cycles do not chase one another.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _submitting = new(1);
    private readonly ConcurrentDictionary<Address, GameJudge> _judges = new();
    private readonly GameVoice _voice = new(options.Name, logger);
    private readonly HeadWatch _head = new(options.Name, TimeSpan.FromSeconds(Math.Max(options.Rpc.HeadMaxAgeSeconds, HeadMaxLooks * options.PollSeconds)), clock);
    private readonly ClaimDangers _claims = new(options.Name, clock);
    private readonly TruthDangers _truth = new(options.Name, clock);
    private readonly NodeDangers _nodes = new(options.Name, nodes, options.Trust.LagBlocks);
    private ChainHead? _known;

    /// <summary>The games that are covered.</summary>
    public GameBook Book => book;

    /// <summary>The dangers of the view, the book, the claims and what is submitted; a head that stands at every endpoint is theirs to tell (<see cref="FailoverRpc.Dangers"/>).</summary>
    public IReadOnlyList<Danger> Dangers => [.. heads.AllStand ? [] : _head.Dangers, .. book.Dangers, .. words.Dangers, .. submitter.Dangers, .. _claims.Dangers, .. results.Dangers, .. programs.Dangers, .. _truth.Dangers, .. _nodes.Dangers, .. decisions.Dangers];

    /// <summary>One cycle.</summary>
    /// <exception cref="RpcException">L1 gave no usable answer; nothing was decided.</exception>
    public async Task<CycleReport> CycleAsync(CancellationToken cancellationToken)
    {
        using Activity? span = ChallengerSpans.Cycle(options.Name);
        _known = await heads.HeadAsync(cancellationToken);
        BookUpdate update = await book.UpdateAsync(L1View.Of(_known), cancellationToken);
        L1View view = update.View;
        _head.Note(view);
        await nodes.LookAsync(update.WasReorg, cancellationToken);
        ConcurrentDictionary<Address, Judgement> judgements = new();
        ConcurrentBag<Address> distrusted = [];
        int planned = 0;
        int undecided = 0;
        words.Ask(book.Games.Where(game => game.State is { Status: GameStatus.InProgress } && IsPlayed(game.Metadata)).Select(game => game.Metadata), view);

        // The most urgent first, many at a time, each game's calls handed over as soon as it is decided: what waits for a slow node holds up nothing else.
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = GamesAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(ByUrgency(view), parallel, async (game, cancellation) =>
        {
            using Activity? decision = ChallengerSpans.Decision(game.Metadata);
            try
            {
                (Judgement? judgement, IReadOnlyList<PlannedCall> calls) = await DecideAsync(game, view, distrusted, cancellation);
                ChallengerSpans.Decided(decision, judgement, calls.Count);
                _voice.Forget(game.Metadata.Game, "failure");
                if (judgement is not null)
                {
                    judgements[game.Metadata.Game] = judgement;
                }

                if (calls.Count > 0)
                {
                    // Much of what these calls do emits no event; while anything is wanted the game is read in every cycle.
                    game.IsStale = true;
                    Interlocked.Add(ref planned, calls.Count);
                    await SubmitAsync(game.Metadata, judgement?.Verdict, calls, view, cancellation);
                }
            }
            catch (Exception error) when (error is not (OperationCanceledException or OutboxException))
            {
                // Whatever is wrong with one game must not stop the others; it is decided again in the next cycle.
                Interlocked.Increment(ref undecided);
                decision?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
                _voice.Say(
                    game.Metadata,
                    "failure",
                    $"it could not be decided in this cycle ({error.GetType().Name}), and is decided again in the next: {error.Message}",
                    LogLevel.Warning);
            }
        });

        HashSet<Address> covered = [.. book.Games.Select(game => game.Metadata.Game)];
        foreach (Address gone in _judges.Keys.Where(game => !covered.Contains(game)))
        {
            _judges.TryRemove(gone, out _);
        }

        _voice.Keep(covered);
        _claims.Keep(covered);
        await WatchAsync(judgements, view, cancellationToken);
        _truth.Keep(covered);
        decisions.Keep(covered);
        executions.Keep(covered);
        actions.Keep(covered);
        words.Keep(covered);
        if (!distrusted.IsEmpty)
        {
            book.Distrust(distrusted);
        }

        return new CycleReport(
            view,
            update,
            judgements,
            planned,
            undecided > 0 ? $"{undecided} game(s) could not be decided; the log tells which and why" : null)
        {
            Undecided = undecided,
        };
    }

    /// <summary>Waits for the next cycle: for the time given, or until an L1 endpoint announces a head that the last cycle did not know.</summary>
    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        TimeSpan least = pause < LeastPause ? pause : LeastPause;
        await Task.Delay(least, clock, cancellationToken);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task rest = Task.Delay(pause - least, clock, over.Token);
        Task announced = _known is { } known ? heads.AnnouncedAsync(known, Timeout.InfiniteTimeSpan, over.Token) : rest;
        await Task.WhenAny(rest, announced);
        await over.CancelAsync();
        await Task.WhenAll(rest, announced).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        words.Dispose();
        _submitting.Dispose();
    }

    // What only warns decides nothing: if it cannot be looked at now it is in the next cycle.
    private async Task WatchAsync(IReadOnlyDictionary<Address, Judgement> judgements, L1View view, CancellationToken cancellationToken)
    {
        WatchedGame[] games = [.. book.Games];
        try
        {
            await results.CheckAsync(games, view, cancellationToken);
            await programs.CheckAsync(games, view, cancellationToken);
            if (funds is not null)
            {
                IEnumerable<Address> ours = games.Where(game => MayMove(game.Metadata)).Select(game => game.Metadata.Game);
                await funds.CheckAsync(ours.Select(judgements.GetValueOrDefault).OfType<Judgement>().Select(judgement => judgement.Capital), view, cancellationToken);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _voice.SayOfChain($"not everything that may be a danger could be looked at: {error.Message}");
        }
    }

    private bool MayMove(GameMetadata game) => game.Rules?.Permitted is not { } permitted || permitted.Challenger == account || permitted.Proposer == account;

    private async Task SubmitAsync(GameMetadata game, Verdict? verdict, IReadOnlyList<PlannedCall> calls, L1View view, CancellationToken cancellationToken)
    {
        using Activity? span = ChallengerSpans.Intents(calls.Count);
        await _submitting.WaitAsync(cancellationToken);
        try
        {
            await submitter.SubmitAsync(calls.Select(call => (game, verdict, call)), view, cancellationToken);
        }
        finally
        {
            _submitting.Release();
        }
    }

    // By the first clock that runs out on what is to be answered; a game that was not judged yet could be the most urgent of all.
    private WatchedGame[] ByUrgency(L1View view) =>
    [
        .. book.Games.OrderBy(game => _judges.TryGetValue(game.Metadata.Game, out GameJudge? judge) ? judge.NextDeadline(view) : Int128.MinValue)
            .ThenByDescending(game => game.Listed.Index),
    ];

    // A reorganisation can put another game at the same address: a judge knows one game and its L1 head, and is not kept for another.
    private GameJudge JudgeOf(GameMetadata metadata)
    {
        if (!_judges.TryGetValue(metadata.Game, out GameJudge? judge) || !ReferenceEquals(judge.Metadata, metadata))
        {
            judge = new GameJudge(metadata, nodes, executions, options.Trust, clock, () => decisions.Book.Find(metadata.Game, metadata.L1Head));
            _judges[metadata.Game] = judge;
        }

        return judge;
    }

    private async Task<(Judgement? Judgement, IReadOnlyList<PlannedCall> Calls)> DecideAsync(
        WatchedGame game, L1View view, ConcurrentBag<Address> distrusted, CancellationToken cancellationToken)
    {
        GameMetadata metadata = game.Metadata;
        if (game.State is not { } state || game.Game is not { } claims)
        {
            return (null, []); // the book has told why
        }

        if (state.Status != GameStatus.InProgress)
        {
            _claims.Forget(metadata.Game);
            _truth.Forget(metadata.Game);
            decisions.Leave(metadata.Game);
        }

        List<PlannedCall> calls = [];
        Judgement? judgement = null;
        if (!IsPlayed(metadata))
        {
            // Not played, but what it owes us is still fetched.
            _voice.Say(metadata, "type", $"type {metadata.GameType} is not among the configured game types", LogLevel.Warning);
        }
        else if (state.Status == GameStatus.InProgress)
        {
            judgement = await JudgeAsync(metadata, state, claims, view, distrusted, calls, cancellationToken);
        }

        OpenAnswers? open = judgement is null ? null : new OpenAnswers(judgement.Verdict.Truth, judgement.Solution);
        calls.AddRange(settlement.Plan(metadata, state, claims, open, results.VerdictOn(metadata.Game, judgement?.Verdict), view));
        return (judgement, calls);
    }

    // Nothing is judged by words of a game that one L1 endpoint alone has told.
    private async Task<Judgement> JudgeAsync(
        GameMetadata metadata,
        GameState state,
        Game claims,
        L1View view,
        ConcurrentBag<Address> distrusted,
        List<PlannedCall> calls,
        CancellationToken cancellationToken)
    {
        WordsStanding standing = await words.StandingAsync(metadata, view, cancellationToken);
        if (!standing.IsSettled)
        {
            Judgement undecided = Undecided(claims, view, $"the game's root, L1 head and block are not settled: {standing.Text}");
            _truth.Note(metadata, undecided);
            _voice.SayVerdict(metadata, undecided, claims);
            if (standing.State == WordsState.Contradicted)
            {
                distrusted.Add(metadata.Game);
            }

            return undecided;
        }

        _voice.Say(
            metadata,
            "words",
            $"its root, L1 head and block are {(standing.State == WordsState.Proven ? "proven" : "agreed")}: {standing.Text}",
            standing.State == WordsState.Proven ? LogLevel.Debug : LogLevel.Information);
        GameJudge judge = JudgeOf(metadata);
        Judgement judgement = await judge.JudgeAsync(claims, view, cancellationToken);
        decisions.Seat(judge);
        results.Note(metadata.Game, state, judgement.Verdict, view);
        _truth.Note(metadata, judgement);
        _voice.SayVerdict(metadata, judgement, claims);
        await PlanMovesAsync(metadata, judgement, judge, calls, cancellationToken);
        return judgement;
    }

    private bool IsPlayed(GameMetadata metadata) => options.GameTypes.Count == 0 || options.GameTypes.Contains(metadata.GameType);

    // Nothing is given up either: what can still be stepped on is not resolved by us.
    private static Judgement Undecided(Game claims, L1View view, string reason) => new(
        view, claims, Verdict.Unknown(VerdictRule.WordsUnsettled, reason), new Solution(null, [], [new UnansweredClaim(0, UnansweredReason.TraceUnavailable, reason)]), default);

    private async Task PlanMovesAsync(
        GameMetadata metadata,
        Judgement judgement,
        GameJudge judge,
        List<PlannedCall> planned,
        CancellationToken cancellationToken)
    {
        if (!MayMove(metadata))
        {
            _voice.Say(metadata, "permission", $"it is permissioned and {account} is neither its proposer nor its challenger", LogLevel.Warning);
            _claims.Forget(metadata.Game); // answering is others' business
            return;
        }

        (IReadOnlyList<PlannedCall> calls, IReadOnlyList<UnplannedAction> unplanned) =
            await actions.PlanAsync(metadata, judgement, judge.StanceOn, cancellationToken);
        planned.AddRange(calls);
        _claims.Note(metadata, judgement, unplanned, UncappedBlock(metadata, judgement));
    }

    // Contract 1.2.0 hands the VM a block number that is not capped at the proposed block: a game below the safe head cannot be defended.
    private string? UncappedBlock(GameMetadata metadata, Judgement judgement)
    {
        bool isCannon = !options.Cannon.AlphabetGameTypes.Contains(metadata.GameType);
        return metadata.Generation == GameGeneration.V1 && isCannon && judgement.Verdict is { Truth: Truth.Valid, Evidence.LastDerivable: { } safe } && metadata.L2BlockNumber < safe
            ? $"this contract version cannot defend this game: the proposed block {metadata.L2BlockNumber} is below the safe head {safe}"
            : null;
    }
}
