using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;
using Gavel.Rollup;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>What one cycle came to.</summary>
/// <param name="View">The L1 block it read at.</param>
/// <param name="Book">What was read.</param>
/// <param name="Judgements">What was decided, by game.</param>
/// <param name="Planned">How many calls are wanted on the chain, under way or not.</param>
/// <param name="Problem">What an operator should look at; null when all is well.</param>
public sealed record CycleReport(
    L1View View, BookUpdate Book, IReadOnlyDictionary<Address, Judgement> Judgements, int Planned, string? Problem = null);

/// <summary>Defends one chain: reads it at one L1 block, decides each game, and hands what is to be done to the outbox.</summary>
/// <param name="l1">The L1 node.</param>
/// <param name="nodes">The trusted L2 nodes.</param>
/// <param name="book">The chain's games.</param>
/// <param name="executions">Makes execution traces.</param>
/// <param name="actions">Turns the solver's actions into calls.</param>
/// <param name="settlement">Resolves and gets bonds back.</param>
/// <param name="submitter">Makes calls into intents.</param>
/// <param name="account">The account that moves.</param>
/// <param name="options">The chain's options.</param>
/// <param name="logger">Where notable things are told.</param>
public sealed partial class ChainAgent(
    ChainReader l1,
    TrustedNodes nodes,
    GameBook book,
    IExecutionTraces executions,
    ActionPlanner actions,
    SettlementPlanner settlement,
    Submitter submitter,
    Address account,
    ChainOptions options,
    ILogger logger) : IDisposable
{
    private const int GamesAtATime = 8;

    private readonly SemaphoreSlim _submitting = new(1);
    private readonly ConcurrentDictionary<Address, GameJudge> _judges = new();
    private readonly HashSet<(Address Game, string Message)> _told = [];

    /// <summary>The games that are covered.</summary>
    public GameBook Book => book;

    /// <summary>One cycle.</summary>
    /// <exception cref="RpcException">L1 gave no usable answer; nothing was decided.</exception>
    public async Task<CycleReport> CycleAsync(CancellationToken cancellationToken)
    {
        L1View view = await L1View.OfHeadAsync(l1, cancellationToken);
        BookUpdate update = await book.UpdateAsync(view, cancellationToken);
        ConcurrentDictionary<Address, Judgement> judgements = new();
        int planned = 0;
        int undecided = 0;

        // Several games at a time, each game's calls handed over as soon as it is decided: what waits for a slow node holds up nothing else.
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = GamesAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(book.Games.ToArray(), parallel, async (game, cancellation) =>
        {
            try
            {
                (Judgement? judgement, IReadOnlyList<PlannedCall> calls) = await DecideAsync(game, view, cancellation);
                if (judgement is not null)
                {
                    judgements[game.Metadata.Game] = judgement;
                }

                if (calls.Count > 0)
                {
                    // Much of what these calls do emits no event; while anything is wanted the game is read in every cycle.
                    game.IsStale = true;
                    Interlocked.Add(ref planned, calls.Count);
                    await SubmitAsync(game.Metadata, judgement?.Reason ?? "the game is over", calls, view, cancellation);
                }
            }
            catch (Exception error) when (error is not (OperationCanceledException or OutboxException))
            {
                // Whatever is wrong with one game must not stop the others; it is decided again in the next cycle.
                Interlocked.Increment(ref undecided);
                LogUndecided(logger, options.Name, game.Metadata.Game, error.GetType().Name, error.Message);
            }
        });

        foreach (Address gone in _judges.Keys.Except(book.Games.Select(game => game.Metadata.Game)))
        {
            _judges.TryRemove(gone, out _);
            lock (_told)
            {
                _told.RemoveWhere(told => told.Game == gone);
            }
        }

        return new CycleReport(
            view, update, judgements, planned, undecided > 0 ? $"{undecided} game(s) could not be decided; the log tells which and why" : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _submitting.Dispose();

    private async Task SubmitAsync(GameMetadata game, string verdict, IReadOnlyList<PlannedCall> calls, L1View view, CancellationToken cancellationToken)
    {
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

    // A reorganisation can put another game at the same address: a judge knows one game and its L1 head, and is not kept for another.
    private GameJudge JudgeOf(GameMetadata metadata)
    {
        if (!_judges.TryGetValue(metadata.Game, out GameJudge? judge) || !ReferenceEquals(judge.Metadata, metadata))
        {
            judge = new GameJudge(metadata, new GameTrace(metadata, new OutputTrace(metadata, nodes), executions));
            _judges[metadata.Game] = judge;
        }

        return judge;
    }

    private async Task<(Judgement? Judgement, IReadOnlyList<PlannedCall> Calls)> DecideAsync(
        WatchedGame game, L1View view, CancellationToken cancellationToken)
    {
        GameMetadata metadata = game.Metadata;
        if (metadata.Generation == GameGeneration.Unsupported || metadata.Rules is null)
        {
            Tell(metadata, $"its rules are not known (version \"{metadata.Version}\", type {metadata.GameType})", LogLevel.Warning);
            return (null, []);
        }

        if (game.State is not { } state || game.Game is not { } claims)
        {
            return (null, []);
        }

        List<PlannedCall> calls = [];
        Judgement? judgement = null;
        if (options.GameTypes.Count > 0 && !options.GameTypes.Contains(metadata.GameType))
        {
            // Not played, but what it owes us is still fetched.
            Tell(metadata, $"type {metadata.GameType} is not among the configured game types", LogLevel.Warning);
        }
        else if (state.Status == GameStatus.InProgress)
        {
            GameJudge judge = JudgeOf(metadata);
            judgement = await judge.JudgeAsync(claims, view, cancellationToken);
            TellVerdict(metadata, judgement, claims);
            await PlanMovesAsync(metadata, judgement, judge, calls, cancellationToken);
        }

        calls.AddRange(settlement.Plan(metadata, state, claims, judgement, view));
        return (judgement, calls);
    }

    private async Task PlanMovesAsync(
        GameMetadata metadata,
        Judgement judgement,
        GameJudge judge,
        List<PlannedCall> planned,
        CancellationToken cancellationToken)
    {
        if (metadata.Rules?.Permitted is { } permitted && permitted.Challenger != account && permitted.Proposer != account)
        {
            Tell(metadata, $"it is permissioned and {account} is neither its proposer nor its challenger", LogLevel.Warning);
            return;
        }

        (IReadOnlyList<PlannedCall> calls, IReadOnlyList<string> problems) =
            await actions.PlanAsync(metadata, judgement, judge.StanceOn, cancellationToken);
        planned.AddRange(calls);
        if (problems.Count > 0)
        {
            Tell(metadata, string.Join("; ", problems), LogLevel.Error);
        }
    }

    private void TellVerdict(GameMetadata metadata, Judgement judgement, Game claims)
    {
        GameRules rules = metadata.Rules!;
        string text = $"{judgement.Verdict}: {judgement.Reason}";
        if (judgement.Verdict == Verdict.Unavailable)
        {
            // How long the game can wait: until the root can be attacked no more.
            Int128 left = rules.Clock.Deadline(default, claims[0].Clock) - judgement.View.Timestamp;
            TellWith(metadata, $"Unavailable{Urgency(left)}", $"{text}; nothing is attacked; {left} s are left to attack the root", LogLevel.Warning);
            return;
        }

        Tell(metadata, text, LogLevel.Information);
        foreach (UnansweredClaim claim in judgement.Solution.Unanswered)
        {
            string unanswered = $"claim {claim.ClaimIndex} has no answer ({claim.Reason}): {claim.Detail}";
            Int128 left = GameSolver.Resolving.ActionDeadline.OfClaim(claims, claim.ClaimIndex, rules.Clock) - judgement.View.Timestamp;

            // Another cause is worth a line of its own; the same one with other numbers (a VM that gets on) is not.
            string cause = string.Concat(claim.Detail.Where(letter => !char.IsAsciiDigit(letter)));
            TellWith(metadata, $"{claim.ClaimIndex} {claim.Reason} {cause} {Urgency(left)}", $"{unanswered}; {left} s left", LogLevel.Warning);
        }

        WarnOfUncappedBlock(metadata, judgement);
    }

    // Contract 1.2.0 hands the VM a block number that is not capped at the proposed block: a game below the safe head cannot be defended.
    private void WarnOfUncappedBlock(GameMetadata metadata, Judgement judgement)
    {
        bool isCannon = !options.Cannon.AlphabetGameTypes.Contains(metadata.GameType);
        if (metadata.Generation == GameGeneration.V1 && isCannon && judgement.Verdict == Verdict.Valid
            && _judges.TryGetValue(metadata.Game, out GameJudge? judge) && judge.Trace.Outputs.SafeHead is { } safe && metadata.L2BlockNumber < safe.Number)
        {
            Tell(metadata, $"this contract version cannot defend this game: the proposed block {metadata.L2BlockNumber} is below the safe head {safe.Number}", LogLevel.Error);
        }
    }

    private void Tell(GameMetadata metadata, string message, LogLevel level) => TellWith(metadata, message, message, level);

    // What waits is told again each time the time left has halved.
    private static int Urgency(Int128 left) => left <= 0 ? -1 : (int)Int128.Log2(left);

    // Each thing is told once for each game, so that the log stays readable however often a cycle runs.
    private void TellWith(GameMetadata metadata, string key, string message, LogLevel level)
    {
        bool isNew;
        lock (_told)
        {
            isNew = _told.Add((metadata.Game, key));
        }

        if (isNew)
        {
            LogGame(logger, level, options.Name, metadata.Game, metadata.GameType, metadata.L2BlockNumber, message);
        }
    }

    [LoggerMessage(EventId = 3001, Message = "{Chain} game {Game} (type {GameType}, block {L2Block}): {Message}")]
    private static partial void LogGame(ILogger logger, LogLevel level, string chain, Address game, uint gameType, UInt256 l2Block, string message);

    [LoggerMessage(3002, LogLevel.Warning, "{Chain} game {Game} could not be decided in this cycle ({ErrorType}): {Problem}")]
    private static partial void LogUndecided(ILogger logger, string chain, Address game, string errorType, string problem);
}
