namespace Gavel.GameSolver.Tests.Recorded;

/// <summary>The honest trace that all recorded games follow: value i is keccak256 of i as 32 bytes, with first byte 1.</summary>
internal sealed class RecordedTrace(int maxDepth) : ITrace
{
    public static Hash32 Honest(UInt128 index) => Keccak256.Hash(Word(index)).WithFirstByte(1);

    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
        TraceAnswer.Of(Honest(position.TraceIndex(maxDepth)));

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) =>
        TraceAnswer.Of(new StepData(traceIndex == 0 ? Enumerable.Repeat((byte)0xff, 32).ToArray() : Word(traceIndex - 1), Word(traceIndex)));

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);

    public static byte[] Word(UInt128 index) => Hash32.FromUInt256(index).ToArray();
}
