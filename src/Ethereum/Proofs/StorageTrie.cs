namespace Gavel.Ethereum;

/// <summary>
/// Verifies that a trie of a known root holds a value, or nothing, under a key. Ours, since Nethereum's reader takes a node of exactly 32 bytes
/// for a hash, and such nodes are common where values are short, as in storage. Strict and bounded: every node given must be needed.
/// </summary>
public static class StorageTrie
{
    // 64 levels and the root, each with at most one embedded node repeated.
    private const int MaxNodes = 130;

    /// <summary>Root of a trie without entries: the hash of the empty RLP string.</summary>
    public static Hash32 EmptyRoot { get; } = Keccak256.Hash([0x80]);

    /// <summary>
    /// The value that the proof shows under <paramref name="key"/>, or null when it shows that there is none. The key is the one in the trie:
    /// Keccak-256 of the slot. <paramref name="nodes"/> leads from the root down; nodes embedded in their parent may be left out or repeated.
    /// </summary>
    /// <exception cref="MerkleProofException">The nodes do not lead from the root to an answer.</exception>
    public static byte[]? Find(Hash32 root, ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        if (nodes.Count > MaxNodes)
        {
            throw new MerkleProofException(MaxNodes, $"is one too many of {nodes.Count}");
        }

        int used = 0;
        byte[]? value = null;
        if (root == EmptyRoot)
        {
            used = nodes.Count > 0 && nodes[0].Span is [0x80] ? 1 : 0;
        }
        else
        {
            ReadOnlySpan<byte> path = TrieNode.Nibbles(key);
            byte[] next = root.ToArray();
            while (next.Length > 0)
            {
                ReadOnlySpan<byte> node = next.Length == Hash32.Size ? Hashed(new Hash32(next), nodes, ref used) : Embedded(next, nodes, ref used);
                try
                {
                    value = TrieNode.Parse(node).Step(ref path, out next);
                }
                catch (RlpException fault)
                {
                    throw new MerkleProofException(Math.Max(0, used - 1), fault.Message);
                }
            }
        }

        return used == nodes.Count ? value : throw new MerkleProofException(used, $"is not needed; the proof ends before it and has {nodes.Count} nodes");
    }

    internal static ReadOnlySpan<byte> Hashed(Hash32 hash, IReadOnlyList<ReadOnlyMemory<byte>> nodes, ref int used)
    {
        if (used == nodes.Count)
        {
            throw new MerkleProofException(used, $"is missing; a node of hash {hash} is needed");
        }

        ReadOnlySpan<byte> node = nodes[used].Span;
        Hash32 got = Keccak256.Hash(node);
        if (got != hash)
        {
            throw new MerkleProofException(used, $"has hash {got}, not {hash}");
        }

        used++;
        return node;
    }

    private static ReadOnlySpan<byte> Embedded(byte[] node, IReadOnlyList<ReadOnlyMemory<byte>> nodes, ref int used)
    {
        used += used < nodes.Count && nodes[used].Span.SequenceEqual(node) ? 1 : 0;
        return node;
    }
}
