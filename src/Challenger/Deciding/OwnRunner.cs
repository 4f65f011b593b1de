using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.Traces;

namespace Gavel.Challenger;

/// <summary>
/// Runs a game's own program to find out whether a block was derivable by the game's L1 head, in the same VM and kept on the same disk as the runs
/// of disputes: a restart costs nothing.
/// </summary>
/// <param name="game">The game.</param>
/// <param name="executions">Makes execution traces.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class OwnRunner(GameMetadata game, IExecutionTraces executions, TimeProvider clock)
{
    /// <summary>False where nobody has the program's first state.</summary>
    public bool IsPossible => !PlaceholderPrestate.Is(game.Rules!.AbsolutePrestate);

    /// <summary>What is known of a run, which is begun if it was not.</summary>
    public RunFinding Find(DerivationRun run)
    {
        try
        {
            return Of(run);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new RunFinding(run, null, error.Message, clock.GetUtcNow()); // a full disk costs this evidence, not the judging
        }
    }

    private RunFinding Of(DerivationRun run)
    {
        IExecutionTrace trace = executions.Of(game, new LocalInputs(
            game.L1Head,
            run.From.OutputRoot,
            run.To.OutputRoot,
            run.To.Block.Number,
            game.Rules!.L2ChainId,
            run.From.Block.Number));
        TraceAnswer<VmStatus> end = trace.End;
        if (!end.IsAvailable)
        {
            trace.Want(UInt128.MaxValue, isStep: false);
            return new RunFinding(run, null, end.Reason, clock.GetUtcNow());
        }

        // A program that did not come to a result, or not within the game's instructions, has shown nothing.
        return end.Value switch
        {
            VmStatus.Valid => new RunFinding(run, true, "the program derives it", clock.GetUtcNow()),
            VmStatus.Invalid => new RunFinding(run, false, "the program does not derive it by the game's L1 head", clock.GetUtcNow()),
            _ => new RunFinding(run, null, $"the program ended without a result ({end.Value})", clock.GetUtcNow()),
        };
    }
}
