namespace Gavel.GameSolver;

/// <summary>
/// The truth about one game, as far as it is known. Answers with a value never change during the game; one that is unavailable may be had
/// later. Implementations answer from memory, and to ask them changes nothing: what they lack is named as a <see cref="TraceWant"/> and fetched elsewhere.
/// </summary>
public interface ITrace
{
    /// <summary>
    /// False when nobody can have the state before step 0 of any execution, because the game names a placeholder for it: then there is no truth below
    /// the split depth and no step, and nothing is asked about it.
    /// </summary>
    bool HasFirstState => true;

    /// <summary>
    /// The honest claim at a position: an output root where <paramref name="branch"/> is null, else the VM state with its status byte after
    /// the steps up to the position's trace index within that branch.
    /// </summary>
    TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position);

    /// <summary>What a step of the VM needs, for the step with this index in its own trace (<see cref="GameShape.LeafIndex"/>).</summary>
    /// <param name="branch">The branch, or null in a game without split.</param>
    /// <param name="traceIndex">The step that is executed; its pre-state is the one after the step before.</param>
    TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex);

    /// <summary>
    /// What proves that <paramref name="root"/>, the game's root claim, is the output of another block than the proposed one; null when it
    /// is the proposed block's, or of no known block.
    /// </summary>
    TraceAnswer<RootBlockProof?> RootBlock(Hash32 root);
}
