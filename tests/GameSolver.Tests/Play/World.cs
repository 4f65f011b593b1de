using System.Buffers.Binary;
using Gavel.Simulator;

namespace Gavel.GameSolver.Tests.Play;

/// <summary>
/// A made-up L2 and a VM that is faithful to it: outputs of blocks 0 (the anchor) to <see cref="Blocks"/> (the proposed one), and for any two
/// claimed outputs an execution that confirms the disputed one exactly when it follows from the agreed one. A state is its index and the
/// outputs it began with, so that liars can make up executions of their own and step through them.
/// </summary>
internal sealed class World(int maxDepth, int splitDepth, UInt128 blocks) : ITrace, ISimulatedVm
{
    private static readonly byte[] FirstState = new byte[32];
    private readonly UInt128 _lastStep = (UInt128.One << (maxDepth - splitDepth - 1)) - 1;

    public GameShape Shape { get; } = new(maxDepth, splitDepth);

    /// <summary>The proposed block, counted from the anchor: later positions repeat its output.</summary>
    public UInt128 Blocks { get; } = blocks;

    /// <summary>A placeholder that nobody has a state for, where <see cref="HasFirstState"/> is false.</summary>
    public Hash32 AbsolutePrestate => HasFirstState
        ? Keccak256.Hash(FirstState).WithFirstByte((byte)VmStatus.Unfinished)
        : Hash32.Parse("0xdead000000000000000000000000000000000000000000000000000000000000");

    public bool HasFirstState { get; init; } = true;

    /// <summary>Calls that the trace answered.</summary>
    public int Asked { get; private set; }

    public Hash32 Output(UInt128 block) => Keccak256.Hash(Word(UInt128.Min(block, Blocks), 0xb10c)).WithFirstByte(0xcc);

    /// <summary>The state that another execution, or a liar's, is in at a step.</summary>
    public static byte[] State(UInt128 step, Hash32 execution)
    {
        byte[] state = new byte[64];
        BinaryPrimitives.WriteUInt128BigEndian(state.AsSpan(16), step);
        execution.CopyTo(state.AsSpan(32));
        return state;
    }

    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position)
    {
        Asked++;
        return TraceAnswer.Of(Honest(branch, position));
    }

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) =>
        TraceAnswer.Of(new StepData(StateBefore(ContextOf(branch!), traceIndex), ReadOnlyMemory<byte>.Empty));

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);

    public Hash32 Honest(ExecutionBranch? branch, Position position)
    {
        if (branch is null)
        {
            return Output(position.TraceIndex(Shape.SplitDepth) + 1);
        }

        return Claim(Shape.LeafIndex(position), ContextOf(branch));
    }

    public static byte[] StateBefore(StepContext context, UInt128 step) => step == 0 ? FirstState : State(step - 1, Execution(context));

    /// <inheritdoc/>
    public Hash32? Step(ReadOnlySpan<byte> state, StepContext context)
    {
        UInt128 step;
        Hash32 execution;
        if (state.SequenceEqual(FirstState))
        {
            step = 0;
            execution = Execution(context);
        }
        else if (state.Length == 64)
        {
            step = UInt128.Min(BinaryPrimitives.ReadUInt128BigEndian(state[16..]), _lastStep - 1) + 1;
            execution = new Hash32(state[32..]);
        }
        else
        {
            return null;
        }

        return Keccak256.Hash(State(step, execution)).WithFirstByte((byte)StatusAfter(step, context));
    }

    /// <inheritdoc/>
    public void Load(StepContext context)
    {
        // Its executions know their outputs from the start.
    }

    private Hash32 Claim(UInt128 step, StepContext context) =>
        Keccak256.Hash(State(step, Execution(context))).WithFirstByte((byte)StatusAfter(step, context));

    private VmStatus StatusAfter(UInt128 step, StepContext context)
    {
        if (step < _lastStep)
        {
            return VmStatus.Unfinished;
        }

        UInt128 block = new Position(context.DisputedPosition).TraceIndex(Shape.SplitDepth) + 1;
        return context.Starting == Output(block - 1) && context.Disputed == Output(block) ? VmStatus.Valid : VmStatus.Invalid;
    }

    private StepContext ContextOf(ExecutionBranch branch) => branch.Agreed is { } agreed
        ? new StepContext(agreed.Value, agreed.Position.GIndex, branch.Disputed.Value, branch.Disputed.Position.GIndex)
        : new StepContext(Output(0), 0, branch.Disputed.Value, branch.Disputed.Position.GIndex);

    private static Hash32 Execution(StepContext context)
    {
        byte[] packed = new byte[96];
        context.Starting.CopyTo(packed);
        context.Disputed.CopyTo(packed.AsSpan(32));
        BinaryPrimitives.WriteUInt128BigEndian(packed.AsSpan(64), context.StartingPosition);
        BinaryPrimitives.WriteUInt128BigEndian(packed.AsSpan(80), context.DisputedPosition);
        return Keccak256.Hash(packed);
    }

    private static byte[] Word(UInt128 number, uint tag)
    {
        byte[] word = new byte[20];
        BinaryPrimitives.WriteUInt128BigEndian(word, number);
        BinaryPrimitives.WriteUInt32BigEndian(word.AsSpan(16), tag);
        return word;
    }
}
