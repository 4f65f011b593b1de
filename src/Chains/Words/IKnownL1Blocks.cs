using Gavel.Rollup;

namespace Gavel.Chains;

/// <summary>
/// L1 blocks of which rollup nodes have lately told the hash. What an L1 endpoint says can be proven against such a block: an endpoint that lies
/// would have to lie together with a rollup node.
/// </summary>
public interface IKnownL1Blocks
{
    /// <summary>The blocks, in any order; empty where no node tells one within a short time. Never fails but by cancellation.</summary>
    ValueTask<IReadOnlyList<BlockId>> KnownAsync(CancellationToken cancellationToken);
}

/// <summary>What rollup nodes of ours have told in the look of this cycle: the block that they have derived from, the newest that they know, the last finalised.</summary>
public sealed class RollupL1Blocks(TrustedNodes nodes) : IKnownL1Blocks
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockId>> KnownAsync(CancellationToken cancellationToken) => ValueTask.FromResult(nodes.KnownL1Blocks);
}
