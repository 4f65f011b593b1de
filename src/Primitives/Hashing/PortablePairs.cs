using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Gavel.Primitives;

/// <summary>Pairs one at a time in general registers.</summary>
internal static class PortablePairs
{
    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<Hash32> children, Span<Hash32> parents)
    {
        KeccakState<ulong> state;
        Unsafe.SkipInit(out state);
        for (int i = 0; i < parents.Length; i++)
        {
            Load(ref state, in children[2 * i], in children[(2 * i) + 1]);
            KeccakPermutation<ulong, PortableLanes>.Run(ref state);
            parents[i] = Keccak256.Squeeze(state);
        }
    }

    /// <summary>A message of 64 bytes with its padding fills the state: no block is buffered.</summary>
    internal static void Load(ref KeccakState<ulong> state, ref readonly Hash32 left, ref readonly Hash32 right)
    {
        Span<ulong> lanes = state;
        lanes[8..].Clear();
        for (int i = 0; i < 4; i++)
        {
            lanes[i] = BinaryPrimitives.ReadUInt64LittleEndian(Hash32.BytesOf(in left)[(8 * i)..]);
            lanes[4 + i] = BinaryPrimitives.ReadUInt64LittleEndian(Hash32.BytesOf(in right)[(8 * i)..]);
        }

        lanes[8] = PairPadding.First;
        lanes[16] = PairPadding.Last;
    }
}

/// <summary>The padding of a message of 64 bytes, in lanes 8 and 16.</summary>
internal static class PairPadding
{
    public const ulong First = 1;
    public const ulong Last = 1UL << 63;
}
