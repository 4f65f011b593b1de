namespace Gavel.TestKit.Judges;

/// <summary>Where a walk down a trie gets its nodes from.</summary>
internal interface ITrieNodes
{
    /// <summary>Index of the node that was given last, for errors.</summary>
    int Index { get; }

    /// <summary>The node of this hash.</summary>
    /// <exception cref="MerkleProofException">It is not there.</exception>
    ReadOnlySpan<byte> Hashed(Hash32 hash);

    /// <summary>Tells that the walk goes on in a node that is embedded in its parent.</summary>
    void Embedded(ReadOnlySpan<byte> node);
}

/// <summary>The walk from the root of a Merkle-Patricia trie down a path. Checks that each node on the way is canonical.</summary>
internal static class TrieWalk
{
    private const int BranchItems = 17;

    /// <summary>The value at the end of the path of nibbles; null when the trie shows that there is none.</summary>
    /// <exception cref="MerkleProofException">A node is missing or malformed.</exception>
    public static byte[]? Down(Hash32 root, ReadOnlySpan<byte> path, ITrieNodes nodes)
    {
        if (root == MerklePatriciaProof.EmptyRoot)
        {
            nodes.Embedded([0x80]);
            return null;
        }

        ReadOnlySpan<byte> node = nodes.Hashed(root);
        while (true)
        {
            try
            {
                Step step = Read(node, path);
                if (step.Child.IsEmpty)
                {
                    return step.Value;
                }

                path = path[step.Consumed..];
                node = step.Child;
            }
            catch (RlpException fault)
            {
                throw new MerkleProofException(nodes.Index, fault.Message);
            }

            if (node.Length == Hash32.Size)
            {
                node = nodes.Hashed(new Hash32(node));
            }
            else
            {
                nodes.Embedded(node);
            }
        }
    }

    private static Step Read(ReadOnlySpan<byte> node, ReadOnlySpan<byte> path)
    {
        RlpReader reader = RlpReader.OfList(node);
        if (Count(reader) == BranchItems)
        {
            return Branch(ref reader, path);
        }

        int at = reader.Offset;
        if (!Nibbles.TryUnpack(reader.ReadBytes(), out byte[] part, out bool isLeaf))
        {
            throw new RlpException(at, "the path is no canonical hex-prefix encoding");
        }

        at = reader.Offset;
        if (isLeaf)
        {
            byte[] value = reader.ReadBytes().ToArray();
            return value.Length == 0 ? throw new RlpException(at, "a leaf is empty")
                : new Step(default, 0, path.SequenceEqual(part) ? value : null);
        }

        ReadOnlySpan<byte> child = Child(ref reader);
        return part.Length == 0 || child.IsEmpty ? throw new RlpException(at, "an extension has no path or no child")
            : path.StartsWith(part) ? new Step(child, part.Length, null)
            : default;
    }

    private static Step Branch(scoped ref RlpReader reader, ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> chosen = default;
        for (int i = 0; i < BranchItems - 1; i++)
        {
            ReadOnlySpan<byte> child = Child(ref reader);
            if (!path.IsEmpty && path[0] == i)
            {
                chosen = child;
            }
        }

        ReadOnlySpan<byte> here = reader.ReadBytes();
        return new Step(chosen, 1, path.IsEmpty && !here.IsEmpty ? here.ToArray() : null);
    }

    private static int Count(RlpReader list)
    {
        int count = 0;
        for (; !list.IsAtEnd && count <= BranchItems; count++)
        {
            list.ReadRaw();
        }

        return count is 2 or BranchItems ? count : throw new RlpException(0, $"a node has 2 or {BranchItems} items, not {count}");
    }

    /// <summary>32 bytes of a hash, the RLP of an embedded node (always shorter), or nothing.</summary>
    private static ReadOnlySpan<byte> Child(scoped ref RlpReader reader)
    {
        int at = reader.Offset;
        if (reader.IsList)
        {
            ReadOnlySpan<byte> raw = reader.ReadRaw();
            return raw.Length < Hash32.Size ? raw : throw new RlpException(at, $"an embedded node has {raw.Length} bytes and should be hashed");
        }

        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        return bytes.Length is 0 or Hash32.Size ? bytes : throw new RlpException(at, $"a reference to a child has {bytes.Length} bytes");
    }

    /// <summary>Where to go on and how many nibbles that takes; without a child the walk is at its end.</summary>
    private readonly ref struct Step(ReadOnlySpan<byte> child, int consumed, byte[]? value)
    {
        public readonly ReadOnlySpan<byte> Child = child;
        public readonly int Consumed = consumed;
        public readonly byte[]? Value = value;
    }
}
