namespace Gavel.Ethereum;

/// <summary>One node of a Merkle-Patricia trie (yellow paper, appendix D), refused unless it is canonical in every part.</summary>
internal sealed class TrieNode
{
    /// <summary>More than any node of an account or storage trie has: a branch of 16 hashes has 532 bytes.</summary>
    public const int MaxBytes = 1024;

    private const int BranchItems = 17;

    private readonly bool _isLeaf;
    private readonly byte[] _path;
    private readonly byte[]? _value;
    private readonly byte[][] _children;

    private TrieNode(bool isLeaf, byte[] path, byte[]? value, byte[][] children) =>
        (_isLeaf, _path, _value, _children) = (isLeaf, path, value, children);

    /// <summary>True where a child is not referred to by its hash but stands in the node itself.</summary>
    public bool EmbedsChild => Array.Exists(_children, child => child.Length is > 0 and < Hash32.Size);

    /// <summary>Reads a node.</summary>
    /// <exception cref="RlpException">It is not canonical.</exception>
    public static TrieNode Parse(ReadOnlySpan<byte> rlp)
    {
        RlpFields items = new(rlp.Length <= MaxBytes ? StrictRlp.DecodeList(rlp) : throw new RlpException(0, $"a node has {rlp.Length} bytes"));
        if (items.Count == BranchItems)
        {
            byte[][] children = new byte[BranchItems - 1][];
            for (int i = 0; i < children.Length; i++)
            {
                children[i] = Child(items, i);
            }

            byte[] here = items.Bytes(BranchItems - 1);
            return new TrieNode(false, [], here.Length == 0 ? null : here, children);
        }

        if (items.Count != 2)
        {
            throw new RlpException($"a node has 2 or {BranchItems} items, not {items.Count}");
        }

        byte[] packed = items.Bytes(0);
        if (packed.Length == 0 || packed[0] >= 0x40 || ((packed[0] & 0x10) == 0 && (packed[0] & 15) != 0))
        {
            throw new RlpException("the path is no canonical hex-prefix encoding");
        }

        byte[] path = Nibbles(packed)[((packed[0] & 0x10) != 0 ? 1 : 2)..];
        if ((packed[0] & 0x20) != 0)
        {
            byte[] value = items.Bytes(1);
            return value.Length == 0 ? throw new RlpException("a leaf is empty") : new TrieNode(true, path, value, []);
        }

        byte[] child = Child(items, 1);
        return path.Length == 0 || child.Length == 0
            ? throw new RlpException("an extension has no path or no child")
            : new TrieNode(false, path, null, [child]);
    }

    /// <summary>Half-bytes of a key.</summary>
    public static byte[] Nibbles(ReadOnlySpan<byte> key)
    {
        byte[] nibbles = new byte[2 * key.Length];
        for (int i = 0; i < key.Length; i++)
        {
            nibbles[2 * i] = (byte)(key[i] >> 4);
            nibbles[(2 * i) + 1] = (byte)(key[i] & 15);
        }

        return nibbles;
    }

    /// <summary>One step down.</summary>
    /// <param name="path">The nibbles that are left; shortened by those that the node consumes.</param>
    /// <param name="child">Where the walk goes on: a hash of 32 bytes or a shorter, embedded node; empty where it ends.</param>
    /// <returns>The value where the walk ends at one; null where it goes on, or ends at none.</returns>
    public byte[]? Step(ref ReadOnlySpan<byte> path, out byte[] child)
    {
        child = [];
        if (_isLeaf)
        {
            return path.SequenceEqual(_path) ? _value : null;
        }

        if (_children.Length == 1)
        {
            if (path.StartsWith(_path))
            {
                path = path[_path.Length..];
                child = _children[0];
            }

            return null;
        }

        if (path.IsEmpty)
        {
            return _value;
        }

        child = _children[path[0]];
        path = path[1..];
        return null;
    }

    private static byte[] Child(RlpFields items, int i)
    {
        byte[] child = items.IsList(i) ? items.Raw(i) : items.Bytes(i);
        bool fits = items.IsList(i) ? child.Length < Hash32.Size : child.Length is 0 or Hash32.Size;
        return fits ? child : throw new RlpException($"a reference to a child has {child.Length} bytes");
    }
}
