using Gavel.Cannon;
using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>Headers and receipts of L1 by block hash, in the bytes that hash to what the chain commits to.</summary>
internal sealed class L1Chain(ChainReader client)
{
    private readonly Dictionary<Hash32, BlockHeader> _headers = [];

    /// <summary>The header's RLP.</summary>
    public async Task<byte[]> HeaderAsync(Hash32 block, CancellationToken cancellationToken) =>
        (await FindAsync(block, cancellationToken).ConfigureAwait(false)).Encode();

    /// <summary>Every node of the block's receipts trie that is known by its hash.</summary>
    public async Task<IReadOnlyList<byte[]>> ReceiptNodesAsync(Hash32 block, CancellationToken cancellationToken)
    {
        BlockHeader header = await FindAsync(block, cancellationToken).ConfigureAwait(false);
        RpcReceipt[] receipts =
        [
            .. await client.FindBlockReceiptsAsync(BlockRef.At(block), cancellationToken).ConfigureAwait(false)
                ?? throw new PreimageException($"the L1 node has no receipts of block {block}"),
        ];
        ReceiptsTrie trie = new(receipts);
        return trie.Root == header.ReceiptsRoot
            ? trie.Nodes
            : throw new PreimageException($"the L1 node's receipts of block {block} have the root {trie.Root}, and its header says {header.ReceiptsRoot}");
    }

    private async Task<BlockHeader> FindAsync(Hash32 block, CancellationToken cancellationToken)
    {
        if (!_headers.TryGetValue(block, out BlockHeader? header))
        {
            RpcBlock answer = await client.FindBlockAsync(BlockRef.At(block), cancellationToken).ConfigureAwait(false)
                ?? throw new PreimageException($"the L1 node does not have block {block}");
            header = answer.ReadHeader();
            _headers[block] = header;
        }

        return header;
    }
}
