using Gavel.Ethereum;
using Nethereum.Merkle.Patricia;
using Nethereum.RLP;

namespace Gavel.Devnet;

/// <summary>The receipts trie of a block, built with Nethereum's: keys are the RLP of the index, values the receipts' bytes.</summary>
internal sealed class ReceiptsTrie : ITrieStorage
{
    private readonly Dictionary<Hash32, byte[]> _nodes = [];

    /// <summary>Builds the trie.</summary>
    /// <exception cref="RpcException">A receipt lacks a field.</exception>
    public ReceiptsTrie(IReadOnlyList<RpcReceipt> receipts)
    {
        PatriciaTrie trie = new();
        for (int i = 0; i < receipts.Count; i++)
        {
            trie.Put(RLP.EncodeElement(i.ToBytesForRLPEncoding()), receipts[i].Encode());
        }

        Root = receipts.Count == 0 ? StorageTrie.EmptyRoot : new Hash32(trie.Root.GetHash());
        trie.SaveNodesToStorage(this);
    }

    /// <summary>Hash of the root node.</summary>
    public Hash32 Root { get; }

    /// <summary>Every node that is referred to by its hash. A receipt is never short enough to be embedded in its parent.</summary>
    public IReadOnlyList<byte[]> Nodes => Root == StorageTrie.EmptyRoot ? [[0x80]] : [.. _nodes.Values];

    void ITrieStorage.Put(byte[] key, byte[] value) => _nodes[new Hash32(key)] = value;

    byte[] ITrieStorage.Get(byte[] key) => _nodes[new Hash32(key)];

    void ITrieStorage.Delete(byte[] key) => _nodes.Remove(new Hash32(key));
}
