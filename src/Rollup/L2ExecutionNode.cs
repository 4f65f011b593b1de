using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>An execution node of the L2 chain, from which output roots are rebuilt without believing more than hashes.</summary>
public sealed class L2ExecutionNode(ChainReader client)
{
    /// <summary>The node's chain id.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken) => client.GetChainIdAsync(cancellationToken);

    /// <summary>
    /// Rebuilds the output root of the block that the node has at a number: its header must hash to its hash, and the message passer's account
    /// must be proven in its state. Whether this block is the right one is for others to say.
    /// </summary>
    /// <param name="block">The L2 block's number.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="RpcException">The node gave no usable answer, or does not have the block or its state.</exception>
    /// <exception cref="NodeLieException">What it gave is not what its hashes say.</exception>
    public async Task<VerifiedOutput> OutputAsync(ulong block, CancellationToken cancellationToken)
    {
        RpcBlock found = await client.FindBlockAsync(BlockRef.At(block), cancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(RpcErrorKind.NodeError, $"the L2 execution node does not have block {block}");
        try
        {
            BlockHeader header = found.ReadHeader();
            if (header.Number != block)
            {
                throw new NodeLieException($"the L2 execution node gave block {header.Number} when asked for {block}");
            }

            AccountProof proof = await client.GetProofAsync(OutputRoot.MessagePasser, [], BlockRef.At(header.Hash), cancellationToken).ConfigureAwait(false);
            proof.Verify(header.StateRoot);
            return new VerifiedOutput(
                new BlockId(header.Hash, block),
                OutputRoot.Compute(header.StateRoot, proof.State.StorageRoot, header.Hash),
                header.StateRoot,
                proof.State.StorageRoot,
                header.Encode());
        }
        catch (MerkleProofException error) when (error.IsUnavailable)
        {
            throw new RpcException(RpcErrorKind.NodeError, $"the account proof of the L2 execution node for block {block} cannot be judged: {error.Message}", error);
        }
        catch (Exception error) when (error is MerkleProofException or RpcException { Kind: RpcErrorKind.Malformed })
        {
            throw new NodeLieException($"the L2 execution node's data for block {block} are not what their hashes say: {error.Message}", error);
        }
    }
}
