namespace Gavel.ProofVerifier;

/// <summary>A memory proof: the 32-byte leaf that holds an address, and its siblings from the bottom up.</summary>
internal readonly ref struct MerkleBranch(ReadOnlySpan<byte> bytes, ulong address)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The claimed bytes of memory.</summary>
    public ReadOnlySpan<byte> Leaf => _bytes[..32];

    /// <summary>The root that follows from the claimed leaf.</summary>
    public Hash32 Root() => RootWith(Leaf);

    /// <summary>The root after the leaf has been replaced.</summary>
    public Hash32 RootWith(ReadOnlySpan<byte> leaf)
    {
        Hash32 node = new(leaf);
        ulong path = address >> 5;
        for (int at = 32; at < _bytes.Length; at += 32)
        {
            Hash32 sibling = new(_bytes.Slice(at, 32));
            node = (path & 1) == 0 ? Keccak256.HashPair(node, sibling) : Keccak256.HashPair(sibling, node);
            path >>= 1;
        }

        return node;
    }
}
