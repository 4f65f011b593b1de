using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Chains;

/// <summary>The one L1 block that a cycle reads at. A reorganisation gives a new view, never a mixture.</summary>
/// <param name="Block">Hash and number.</param>
/// <param name="Timestamp">Block time in seconds: the only clock that games know.</param>
/// <param name="ParentHash">Hash of the block before.</param>
public sealed record L1View(BlockId Block, ulong Timestamp, Hash32 ParentHash)
{
    /// <summary>The block for state reads, by hash; a node that no longer has it on its chain refuses.</summary>
    public BlockRef At => BlockRef.At(Block.Hash);

    /// <summary>A view of a head.</summary>
    public static L1View Of(ChainHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return new L1View(new BlockId(head.Hash, head.Number), head.Timestamp, head.ParentHash);
    }

    /// <summary>A view of the node's head.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public static async Task<L1View> OfHeadAsync(ChainReader l1, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(l1);
        RpcBlock head = await l1.GetBlockAsync(BlockRef.Latest, cancellationToken);
        return new L1View(new BlockId(head.Hash, head.Number), head.Timestamp, head.ParentHash);
    }
}
