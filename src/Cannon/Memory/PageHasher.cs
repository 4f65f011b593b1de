using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>Roots of whole pages: 128 leaves of 32 bytes, seven levels, hashed level by level over several pages at once so that lanes stay full.</summary>
internal static class PageHasher
{
    /// <summary>Pages that share a level's batch: enough that the last level fills eight lanes.</summary>
    public const int Batch = 8;

    private const int Leaves = PagedMemory.PageSize / Hash32.Size;

    /// <summary>Levels between a leaf and the root of its page.</summary>
    public const int Levels = 7;

    /// <summary>The root of each page; pages lie anywhere and hold <see cref="PagedMemory.PageSize"/> bytes.</summary>
    public static unsafe void Roots(ReadOnlySpan<nint> pages, Span<Hash32> roots)
    {
        Hash32[] nodes = new Hash32[Batch * Leaves / 2];
        for (int first = 0; first < pages.Length; first += Batch)
        {
            int count = Math.Min(Batch, pages.Length - first);
            int width = Leaves / 2;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> bytes = new((void*)pages[first + i], PagedMemory.PageSize);
                Keccak256.HashPairs(MemoryMarshal.Cast<byte, Hash32>(bytes), nodes.AsSpan(i * width, width));
            }

            // Pages of one batch lie side by side, so every level is one call over all of them.
            for (int total = count * width; total > count; total /= 2)
            {
                Keccak256.HashPairs(nodes.AsSpan(0, total), nodes.AsSpan(0, total / 2));
            }

            nodes.AsSpan(0, count).CopyTo(roots[first..]);
        }
    }

    /// <summary>Writes the leaf that holds a byte of the page and its siblings up to the page's root (exclusive): 8 values.</summary>
    public static void Proof(ReadOnlySpan<byte> page, int offset, Span<Hash32> proof)
    {
        Hash32[] nodes = MemoryMarshal.Cast<byte, Hash32>(page).ToArray();
        int index = offset / Hash32.Size;
        proof[0] = nodes[index];
        for (int level = 0; level < Levels; level++)
        {
            int width = Leaves >> level;
            proof[1 + level] = nodes[index ^ 1];
            Keccak256.HashPairs(nodes.AsSpan(0, width), nodes.AsSpan(0, width / 2));
            index /= 2;
        }
    }
}
