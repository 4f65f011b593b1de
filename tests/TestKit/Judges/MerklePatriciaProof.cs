namespace Gavel.TestKit.Judges;

/// <summary>
/// Verifies that a trie of a known root holds a value, or nothing, under a key (yellow paper, appendix D). Strict: every node given must be
/// needed and canonical.
/// </summary>
public static class MerklePatriciaProof
{
    /// <summary>Root of a trie without entries: the hash of the empty RLP string.</summary>
    public static Hash32 EmptyRoot { get; } = Keccak256.Hash([0x80]);

    /// <summary>
    /// The value that the proof shows under <paramref name="key"/>, or null when it shows that there is none. The key is the one in the trie:
    /// for accounts and storage the Keccak-256 of the address or slot. <paramref name="nodes"/> leads from the root down; nodes embedded in
    /// their parent may be left out or repeated.
    /// </summary>
    /// <exception cref="MerkleProofException">The nodes do not lead from the root to an answer.</exception>
    public static byte[]? Find(Hash32 root, ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        GivenNodes given = new(nodes);
        byte[]? value = TrieWalk.Down(root, Nibbles.Of(key), given);
        given.End();
        return value;
    }

    private sealed class GivenNodes(IReadOnlyList<ReadOnlyMemory<byte>> nodes) : ITrieNodes
    {
        private int _used;

        public int Index => Math.Max(0, _used - 1);

        public ReadOnlySpan<byte> Hashed(Hash32 hash)
        {
            if (_used == nodes.Count)
            {
                throw new MerkleProofException(_used, $"is missing; a node of hash {hash} is needed");
            }

            ReadOnlySpan<byte> node = nodes[_used].Span;
            Hash32 got = Keccak256.Hash(node);
            if (got != hash)
            {
                throw new MerkleProofException(_used, $"has hash {got}, not {hash}");
            }

            _used++;
            return node;
        }

        public void Embedded(ReadOnlySpan<byte> node)
        {
            if (_used < nodes.Count && nodes[_used].Span.SequenceEqual(node))
            {
                _used++;
            }
        }

        public void End()
        {
            if (_used < nodes.Count)
            {
                throw new MerkleProofException(_used, $"is not needed; the proof ends before it and has {nodes.Count} nodes");
            }
        }
    }
}
