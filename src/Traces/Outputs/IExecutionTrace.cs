using Gavel.GameSolver;

namespace Gavel.Traces;

/// <summary>
/// The honest execution trace of one branch of a game. It answers from memory; what must be computed first is computed elsewhere, once it is
/// wanted, and unavailable until then.
/// </summary>
public interface IExecutionTrace
{
    /// <summary>How the program ends; unavailable where there is no program, or while its run has not ended. Wanted by the leaf <see cref="UInt128.MaxValue"/>.</summary>
    TraceAnswer<VmStatus> End { get; }

    /// <summary>The claim that stands at a leaf: the VM's state, with status byte, after <paramref name="leaf"/> + 1 instructions.</summary>
    TraceAnswer<Hash32> ClaimAt(UInt128 leaf);

    /// <summary>What a call of <c>step</c> needs to execute an instruction.</summary>
    /// <param name="instruction">Index of the instruction; its pre-state is the one after as many instructions.</param>
    TraceAnswer<StepData> StepAt(UInt128 instruction);

    /// <summary>Has an answer computed that is not known yet. Cheap, and harmless if it is wanted already.</summary>
    /// <param name="index">The leaf, or the instruction.</param>
    /// <param name="isStep">Whether a step's data are wanted.</param>
    void Want(UInt128 index, bool isStep);
}
