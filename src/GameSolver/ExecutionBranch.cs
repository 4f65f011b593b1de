namespace Gavel.GameSolver;

/// <summary>An output root that a game claims, and where.</summary>
/// <param name="Value">The output root.</param>
/// <param name="Position">Where it was claimed: at or above the split depth.</param>
public readonly record struct OutputClaim(Hash32 Value, Position Position);

/// <summary>
/// Which execution trace a claim below the split depth speaks of: the one from an agreed output root to a disputed one. Branches of one
/// game differ in truth, so every honest value below the split depth belongs to a branch. Equal by value; the contract makes its local
/// context of the same four fields (<c>_findStartingAndDisputedOutputs</c>).
/// </summary>
/// <param name="Agreed">The claim that the trace starts from, or null for the game's starting output root (its anchor).</param>
/// <param name="Disputed">The claim that the trace confirms or refutes.</param>
public sealed record ExecutionBranch(OutputClaim? Agreed, OutputClaim Disputed)
{
    /// <summary>The branch that an answer to a claim at the split depth opens.</summary>
    /// <param name="game">The game.</param>
    /// <param name="leaf">Index of the claim at the split depth.</param>
    /// <param name="isAttack">Whether the execution root attacks it.</param>
    /// <exception cref="ArgumentException">The claim is not at the split depth of a split game.</exception>
    /// <exception cref="InvalidOperationException">The leaf has no claim above that stands for the output before or after it.</exception>
    public static ExecutionBranch Below(Game game, int leaf, bool isAttack)
    {
        ArgumentNullException.ThrowIfNull(game);
        Claim claim = game[leaf];
        if (!game.Shape.IsSplit || claim.Position.Depth != game.Shape.SplitDepth)
        {
            throw new ArgumentException($"claim {leaf} is at depth {claim.Position.Depth} and opens no execution game", nameof(leaf));
        }

        OutputClaim own = new(claim.Value, claim.Position);
        if (!isAttack)
        {
            return new ExecutionBranch(own, Above(game, leaf, claim.Position.GIndex + 1));
        }

        return claim.Position.IndexAtDepth == 0
            ? new ExecutionBranch(null, own)
            : new ExecutionBranch(Above(game, leaf, claim.Position.GIndex - 1), own);
    }

    /// <summary>
    /// The byte that the contract wants first in an execution root (<c>_verifyExecBisectionRoot</c>): true when it must refute the disputed
    /// output (<see cref="VmStatus.Invalid"/> or <see cref="VmStatus.Panic"/>), false when it must confirm it.
    /// </summary>
    /// <param name="splitDepth">The game's split depth.</param>
    public bool MustRefute(int splitDepth) => (Disputed.Position.Depth - splitDepth) % 2 == 0; // what an attack disputes stands at the split depth itself

    /// <summary>True when the contract takes <paramref name="root"/> as the root of this branch's execution game.</summary>
    /// <inheritdoc cref="MustRefute"/>
    public bool Accepts(Hash32 root, int splitDepth) =>
        MustRefute(splitDepth)
            ? (VmStatus)root.FirstByte is VmStatus.Invalid or VmStatus.Panic
            : (VmStatus)root.FirstByte is VmStatus.Valid;

    private static OutputClaim Above(Game game, int leaf, UInt128 neighbour)
    {
        Position ancestor = new Position(neighbour).TraceAncestor();
        int index = game.FindUpwards(leaf, ancestor)
            ?? throw new InvalidOperationException($"no claim above claim {leaf} stands at position {ancestor}");
        Claim claim = game[index];
        return new OutputClaim(claim.Value, claim.Position);
    }
}
