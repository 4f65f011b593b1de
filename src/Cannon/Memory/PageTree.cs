using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>
/// The Merkle tree above the pages. Only nodes above pages that were ever written are held; every other subtree is zero. An update
/// hashes each changed node once, level by level.
/// </summary>
internal sealed class PageTree
{
    private readonly Dictionary<ulong, Hash32>[] _levels;

    /// <param name="addressBits">Bits of a guest address; the tree has <c>addressBits - 12</c> levels above the pages.</param>
    public PageTree(int addressBits)
    {
        Height = addressBits - PagedMemory.PageBits;
        _levels = new Dictionary<ulong, Hash32>[Height + 1];
        for (int level = 0; level <= Height; level++)
        {
            _levels[level] = [];
        }
    }

    /// <summary>Levels from a page root up to the root.</summary>
    public int Height { get; }

    /// <summary>The root as of the last update.</summary>
    public Hash32 Root => Node(Height, 0);

    /// <summary>The root of a page as of the last update.</summary>
    public Hash32 PageRoot(ulong page) => Node(0, page);

    /// <summary>Sets page roots and hashes what lies above them. Pages ascend without repeats.</summary>
    public void Update(ReadOnlySpan<ulong> pages, ReadOnlySpan<Hash32> roots)
    {
        if (pages.IsEmpty)
        {
            return;
        }

        ulong[] indices = pages.ToArray();
        Hash32[] pairs = new Hash32[2 * indices.Length];
        int count = indices.Length;
        _levels[0].EnsureCapacity(_levels[0].Count + (_levels[0].Count < count ? count : 0));
        for (int i = 0; i < count; i++)
        {
            _levels[0][indices[i]] = roots[i];
        }

        for (int level = 0; level < Height; level++)
        {
            int parents = 0;
            for (int i = 0; i < count; i++)
            {
                ulong parent = indices[i] >> 1;
                if (parents == 0 || indices[parents - 1] != parent)
                {
                    indices[parents] = parent;
                    pairs[2 * parents] = Node(level, parent << 1);
                    pairs[2 * parents + 1] = Node(level, (parent << 1) | 1);
                    parents++;
                }
            }

            Keccak256.HashPairs(pairs.AsSpan(0, 2 * parents), pairs.AsSpan(0, parents));
            for (int i = 0; i < parents; i++)
            {
                _levels[level + 1][indices[i]] = pairs[i];
            }

            count = parents;
        }
    }

    /// <summary>Writes the siblings of a page's root, bottom up: <see cref="Height"/> values.</summary>
    public void Siblings(ulong page, Span<Hash32> siblings)
    {
        for (int level = 0; level < Height; level++)
        {
            siblings[level] = Node(level, (page >> level) ^ 1);
        }
    }

    private Hash32 Node(int level, ulong index)
    {
        ref Hash32 node = ref CollectionsMarshal.GetValueRefOrNullRef(_levels[level], index);
        return System.Runtime.CompilerServices.Unsafe.IsNullRef(ref node) ? ZeroHashes.Of(PageHasher.Levels + level) : node;
    }
}
