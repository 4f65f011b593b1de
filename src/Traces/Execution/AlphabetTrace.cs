using Gavel.GameSolver;

namespace Gavel.Traces;

/// <summary>
/// The trace of the AlphabetVM, a mock VM that counts: its first state is one number, every later one a pair (trace index, letter).
/// Instruction i for block b leads to ((b - 1) · 16 + i, first number + (b - 1) · 16 + i), always with status "invalid".
/// </summary>
public sealed class AlphabetTrace : IExecutionTrace
{
    private const byte LocalBlockNumber = 4;
    private static readonly UInt256 FirstNumber = 0x60;
    private readonly LocalInputs _inputs;
    private readonly string? _unknownPrestate;

    /// <summary>The trace for a branch's local data.</summary>
    /// <param name="inputs">Local data; only the block number counts.</param>
    /// <param name="absolutePrestate">The game's absolute prestate, which must be the customary one.</param>
    public AlphabetTrace(LocalInputs inputs, Hash32 absolutePrestate)
    {
        _inputs = inputs;
        Hash32 known = Keccak256.Hash(Prestate()).WithFirstByte((byte)VmStatus.Unfinished);
        _unknownPrestate = absolutePrestate == known ? null : $"absolute prestate {absolutePrestate} is not that of the alphabet from {FirstNumber} ({known})";
    }

    /// <inheritdoc/>
    public TraceAnswer<VmStatus> End => TraceAnswer.Unavailable<VmStatus>("the alphabet is no program: it derives nothing");

    /// <inheritdoc/>
    public TraceAnswer<Hash32> ClaimAt(UInt128 leaf) => _unknownPrestate is null
        ? TraceAnswer.Of(Keccak256.Hash(State(leaf)).WithFirstByte((byte)VmStatus.Invalid))
        : TraceAnswer.Unavailable<Hash32>(_unknownPrestate);

    /// <inheritdoc/>
    public TraceAnswer<StepData> StepAt(UInt128 instruction)
    {
        if (_unknownPrestate is not null)
        {
            return TraceAnswer.Unavailable<StepData>(_unknownPrestate);
        }

        if (instruction != 0)
        {
            return TraceAnswer.Of(new StepData(State(instruction - 1), ReadOnlyMemory<byte>.Empty));
        }

        Hash32 key = Hash32.FromUInt256(LocalBlockNumber).WithFirstByte(1);
        return TraceAnswer.Of(new StepData(
            Prestate(), ReadOnlyMemory<byte>.Empty, new PreimagePart(key, 0, _inputs.Datum(LocalBlockNumber))));
    }

    /// <inheritdoc/>
    public void Want(UInt128 index, bool isStep)
    {
        // Everything is known at once.
    }

    private static byte[] Prestate() => Hash32.FromUInt256(FirstNumber).ToArray();

    private byte[] State(UInt128 instruction)
    {
        UInt256 index = ((UInt256)_inputs.L2BlockNumber - UInt256.One) * 16UL + instruction;
        byte[] state = new byte[2 * Hash32.Size];
        index.WriteBigEndian(state);
        (index + FirstNumber).WriteBigEndian(state.AsSpan(Hash32.Size));
        return state;
    }
}
