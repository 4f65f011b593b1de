using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.Settlement;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>What was decided of one game.</summary>
/// <param name="Judgement">What is true of it and what is to be done; null where it is over, not played or cannot be read.</param>
/// <param name="Calls">The calls that are wanted.</param>
/// <param name="IsMisread">True when its metadata were told falsely and must be read again.</param>
/// <param name="IsShort">True when moves are held back for want of funds.</param>
public sealed record Decision(Judgement? Judgement, IReadOnlyList<PlannedCall> Calls, bool IsMisread = false, bool IsShort = false);

/// <summary>Decides one game at a time: are its words settled, what is true of it, which calls follow. Safe for many games at once, not for one game twice.</summary>
/// <param name="account">The account that moves.</param>
/// <param name="words">Settles the words of games by which they are judged.</param>
/// <param name="judges">Judge them.</param>
/// <param name="actions">Turns the solver's actions into calls.</param>
/// <param name="settlement">Resolves and gets bonds back.</param>
/// <param name="results">Holds how games end against what was decided.</param>
/// <param name="decisions">Where people decide games.</param>
/// <param name="lastWords">Tells of games that no move can win.</param>
/// <param name="lines">Holds moves back whose line could not be paid to its end.</param>
/// <param name="options">The chain's options.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">Where notable things are told.</param>
public sealed class GameDecider(
    Address account,
    WordsWitness words,
    JudgeBench judges,
    ActionPlanner actions,
    SettlementPlanner settlement,
    ResultWatch results,
    DecisionDesk decisions,
    LastWordDangers lastWords,
    LineFunds lines,
    ChainOptions options,
    TimeProvider clock,
    ILogger logger) : IDangerSource
{
    private readonly GameVoice _voice = new(options.Name, logger);
    private readonly ClaimDangers _claims = new(options.Name, clock);
    private readonly TruthDangers _truth = new(options.Name, clock);

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => [.. words.Dangers, .. _claims.Dangers, .. _truth.Dangers, .. lastWords.Dangers, .. decisions.Dangers];

    /// <summary>Decides a game as it was read last.</summary>
    public async Task<Decision> DecideAsync(WatchedGame game, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        GameMetadata metadata = game.Metadata;
        if (game.Reading is not { } reading)
        {
            return new Decision(null, []); // the book has told why
        }

        bool isOpen = reading.State.Status == GameStatus.InProgress;
        if (!isOpen)
        {
            _claims.Forget(metadata.Game);
            _truth.Forget(metadata.Game);
            lastWords.Forget(metadata.Game);
            lines.Release(metadata.Game);
            decisions.Leave(metadata.Game);
        }

        if (!IsPlayed(metadata.GameType))
        {
            // Not played, but what it owes us is still fetched.
            _voice.Say(metadata, "type", $"type {metadata.GameType} is not among the configured game types", LogLevel.Warning);
        }
        else if (metadata.Rules is { } rules && !RuleSet.IsMeasured(metadata.Version))
        {
            _voice.Say(metadata, "version", $"version {metadata.Version} was not measured; it is played by the rules of {rules.RuleSet.Title}, which its functions show", LogLevel.Warning);
        }

        StandingVoice.Tell(_voice, metadata, reading.State, view.Timestamp);
        Decision decision = isOpen && IsPlayed(metadata.GameType) ? await JudgeAsync(metadata, reading, view, cancellationToken) : new Decision(null, []);
        OpenAnswers? open = decision.Judgement is { } judgement ? new OpenAnswers(judgement.Verdict.Truth, judgement.Solution) : null;
        Truth truth = results.VerdictOn(metadata.Game, reading.State, decision.Judgement?.Verdict);
        _voice.Forget(metadata.Game, "failure");
        return decision with { Calls = [.. decision.Calls, .. settlement.Plan(metadata, reading.State, reading.Game, open, truth, view)] };
    }

    /// <summary>Tells that a game could not be decided: it is decided again in the next cycle, and no other waits for it.</summary>
    public void Failed(GameMetadata game, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _voice.Say(
            game, "failure", $"it could not be decided in this cycle ({error.GetType().Name}), and is decided again in the next: {error.Message}", LogLevel.Warning);
    }

    /// <summary>Whether games of a type are played.</summary>
    public bool IsPlayed(uint gameType) => options.GameTypes.Count == 0 || options.GameTypes.Contains(gameType);

    /// <summary>Whether the account may move in a game.</summary>
    public bool MayMove(GameMetadata game)
    {
        ArgumentNullException.ThrowIfNull(game);
        return game.Rules?.Permitted is not { } permitted || permitted.Challenger == account || permitted.Proposer == account;
    }

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        _voice.Keep(games);
        _claims.Keep(games);
        _truth.Keep(games);
        lastWords.Keep(games);
        lines.Keep(games);
        judges.Keep(games);
        decisions.Keep(games);
        words.Keep(games);
    }

    // Nothing is judged by words of a game that one L1 endpoint alone has told.
    private async Task<Decision> JudgeAsync(GameMetadata metadata, GameReading reading, L1View view, CancellationToken cancellationToken)
    {
        WordsStanding standing = await words.StandingAsync(metadata, view, cancellationToken);
        if (!standing.IsSettled)
        {
            Judgement undecided = Undecided(reading.Game, view, $"the game's root, L1 head and block are not settled: {standing.Text}");
            _truth.Note(metadata, undecided);
            _voice.SayVerdict(metadata, undecided, reading.Game);
            return new Decision(undecided, [], IsMisread: standing.State == WordsState.Contradicted);
        }

        _voice.Say(
            metadata,
            "words",
            $"its root, L1 head and block are {(standing.State == WordsState.Proven ? "proven" : "agreed")}: {standing.Text}",
            standing.State == WordsState.Proven ? LogLevel.Debug : LogLevel.Information);
        if (standing.PlaceholderDoubt is { } doubt)
        {
            _voice.Say(metadata, "placeholder", $"{doubt}; until it is settled nothing is played below the split depth, and nothing is begun in the first half of the clock", LogLevel.Warning);
        }
        else
        {
            _voice.Forget(metadata.Game, "placeholder");
        }

        GameJudge judge = judges.Of(metadata);
        Judgement judgement = await judge.JudgeAsync(reading.Game, view, standing.PlaceholderDoubt, cancellationToken);
        decisions.Seat(judge);
        results.Note(metadata.Game, reading.State, judgement.Verdict, view);
        _truth.Note(metadata, judgement);
        bool isHeld = standing.PlaceholderDoubt is not null && !HasBegun(judgement.Game) && IsFirstHalf(metadata.Rules!, judgement);
        LineCover cover = isHeld ? default
            : !judge.Trace.HasFirstState && MayMove(metadata) ? await lines.CoverAsync(metadata, judgement, cancellationToken)
            : LineCover.Whole;
        if (cover is { MayMove: false, Shortage: null } && !isHeld)
        {
            _voice.Say(metadata, "line", "no line is begun in it before the balance, and what other games need of it, are known", LogLevel.Information);
        }

        await lastWords.NoteAsync(metadata, reading.State.Standing, judgement, cover.Shortage, cancellationToken); // also where the account may not move: whom to call is everybody's business
        _voice.SayVerdict(metadata, judgement, reading.Game);
        return new Decision(judgement, await PlanMovesAsync(metadata, cover.MayMove ? judgement : WithoutMoves(judgement), judge, cancellationToken), IsShort: !cover.MayMove);
    }

    // Nothing is given up either: what can still be stepped on is not resolved by us.
    private static Judgement Undecided(Game claims, L1View view, string reason) => new(
        view, claims, Verdict.Unknown(VerdictRule.WordsUnsettled, reason), new Solution(null, [], [new UnansweredClaim(0, UnansweredReason.TraceUnavailable, reason)]), default);

    private bool HasBegun(Game game) => Enumerable.Range(1, game.Count - 1).Any(index => game[index].Claimant == account);

    private static bool IsFirstHalf(GameRules rules, Judgement judgement) =>
        judgement.View.Timestamp < judgement.Game[0].Clock.Timestamp + (rules.Clock.MaxDuration / 2);

    private static Judgement WithoutMoves(Judgement judgement) =>
        judgement with { Solution = judgement.Solution with { Actions = [.. judgement.Solution.Actions.Where(action => action is not MoveAction)] } };

    private async Task<IReadOnlyList<PlannedCall>> PlanMovesAsync(GameMetadata metadata, Judgement judgement, GameJudge judge, CancellationToken cancellationToken)
    {
        if (!MayMove(metadata))
        {
            _voice.Say(metadata, "permission", $"it is permissioned and {account} is neither its proposer nor its challenger", LogLevel.Warning);
            _claims.Forget(metadata.Game); // answering is others' business
            return [];
        }

        (IReadOnlyList<PlannedCall> calls, IReadOnlyList<UnplannedAction> unplanned) = await actions.PlanAsync(metadata, judgement, judge.StanceOn, cancellationToken);
        _claims.Note(metadata, judgement, unplanned, UncappedBlock(metadata, judgement));
        return calls;
    }

    // A game that hands the VM a block number which is not capped at the proposed block cannot be defended below the safe head.
    private string? UncappedBlock(GameMetadata metadata, Judgement judgement)
    {
        bool isCannon = !options.Cannon.AlphabetGameTypes.Contains(metadata.GameType);
        return metadata.Rules is { RuleSet.CapsProposedBlock: false } && isCannon && judgement.Verdict is { Truth: Truth.Valid, Evidence.LastDerivable: { } safe } && metadata.L2BlockNumber < safe
            ? $"this contract version cannot defend this game: the proposed block {metadata.L2BlockNumber} is below the safe head {safe}"
            : null;
    }
}
