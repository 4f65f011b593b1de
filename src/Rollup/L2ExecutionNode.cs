using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>An execution node of the L2 chain, from which output roots are rebuilt without believing more than hashes.</summary>
public sealed class L2ExecutionNode(ChainReader client)
{
    /// <summary>Rebuilds the output root of a block: its header must hash to its hash, the message passer's account must be proven in its state.</summary>
    /// <param name="block">The L2 block's number.</param>
    /// <param name="safeHead">A later or equal block that must be on the node's chain, so that the block is on the right one.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The output, or why this node cannot tell it.</returns>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<NodeAnswer<VerifiedOutput>> OutputAsync(ulong block, BlockId safeHead, CancellationToken cancellationToken)
    {
        RpcBlock? safe = await client.FindBlockAsync(BlockRef.At(safeHead.Number), cancellationToken);
        if (safe is null || safe.Hash != safeHead.Hash)
        {
            return NodeAnswer.Unavailable<VerifiedOutput>(
                $"the L2 execution node {(safe is null ? "does not have" : $"has {safe.Hash} in place of")} the safe head {safeHead}");
        }

        RpcBlock? found = block == safeHead.Number ? safe : await client.FindBlockAsync(BlockRef.At(block), cancellationToken);
        if (found is null)
        {
            return NodeAnswer.Unavailable<VerifiedOutput>($"the L2 execution node does not have block {block}");
        }

        try
        {
            BlockHeader header = found.ReadHeader();
            AccountProof proof = await client.GetProofAsync(OutputRoot.MessagePasser, [], BlockRef.At(header.Hash), cancellationToken);
            proof.Verify(header.StateRoot);
            return header.Number == block
                ? NodeAnswer.Of(new VerifiedOutput(
                    new BlockId(header.Hash, block),
                    OutputRoot.Compute(header.StateRoot, proof.State.StorageRoot, header.Hash),
                    header.StateRoot,
                    proof.State.StorageRoot,
                    header.Encode()))
                : NodeAnswer.Unavailable<VerifiedOutput>($"the L2 execution node gave block {header.Number} when asked for {block}");
        }
        catch (MerkleProofException error) when (error.IsUnavailable)
        {
            return NodeAnswer.Unavailable<VerifiedOutput>($"the account proof of the L2 execution node for block {block} cannot be judged: {error.Message}");
        }
        catch (Exception error) when (error is MerkleProofException or RpcException { Kind: RpcErrorKind.Malformed })
        {
            return NodeAnswer.Unavailable<VerifiedOutput>($"the L2 execution node's data for block {block} are not what their hashes say: {error.Message}");
        }
    }
}
