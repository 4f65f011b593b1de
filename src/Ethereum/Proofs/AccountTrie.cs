using Nethereum.Merkle.Patricia;

namespace Gavel.Ethereum;

/// <summary>
/// Reads an account's proof with Nethereum's trie, which takes a node that is not there for the end of the trie, and one of exactly 32 bytes
/// for a hash. So its storage here gives nothing but the next node of the proof, by its hash and in canonical form, and throws where there is
/// none. An account trie has no embedded and no 32-byte nodes (a leaf has 70 bytes or more); a proof with such a one cannot be judged.
/// </summary>
internal static class AccountTrie
{
    /// <summary>The leaf that the proof shows under a key, the Keccak-256 of the account's address, or null when it shows that there is none.</summary>
    /// <exception cref="MerkleProofException">The nodes do not lead from the root to an answer, or cannot be judged.</exception>
    public static byte[]? Find(Hash32 stateRoot, Hash32 key, IReadOnlyList<ReadOnlyMemory<byte>> nodes)
    {
        if (stateRoot == StorageTrie.EmptyRoot)
        {
            return StorageTrie.Find(stateRoot, [], nodes);
        }

        ProofNodes storage = new(nodes);
        byte[]? leaf = new PatriciaTrie(stateRoot.ToArray()).Get(key.ToArray(), storage);
        storage.End();
        return leaf is { Length: > 0 } ? leaf : null;
    }

    private sealed class ProofNodes(IReadOnlyList<ReadOnlyMemory<byte>> nodes) : ITrieStorage
    {
        private int _used;

        public byte[] Get(byte[] key)
        {
            byte[] node = StorageTrie.Hashed(new Hash32(key), nodes, ref _used).ToArray();
            try
            {
                return node.Length != Hash32.Size && !TrieNode.Parse(node).EmbedsChild
                    ? node
                    : throw new MerkleProofException(_used - 1, "is or embeds a node that no account trie has") { IsUnavailable = true };
            }
            catch (RlpException fault)
            {
                throw new MerkleProofException(_used - 1, fault.Message);
            }
        }

        public void End()
        {
            if (_used < nodes.Count)
            {
                throw new MerkleProofException(_used, $"is not needed; the proof ends before it and has {nodes.Count} nodes");
            }
        }

        public void Put(byte[] key, byte[] value) => throw new NotSupportedException("a proof is only read");

        public void Delete(byte[] key) => throw new NotSupportedException("a proof is only read");
    }
}
