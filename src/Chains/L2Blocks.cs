using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>Hashes of L2 blocks by number, from the first execution node that answers.</summary>
public sealed class L2Blocks(IReadOnlyList<ChainReader> nodes)
{
    /// <summary>The hash of a block.</summary>
    /// <exception cref="RpcException">No node has it.</exception>
    public async Task<Hash32> HashAsync(ulong number, CancellationToken cancellationToken)
    {
        RpcException? last = null;
        foreach (ChainReader node in nodes)
        {
            try
            {
                return (await node.GetBlockAsync(BlockRef.At(number), cancellationToken)).Hash;
            }
            catch (RpcException error)
            {
                last = error;
            }
        }

        throw last ?? new RpcException(RpcErrorKind.NodeError, "no L2 execution node is configured");
    }
}
