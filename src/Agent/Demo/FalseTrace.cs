using System.Globalization;
using System.Text;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Agent.Demo;

/// <summary>True output roots of a game's blocks; nothing is known below the split depth.</summary>
internal sealed class KnownOutputs(GameMetadata game, IReadOnlyDictionary<ulong, Hash32> outputs) : ITrace
{
    /// <summary>Asks a rollup node for the outputs of a game's blocks, from the one after its start to the proposed one or the safe head.</summary>
    public static async Task<KnownOutputs> OfAsync(GameMetadata game, RollupNode node, CancellationToken cancellationToken)
    {
        Dictionary<ulong, Hash32> outputs = [];
        ulong safe = (await node.SyncStatusAsync(cancellationToken)).SafeL2.Number;
        ulong last = game.L2BlockNumber < safe ? (ulong)game.L2BlockNumber : safe;
        for (ulong block = game.Rules!.StartingBlockNumber + 1; block <= last; block++)
        {
            outputs[block] = (await node.OutputAtBlockAsync(block, cancellationToken)).OutputRoot;
        }

        return new KnownOutputs(game, outputs);
    }

    /// <summary>The block that a position at or above the split depth stands for, capped at the last known one.</summary>
    public ulong BlockAt(Position position) =>
        (ulong)UInt128.Min(game.Rules!.StartingBlockNumber + position.TraceIndex(game.Rules.SplitDepth) + 1, outputs.Keys.Max());

    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
        branch is null ? TraceAnswer.Of(outputs[BlockAt(position)]) : TraceAnswer.Unavailable<Hash32>("only outputs are known");

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) => TraceAnswer.Unavailable<StepData>("only outputs are known");

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);
}

/// <summary>What a liar claims: the truth up to some block or instruction, and values of its own from there on.</summary>
/// <param name="game">The game.</param>
/// <param name="truth">The true outputs.</param>
/// <param name="firstFalseBlock">First block with a false output.</param>
/// <param name="execution">What the liar says of the states of an execution trace.</param>
internal sealed class FalseTrace(
    GameMetadata game, KnownOutputs truth, ulong firstFalseBlock, Func<ExecutionBranch, UInt128, TraceAnswer<Hash32>> execution) : ITrace
{
    private readonly GameShape _shape = new(game.Rules!.MaxDepth, game.Rules.SplitDepth);

    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position)
    {
        if (branch is not null)
        {
            return execution(branch, _shape.LeafIndex(position));
        }

        ulong block = truth.BlockAt(position);
        return block < firstFalseBlock ? truth.ValueAt(null, position) : TraceAnswer.Of(FalseOutput(block));
    }

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) => TraceAnswer.Unavailable<StepData>("a liar has no proof");

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);

    /// <summary>The false output root of a block.</summary>
    public static Hash32 FalseOutput(ulong block) => Named(string.Create(CultureInfo.InvariantCulture, $"false output {block}"));

    /// <summary>False states from an instruction on, with a status byte.</summary>
    public static TraceAnswer<Hash32> FalseState(UInt128 leaf, VmStatus status) =>
        TraceAnswer.Of(Named(string.Create(CultureInfo.InvariantCulture, $"false state {leaf}")).WithFirstByte((byte)status));

    private static Hash32 Named(string name) => Keccak256.Hash(Encoding.UTF8.GetBytes(name));
}
