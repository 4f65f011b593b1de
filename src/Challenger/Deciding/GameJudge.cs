using System.Globalization;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>Decides one game: asks the solver, fetches from the trusted nodes what it lacked, and asks again until nothing more is to be had.</summary>
public sealed class GameJudge(GameMetadata metadata, GameTrace trace)
{
    private readonly HonestSolver _solver = new(trace);
    private readonly GameRules _rules = metadata.Rules ?? throw new ArgumentException($"the rules of game {metadata.Game} are not known", nameof(metadata));

    // A node that is slow to answer must not keep what is known from being acted on, nor other games from being read.
    private static readonly TimeSpan FetchTime = TimeSpan.FromSeconds(20);

    /// <summary>The game that it decides.</summary>
    public GameMetadata Metadata => metadata;

    /// <summary>The truth about the game as far as it is known.</summary>
    public GameTrace Trace { get; } = trace;

    /// <summary>Decides the game at a view.</summary>
    public async Task<Judgement> JudgeAsync(Game game, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(view);
        GameTime time = new(_rules.Clock, view.Timestamp);
        Solution solution = _solver.Solve(game, time);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FetchTime);
        try
        {
            bool learned = true;
            while (learned && Trace.Outputs.WantsMore)
            {
                learned = await Trace.Outputs.FetchAsync(limit.Token);
                solution = _solver.Solve(game, time); // also when nothing came: the reason is then the nodes' own
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            solution = _solver.Solve(game, time); // with what has come; the rest is asked for again in the next cycle
        }

        (Verdict verdict, string reason) = VerdictOn(game[0].Value, solution);
        return new Judgement(view, game, verdict, reason, solution, CapitalNeed.Of(_solver, game, solution, _rules.Bonds));
    }

    /// <summary>What the honest party thinks of a claim of the game judged last.</summary>
    public Stance StanceOn(int claimIndex) => _solver.StanceOn(claimIndex);

    private (Verdict Verdict, string Reason) VerdictOn(Hash32 root, Solution solution)
    {
        if (solution.AgreesWithRoot is not bool agrees || Trace.Outputs.SafeHead is not { } safe || Trace.Outputs.CappedBlock is not ulong cap)
        {
            string why = solution.Unanswered.FirstOrDefault(claim => claim.ClaimIndex == 0)?.Detail ?? "the trusted nodes gave no answer";
            return (Verdict.Unavailable, why);
        }

        string head = string.Create(CultureInfo.InvariantCulture, $"at L1 head {metadata.L1Head} the safe head is {safe}");
        if (metadata.L2BlockNumber > safe.Number)
        {
            return (Verdict.Invalid, $"{head}, so block {metadata.L2BlockNumber} cannot be derived");
        }

        if (!Trace.Outputs.Known.TryGetValue(cap, out VerifiedOutput? honest))
        {
            return (agrees ? Verdict.Valid : Verdict.Invalid, head); // decided by an earlier block: the proposed one is beyond the game's reach
        }

        return agrees
            ? (Verdict.Valid, $"{head}, and {root} is the output of block {honest.Block}")
            : (Verdict.Invalid, $"{head}, and the output of block {honest.Block} is {honest.OutputRoot}, not {root}");
    }
}
