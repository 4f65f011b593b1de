using Gavel.Cannon;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>
/// The 128 bytes behind the agreed output root. The root does not tell its block, so blocks are tried: first down from the one before the
/// disputed one, where it is in a game, then upwards.
/// </summary>
internal sealed class AgreedOutput(ChainReader client, DisputedClaim claim)
{
    /// <summary>The preimage of the root.</summary>
    /// <exception cref="PreimageException">No block of the L2 node has this output.</exception>
    public async Task<byte[]> FindAsync(Hash32 root, CancellationToken cancellationToken)
    {
        ulong head = await client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        foreach (ulong number in Places(head))
        {
            byte[] preimage = await PreimageAsync(number, cancellationToken).ConfigureAwait(false);
            if (Keccak256.Hash(preimage) == root)
            {
                return preimage;
            }
        }

        throw new PreimageException($"none of the L2 node's blocks 1 to {head} has the output root {root}");
    }

    // Block 0 is before the rollup's first block.
    private IEnumerable<ulong> Places(ulong head)
    {
        ulong disputed = Math.Clamp(claim.L2BlockNumber, 1, head + 1);
        for (ulong number = disputed - 1; number > 0; number--)
        {
            yield return number;
        }

        for (ulong number = disputed; number <= head; number++)
        {
            yield return number;
        }
    }

    private async Task<byte[]> PreimageAsync(ulong number, CancellationToken cancellationToken)
    {
        DerivedBlock block = await Batcher.ReadBlockAsync(client, number, cancellationToken).ConfigureAwait(false);
        return OutputRoot.Preimage(block.Header.StateRoot, block.MessagePasserStorageRoot, block.Hash);
    }
}
