using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Traces;

/// <summary>Makes the execution trace of a branch of a game.</summary>
public interface IExecutionTraces
{
    /// <summary>The trace of a branch. Called once for each branch; the trace lives as long as the game is watched.</summary>
    IExecutionTrace Of(GameMetadata game, LocalInputs inputs);

    /// <summary>Lets go of the traces of all games but these.</summary>
    void Keep(IReadOnlySet<Address> games);
}

/// <summary>The truth about one game: output roots down to the split depth, below it one execution trace for each branch.</summary>
/// <param name="game">The game.</param>
/// <param name="outputs">The output-root half.</param>
/// <param name="executions">Make the traces below.</param>
/// <param name="placeholderDoubt">
/// Why a placeholder prestate that the game names is not to be believed; null where it is, and where the game names none. In doubt nothing is known below
/// the split depth: neither that somebody has a first state nor that nobody has.
/// </param>
public sealed class GameTrace(GameMetadata game, OutputTrace outputs, IExecutionTraces executions, string? placeholderDoubt) : ITrace
{
    private readonly ConcurrentDictionary<ExecutionBranch, IExecutionTrace> _branches = new();
    private readonly GameShape _shape = game.Rules is { } rules
        ? new GameShape(rules.MaxDepth, rules.SplitDepth)
        : throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));

    /// <summary>The output-root half.</summary>
    public OutputTrace Outputs { get; } = outputs;

    /// <inheritdoc/>
    public bool HasFirstState { get; } = placeholderDoubt is not null || !PlaceholderPrestate.Is(game.Rules.AbsolutePrestate);

    /// <inheritdoc/>
    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position)
    {
        if (branch is null)
        {
            return Outputs.ValueAt(position);
        }

        if (placeholderDoubt is not null)
        {
            return TraceAnswer.Unavailable<Hash32>(placeholderDoubt);
        }

        UInt128 leaf = _shape.LeafIndex(position);
        ExecutionWant want = new(branch, leaf, IsStep: false);
        return _branches.TryGetValue(branch, out IExecutionTrace? trace) ? Wanting(trace.ClaimAt(leaf), want) : NotBegun<Hash32>(want);
    }

    /// <inheritdoc/>
    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex)
    {
        if (branch is null)
        {
            return TraceAnswer.Unavailable<StepData>("there is no step above the split depth");
        }

        if (placeholderDoubt is not null)
        {
            return TraceAnswer.Unavailable<StepData>(placeholderDoubt);
        }

        ExecutionWant want = new(branch, traceIndex, IsStep: true);
        return _branches.TryGetValue(branch, out IExecutionTrace? trace) ? Wanting(trace.StepAt(traceIndex), want) : NotBegun<StepData>(want);
    }

    /// <inheritdoc/>
    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => Outputs.RootBlock(root);

    /// <summary>Has an answer computed.</summary>
    /// <returns>True if the branch was not known before, so that some of its answers may be at hand at once.</returns>
    public bool Want(ExecutionWant want)
    {
        ArgumentNullException.ThrowIfNull(want);
        bool isNew = false;
        IExecutionTrace trace = _branches.GetOrAdd(want.Branch, key =>
        {
            isNew = true;
            return executions.Of(game, LocalInputs.Of(game, key, Outputs.CappedBlock ?? ulong.MaxValue));
        });
        trace.Want(want.Index, want.IsStep);
        return isNew;
    }

    private static TraceAnswer<T> NotBegun<T>(ExecutionWant want) => TraceAnswer.UnderWay<T>("its execution trace has not been begun", want);

    private static TraceAnswer<T> Wanting<T>(TraceAnswer<T> answer, ExecutionWant want) =>
        answer.IsAvailable ? answer
        : answer.IsUnderWay ? TraceAnswer.UnderWay<T>(answer.Reason, want)
        : TraceAnswer.Unavailable<T>(answer.Reason, want);
}
