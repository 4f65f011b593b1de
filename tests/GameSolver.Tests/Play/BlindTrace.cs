namespace Gavel.GameSolver.Tests.Play;

/// <summary>A trace that does not know some of its answers until it is told to see.</summary>
internal sealed class BlindTrace(ITrace inner, int salt) : ITrace
{
    public bool Sees { get; set; }

    public int Asked { get; private set; }

    public bool HasFirstState => inner.HasFirstState;

    public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position)
    {
        Asked++;
        return Hides(position.GIndex) ? TraceAnswer.Unavailable<Hash32>($"no value at {position} yet") : inner.ValueAt(branch, position);
    }

    public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) =>
        Hides(traceIndex + 5) ? TraceAnswer.Unavailable<StepData>($"no step {traceIndex} yet") : inner.StepAt(branch, traceIndex);

    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => inner.RootBlock(root);

    private bool Hides(UInt128 what) => !Sees && (uint)HashCode((ulong)what, (ulong)(what >> 64)) % 9 == 0;

    // A fixed mixing, since HashCode.Combine differs from run to run.
    private int HashCode(ulong low, ulong high) => (int)(((low ^ (high * 31) ^ (ulong)salt) * 0x9e3779b97f4a7c15UL) >> 33);
}
