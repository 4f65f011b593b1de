using Gavel.Simulator;

namespace Gavel.GameSolver.OnChain.Tests;

/// <summary>
/// The mock VM of the contracts package, and a made-up chain of outputs: from the first state it takes s = 16 x (disputed block - 1) and
/// the letter prestate + s, then both rise by one at each instruction; its status is always "invalid".
/// </summary>
internal sealed class AlphabetWorld(GameShape shape, ulong startingBlock) : ITrace, ISimulatedVm
{
    private const ulong FirstLetter = 0x60;
    private static readonly byte[] FirstState = Word(FirstLetter);
    private readonly HashSet<StepContext> _loaded = [];

    public GameShape Shape { get; } = shape;

    public static Hash32 AbsolutePrestate { get; } = Keccak256.Hash(FirstState).WithFirstByte(3);

    public static Hash32 Output(UInt128 block) => Keccak256.Hash(Word(block)).WithFirstByte(0xcc);

    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) => TraceAnswer.Of(Honest(branch, position));

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) =>
        TraceAnswer.Of(new StepData(StateBefore(DisputedBlock(branch!.Disputed.Position), traceIndex), ReadOnlyMemory<byte>.Empty));

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);

    public Hash32 Honest(ExecutionBranch? branch, Position position) => branch is null
        ? Output(startingBlock + position.TraceIndex(Shape.SplitDepth) + 1)
        : ClaimOf(StateBefore(DisputedBlock(branch.Disputed.Position), Shape.LeafIndex(position) + 1));

    public byte[] StateBefore(StepContext context, UInt128 step) => StateBefore(DisputedBlock(new Position(context.DisputedPosition)), step);

    /// <inheritdoc/>
    public Hash32? Step(ReadOnlySpan<byte> state, StepContext context)
    {
        if (state.SequenceEqual(FirstState))
        {
            return _loaded.Contains(context) ? ClaimOf(StateBefore(context, 1)) : null;
        }

        return state.Length == 64 ? ClaimOf([.. Next(state[..32]), .. Next(state[32..])]) : null;
    }

    /// <inheritdoc/>
    public void Load(StepContext context) => _loaded.Add(context);

    private static byte[] StateBefore(UInt128 disputedBlock, UInt128 step)
    {
        UInt128 first = (disputedBlock - 1) * 16;
        return step == 0 ? FirstState : [.. Word(first + step - 1), .. Word(FirstLetter + first + step - 1)];
    }

    private UInt128 DisputedBlock(Position disputed) => startingBlock + disputed.TraceIndex(Shape.SplitDepth) + 1;

    private static Hash32 ClaimOf(byte[] state) => Keccak256.Hash(state).WithFirstByte(1);

    private static byte[] Next(ReadOnlySpan<byte> word) => Word((UInt128)new UInt256(word) + 1);

    private static byte[] Word(UInt128 number) => Hash32.FromUInt256(number).ToArray();
}
