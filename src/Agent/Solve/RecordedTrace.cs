using Gavel.GameSolver;

namespace Gavel.Agent.Solve;

/// <summary>
/// The honest trace of all recorded games: value i is keccak256 of i as 32 big-endian bytes with its first byte replaced by 1, the state
/// before step i is i - 1 as 32 bytes (for step 0 the absolute prestate, 32 bytes of ff), its proof i as 32 bytes.
/// </summary>
internal sealed class RecordedTrace(int maxDepth) : ITrace
{
    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
        TraceAnswer.Of(Keccak256.Hash(Word(position.TraceIndex(maxDepth))).WithFirstByte((byte)VmStatus.Invalid));

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex)
    {
        byte[] before = traceIndex == 0 ? Word(UInt256.MaxValue) : Word(traceIndex - 1);
        return TraceAnswer.Of(new StepData(before, Word(traceIndex)));
    }

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);

    private static byte[] Word(UInt256 number) => Hash32.FromUInt256(number).ToArray();
}
