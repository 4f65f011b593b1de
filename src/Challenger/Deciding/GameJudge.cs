using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Rollup;
using Gavel.Traces;

namespace Gavel.Challenger;

/// <summary>
/// Decides one game: asks the solver, has fetched what it lacked, and asks again until nothing more is to be had for the moment. What takes
/// longer goes on by itself and is there in a later cycle.
/// </summary>
public sealed class GameJudge
{
    // A bond rests on evidence that was asked for anew, if there is time for it.
    private static readonly TimeSpan _mostForFreshness = TimeSpan.FromSeconds(10);

    private readonly GameRules _rules;
    private readonly GameCase _case;
    private readonly OwnRunner _runs;
    private readonly IExecutionTraces _executions;
    private readonly TrustOptions _trust;
    private readonly TimeProvider _clock;
    private readonly TrustLimits _limits;
    private readonly Func<RootDecision?>? _decided;
    private HonestSolver _solver;
    private Judgement? _last;
    private string? _placeholderDoubt;

    /// <summary>Decides nothing yet.</summary>
    /// <param name="metadata">The game.</param>
    /// <param name="nodes">The trusted nodes.</param>
    /// <param name="executions">Makes execution traces.</param>
    /// <param name="trust">How far nodes are trusted.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="decided">What a person has decided of the game; null where nobody can.</param>
    public GameJudge(
        GameMetadata metadata, TrustedNodes nodes, IExecutionTraces executions, TrustOptions trust, TimeProvider clock, Func<RootDecision?>? decided = null)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(nodes);
        Metadata = metadata;
        _rules = metadata.Rules ?? throw new ArgumentException($"the rules of game {metadata.Game} are not known", nameof(metadata));
        _case = nodes.CaseOf(OutputTrace.FactsOf(metadata));
        _limits = nodes.Limits;
        _runs = new OwnRunner(metadata, executions, clock);
        _executions = executions;
        _trust = trust;
        _clock = clock;
        _decided = decided;
        Trace = TraceOf(new OutputTrace(metadata));
        _solver = new HonestSolver(Trace);
    }

    /// <summary>The game that it decides.</summary>
    public GameMetadata Metadata { get; }

    /// <summary>What was decided last; null before the first time.</summary>
    public Judgement? Last => Volatile.Read(ref _last);

    /// <summary>The truth about the game as far as it is known.</summary>
    public GameTrace Trace { get; private set; }

    /// <summary>Decides the game at a view.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <param name="view">The view.</param>
    /// <param name="placeholderDoubt">As <see cref="WordsStanding.PlaceholderDoubt"/>.</param>
    /// <param name="cancellationToken">Ends the waiting for nodes.</param>
    public async Task<Judgement> JudgeAsync(Game game, L1View view, string? placeholderDoubt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(view);
        GameTime time = new(_rules.Clock, view.Timestamp);
        bool isDecidedAnew = _case.Decide(_decided?.Invoke());
        if (Interlocked.Exchange(ref _placeholderDoubt, placeholderDoubt) != placeholderDoubt || isDecidedAnew)
        {
            Forget(); // whatever was decided before was decided by other voices, or by another play
        }

        DateTimeOffset until = _clock.GetUtcNow() + TimeSpan.FromSeconds(_trust.WaitSeconds);
        (Weighing weighing, Solution solution) = await LearnAsync(game, time, until, default, cancellationToken);
        if (IsBondDue(solution) && weighing.OldestAnswer < _clock.GetUtcNow() - _limits.FreshFor)
        {
            Int128 left = ActionDeadline.Of(game, solution.Actions, _rules.Clock).Min(due => due.Deadline) - view.Timestamp;
            TimeSpan tenth = TimeSpan.FromSeconds((double)Int128.Clamp(left, 0, 1_000_000) / 10);
            DateTimeOffset now = _clock.GetUtcNow();
            (weighing, solution) = await LearnAsync(game, time, now + (tenth < _mostForFreshness ? tenth : _mostForFreshness), now - _limits.FreshFor, cancellationToken);
        }

        CapitalNeed capital = CapitalNeed.Of(_solver, game, solution, _rules.Bonds);
        Judgement judgement = new(view, game, weighing.Verdict, solution, capital)
        {
            Objections = weighing.Objections,
            IsAnchorFalse = weighing.IsAnchorFalse,
            NodesSay = weighing.Decision is null ? weighing.Verdict : _case.WeighNodes().Verdict,
        };
        judgement = weighing.Verdict.Truth == Truth.Unavailable && IsLate(game, view) && weighing.WellGroups == 1 ? LastResort(judgement, time) : judgement;
        Volatile.Write(ref _last, judgement);
        return judgement;
    }

    /// <summary>What would be done in the game judged last if a person decided its root. Safe beside a judging; outputs that are lacking are asked for.</summary>
    /// <param name="decision">The decision that is supposed.</param>
    /// <param name="patience">How long to wait for answers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The game was not judged yet.</exception>
    public async Task<Supposition> SupposeAsync(RootDecision decision, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        Judgement last = Last ?? throw new InvalidOperationException($"game {Metadata.Game} was not judged yet");
        DateTimeOffset until = _clock.GetUtcNow() + patience;
        HashSet<ulong> blocks = [];
        while (true)
        {
            Weighing weighing = _case.Suppose(decision);
            OutputTrace outputs = new(Metadata);
            outputs.Use(weighing);
            HonestSolver solver = new(TraceOf(outputs));
            Solution solution = solver.Solve(last.Game, new GameTime(_rules.Clock, last.View.Timestamp));
            int known = blocks.Count;
            blocks.UnionWith(solution.Wanted.OfType<OutputWant>().Select(want => want.Block));
            TimeSpan left = until - _clock.GetUtcNow();
            bool isLacking = solution.Wanted.Any(want => want is OutputWant) || !weighing.IsComplete;
            if (!isLacking || left <= TimeSpan.Zero || (!await _case.AskAsync(blocks, left, default, cancellationToken) && blocks.Count == known))
            {
                return new Supposition(decision.Truth, solution, CapitalNeed.Of(solver, last.Game, solution, _rules.Bonds), weighing.Objections);
            }
        }
    }

    /// <summary>
    /// The block time, in seconds, at which the first of what is still to be answered in the game judged last loses its worth; the largest number where nothing is.
    /// </summary>
    public Int128 NextDeadline(L1View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (Last is not { } last)
        {
            return Int128.MinValue;
        }

        IEnumerable<Int128> due = ActionDeadline.Of(last.Game, last.Solution.Actions, _rules.Clock).Select(action => action.Deadline)
            .Concat(last.Solution.Unanswered.Select(claim => ActionDeadline.OfClaim(last.Game, claim.ClaimIndex, _rules.Clock)));
        return due.Where(deadline => deadline > view.Timestamp).DefaultIfEmpty(Int128.MaxValue).Min();
    }

    /// <summary>What the honest party thinks of a claim of the game judged last.</summary>
    public Stance StanceOn(int claimIndex) => _solver.StanceOn(claimIndex);

    private static bool IsBondDue(Solution solution) => solution.Actions.Any(action => action is MoveAction or RootBlockAction);

    private bool IsLate(Game game, L1View view)
    {
        Int128 left = _rules.Clock.Deadline(default, game[0].Clock) - view.Timestamp;
        return left > 0 && left <= (Int128)(_rules.Clock.MaxDuration * (double)_trust.LastResortPercent / 100);
    }

    private async Task<(Weighing Weighing, Solution Solution)> LearnAsync(
        Game game, GameTime time, DateTimeOffset until, DateTimeOffset freshest, CancellationToken cancellationToken)
    {
        HashSet<ulong> blocks = [];
        bool hasAsked = false;
        while (true)
        {
            Weighing weighing = _case.Weigh();
            Solution solution = Solve(game, time, weighing);
            _case.Hold(weighing);
            TraceWant[] wanted = [.. solution.Wanted];
            bool begun = false;
            foreach (ExecutionWant want in wanted.OfType<ExecutionWant>())
            {
                begun |= Trace.Want(want);
            }

            RunWant? run = _runs.IsPossible ? weighing.WantedRun : null;
            if (begun || (run?.Run is { } own && _case.Take(_runs.Find(own))))
            {
                continue; // what is known at once is worth another look
            }

            blocks.UnionWith(wanted.OfType<OutputWant>().Select(want => want.Block));
            blocks.UnionWith(run is { Run: null } ? [run.From, run.To] : []);
            if (freshest != default)
            {
                blocks.UnionWith(weighing.LookedUp);
            }

            bool wantsMore = weighing.Verdict.Truth == Truth.Unavailable || !weighing.IsComplete || weighing.OldestAnswer < _clock.GetUtcNow() - _limits.RecheckAfter || wanted.Any(want => want is OutputWant or EvidenceWant) || (freshest != default && !hasAsked);
            TimeSpan left = until - _clock.GetUtcNow();
            if (!wantsMore || left <= TimeSpan.Zero || !await _case.AskAsync(blocks, left, freshest, cancellationToken))
            {
                return (weighing, solution);
            }

            hasAsked = true;
        }
    }

    // A value that was taken back takes back what was decided by it: the solver remembers its decisions, so that it begins anew.
    private Solution Solve(Game game, GameTime time, Weighing weighing)
    {
        if (!Trace.Outputs.Use(weighing))
        {
            Forget();
            Trace.Outputs.Use(weighing);
        }

        return _solver.Solve(game, time);
    }

    private GameTrace TraceOf(OutputTrace outputs) => new(Metadata, outputs, _executions, Volatile.Read(ref _placeholderDoubt));

    private void Forget()
    {
        Trace = TraceOf(new OutputTrace(Metadata));
        _solver = new HonestSolver(Trace);
    }

    // The cheapest decisive move against a value that the one group left tells and that is rebuilt as false; nothing else rests on one voice.
    private Judgement LastResort(Judgement judgement, GameTime time)
    {
        Weighing weighing = _case.Weigh(isLastResort: true);
        if (weighing.Verdict is not { Truth: Truth.Invalid, Rule: VerdictRule.OtherOutput })
        {
            return judgement;
        }

        OutputTrace outputs = new(Metadata);
        outputs.Use(weighing);
        Solution solution = new HonestSolver(TraceOf(outputs)).Solve(judgement.Game, time);
        MoveAction? cheapest = solution.Actions.OfType<MoveAction>()
            .Where(move => move.IsAttack && judgement.Game[move.ParentIndex].Position.Depth < _rules.SplitDepth)
            .OrderBy(move => _rules.Bonds[move.Position.Depth]).ThenBy(move => move.ParentIndex).FirstOrDefault();
        return cheapest is null
            ? judgement
            : judgement with { Verdict = weighing.Verdict, Solution = new Solution(false, [cheapest], solution.Unanswered), IsLastResort = true };
    }
}
