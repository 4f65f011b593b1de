using Gavel.GameSolver;

namespace Gavel.Traces;

/// <summary>The output of an L2 block is lacking.</summary>
/// <param name="Block">Its number.</param>
public sealed record OutputWant(ulong Block) : TraceWant;

/// <summary>Evidence is lacking of what was derivable by the game's L1 head.</summary>
public sealed record EvidenceWant : TraceWant
{
    /// <summary>There is one for a game.</summary>
    public static EvidenceWant Instance { get; } = new();
}

/// <summary>A state, or the data of a step, of the execution trace of a branch is lacking.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Index">The leaf, or the instruction.</param>
/// <param name="IsStep">Whether a step's data are wanted.</param>
public sealed record ExecutionWant(ExecutionBranch Branch, UInt128 Index, bool IsStep) : TraceWant;
