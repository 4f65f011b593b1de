namespace Gavel.GameSolver.Solving;

/// <summary>
/// The play where nobody has the VM's first state, since the game names a placeholder for it. A step needs the state before it: at the first leaf that
/// is the placeholder, at every other leaf a claim that was defended above it. So whose claims stand at the maximum depth has the last word of a
/// line, as long as it claims nothing that a known state hashes to and defends no such claim; and every other bond of the line is lost to it.
/// The reasoning is in <c>docs/honest-strategy.md</c>.
/// </summary>
/// <param name="shape">The game's depths.</param>
internal sealed class LastWord(GameShape shape)
{
    // Words, so that anybody sees that it is no hash: whoever could step from it would have inverted Keccak.
    private static readonly Hash32 Nobodys = new([(byte)VmStatus.Unfinished, .. "nobody has a state of this hash"u8]);

    /// <summary>True when the side that moves to a depth is the one that moves to the maximum depth, where nothing answers it.</summary>
    /// <param name="depth">The depth moved to; one more than the maximum for a step.</param>
    public bool IsWonAt(int depth) => (shape.MaxDepth - depth) % 2 == 0;

    /// <summary>What is claimed below the split depth: no state's hash, with the status byte that the contract wants of an execution root.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="position">A position below the split depth.</param>
    public Hash32 ValueAt(ExecutionBranch branch, Position position)
    {
        ArgumentNullException.ThrowIfNull(branch);
        return position.Depth > shape.SplitDepth + 1
            ? Nobodys
            : Nobodys.WithFirstByte((byte)(branch.MustRefute(shape.SplitDepth) ? VmStatus.Invalid : VmStatus.Valid));
    }
}
