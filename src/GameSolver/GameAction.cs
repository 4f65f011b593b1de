namespace Gavel.GameSolver;

/// <summary>One thing that the honest party does.</summary>
public abstract record GameAction
{
    private protected GameAction()
    {
    }
}

/// <summary>A claim to post: <c>attack</c> or <c>defend</c>.</summary>
/// <param name="ParentIndex">Contract index of the claim answered.</param>
/// <param name="IsAttack">Attack or defence.</param>
/// <param name="Position">Where the new claim stands; its depth gives the bond.</param>
/// <param name="Value">What it claims.</param>
public sealed record MoveAction(int ParentIndex, bool IsAttack, Position Position, Hash32 Value) : GameAction;

/// <summary>One step of the VM on chain: <c>step</c>.</summary>
/// <param name="ClaimIndex">Contract index of the claim at the maximum depth.</param>
/// <param name="IsAttack">Attack executes the claim's own trace index, defence the next.</param>
/// <param name="TraceIndex">Step that is executed, counted in its own trace.</param>
/// <param name="Branch">The execution trace, or null in a game without split.</param>
/// <param name="Data">State, proof and preimage.</param>
public sealed record StepAction(int ClaimIndex, bool IsAttack, UInt128 TraceIndex, ExecutionBranch? Branch, StepData Data) : GameAction;

/// <summary>Proof that the root claim is another block's output: <c>challengeRootL2Block</c>.</summary>
/// <param name="Proof">Its arguments.</param>
public sealed record RootBlockAction(RootBlockProof Proof) : GameAction;
