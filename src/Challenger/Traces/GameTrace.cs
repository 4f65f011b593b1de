using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Challenger;

/// <summary>Makes the execution trace of a branch of a game.</summary>
public interface IExecutionTraces
{
    /// <summary>The trace of a branch. Called once for each branch; the trace lives as long as the game is watched.</summary>
    IExecutionTrace Of(GameMetadata game, LocalInputs inputs);

    /// <summary>Lets go of the traces of all games but these.</summary>
    void Keep(IReadOnlySet<Address> games);
}

/// <summary>The truth about one game: output roots down to the split depth, below it one execution trace for each branch.</summary>
public sealed class GameTrace(GameMetadata game, OutputTrace outputs, IExecutionTraces executions) : ITrace
{
    private readonly ConcurrentDictionary<ExecutionBranch, IExecutionTrace> _branches = new();
    private readonly GameShape _shape = game.Rules is { } rules
        ? new GameShape(rules.MaxDepth, rules.SplitDepth)
        : throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));

    /// <summary>The output-root half.</summary>
    public OutputTrace Outputs { get; } = outputs;

    /// <inheritdoc/>
    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
        branch is null ? Outputs.ValueAt(position) : Execution(branch).ClaimAt(_shape.LeafIndex(position));

    /// <inheritdoc/>
    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) =>
        branch is null
            ? TraceAnswer.Unavailable<StepData>("there is no step above the split depth")
            : Execution(branch).StepAt(traceIndex);

    /// <inheritdoc/>
    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => Outputs.RootBlock(root);

    private IExecutionTrace Execution(ExecutionBranch branch) =>
        _branches.GetOrAdd(branch, key => executions.Of(game, LocalInputs.Of(game, key, Outputs.CappedBlock ?? ulong.MaxValue)));
}
