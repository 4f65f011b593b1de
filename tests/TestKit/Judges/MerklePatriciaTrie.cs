namespace Gavel.TestKit.Judges;

/// <summary>A Merkle-Patricia trie built at once from all its entries (yellow paper, appendix D), with its nodes by their hashes.</summary>
public sealed class MerklePatriciaTrie
{
    private const int MaxKeyBytes = 64;

    private readonly Dictionary<Hash32, byte[]> _nodes = [];
    private readonly (byte[] Path, ReadOnlyMemory<byte> Value)[] _entries;

    private MerklePatriciaTrie((byte[] Path, ReadOnlyMemory<byte> Value)[] entries)
    {
        _entries = entries;
        byte[] root = entries.Length == 0 ? [0x80] : Node(0, entries.Length, 0);
        Root = Keccak256.Hash(root);
        _nodes[Root] = root;
    }

    /// <summary>Hash of the root node.</summary>
    public Hash32 Root { get; }

    /// <summary>Every node that is referred to by its hash, the root included. Shorter nodes are embedded in their parents.</summary>
    public IReadOnlyDictionary<Hash32, byte[]> Nodes => _nodes;

    /// <summary>Builds the trie of these entries, in any order.</summary>
    /// <exception cref="ArgumentException">A key occurs twice or is longer than 64 bytes, or a value is empty.</exception>
    public static MerklePatriciaTrie Build(IEnumerable<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        (byte[] Path, ReadOnlyMemory<byte> Value)[] sorted = [.. entries.Select(static entry => (Nibbles.Of(Checked(entry.Key).Span), entry.Value))];
        Array.Sort(sorted, static (left, right) => left.Path.AsSpan().SequenceCompareTo(right.Path));
        for (int i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].Value.IsEmpty)
            {
                throw new ArgumentException($"the value of key {Shown(sorted[i].Path)} is empty", nameof(entries));
            }

            if (i > 0 && sorted[i].Path.AsSpan().SequenceEqual(sorted[i - 1].Path))
            {
                throw new ArgumentException($"key {Shown(sorted[i].Path)} occurs twice", nameof(entries));
            }
        }

        return new MerklePatriciaTrie(sorted);
    }

    /// <summary>The nodes from the root towards a key: a proof that it has its value, or none.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Prove(ReadOnlySpan<byte> key)
    {
        Recorder recorder = new(_nodes);
        TrieWalk.Down(Root, Nibbles.Of(key), recorder);
        return recorder.Passed;
    }

    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> key) =>
        key.Length <= MaxKeyBytes ? key : throw new ArgumentException($"a key has {key.Length} bytes; {MaxKeyBytes} are possible", nameof(key));

    private static string Shown(byte[] path) => $"0x{string.Concat(path.Select(static nibble => nibble.ToString("x", null)))}";

    /// <summary>The node of the entries from <paramref name="from"/> up to <paramref name="to"/>, which agree in their first nibbles.</summary>
    private byte[] Node(int from, int to, int depth)
    {
        (byte[] path, ReadOnlyMemory<byte> value) = _entries[from];
        if (to - from == 1)
        {
            return RlpWriter.EncodeList(list => list.Bytes(Nibbles.Pack(path.AsSpan(depth), isLeaf: true)).Bytes(value.Span));
        }

        int common = path.AsSpan(depth).CommonPrefixLength(_entries[to - 1].Path.AsSpan(depth));
        if (common > 0)
        {
            byte[] child = Reference(Node(from, to, depth + common));
            return RlpWriter.EncodeList(list => list.Bytes(Nibbles.Pack(path.AsSpan(depth, common), isLeaf: false)).Raw(child));
        }

        return RlpWriter.EncodeList(list => Branch(list, from, to, depth));
    }

    private void Branch(RlpWriter list, int from, int to, int depth)
    {
        bool hasValue = _entries[from].Path.Length == depth;
        int start = hasValue ? from + 1 : from;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            int end = start;
            while (end < to && _entries[end].Path[depth] == nibble)
            {
                end++;
            }

            list.Raw(end == start ? [0x80] : Reference(Node(start, end, depth + 1)));
            start = end;
        }

        list.Bytes(hasValue ? _entries[from].Value.Span : []);
    }

    private byte[] Reference(byte[] node)
    {
        if (node.Length < Hash32.Size)
        {
            return node;
        }

        Hash32 hash = Keccak256.Hash(node);
        _nodes[hash] = node;
        return RlpWriter.Encode(writer => writer.Hash32(hash));
    }

    private sealed class Recorder(Dictionary<Hash32, byte[]> nodes) : ITrieNodes
    {
        public List<ReadOnlyMemory<byte>> Passed { get; } = [];

        public int Index => Math.Max(0, Passed.Count - 1);

        public ReadOnlySpan<byte> Hashed(Hash32 hash)
        {
            byte[] node = nodes[hash];
            Passed.Add(node);
            return node;
        }

        public void Embedded(ReadOnlySpan<byte> node)
        {
            // Embedded nodes are part of the one that is recorded.
        }
    }
}
