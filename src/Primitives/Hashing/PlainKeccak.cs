using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Gavel.Primitives;

/// <summary>
/// Keccak-256 of one block in loops, as the reference describes it. No product code calls it: it is what the kernels are tested against and
/// what the benchmark calls plain scalar.
/// </summary>
internal static class PlainKeccak
{
    public static Hash32 HashPair(Hash32 left, Hash32 right)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        for (int i = 0; i < 4; i++)
        {
            state[i] = BinaryPrimitives.ReadUInt64LittleEndian(Hash32.BytesOf(in left)[(8 * i)..]);
            state[4 + i] = BinaryPrimitives.ReadUInt64LittleEndian(Hash32.BytesOf(in right)[(8 * i)..]);
        }

        state[8] = PairPadding.First;
        state[16] = PairPadding.Last;
        Permute(state);
        return Keccak256.Squeeze(state);
    }

    /// <summary>Keccak-f[1600] on 25 lanes in the order x + 5y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Permute(Span<ulong> a)
    {
        Span<ulong> c = stackalloc ulong[5];
        for (int round = 0; round < 24; round++)
        {
            for (int x = 0; x < 5; x++)
            {
                c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            }

            for (int x = 0; x < 5; x++)
            {
                ulong d = c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                for (int y = 0; y < 25; y += 5)
                {
                    a[x + y] ^= d;
                }
            }

            ulong moving = a[1];
            for (int i = 0; i < 24; i++)
            {
                int to = PiLane[i];
                ulong kept = a[to];
                a[to] = BitOperations.RotateLeft(moving, RhoOffset[i]);
                moving = kept;
            }

            for (int y = 0; y < 25; y += 5)
            {
                a.Slice(y, 5).CopyTo(c);
                for (int x = 0; x < 5; x++)
                {
                    a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
                }
            }

            a[0] ^= Keccak256.RoundConstants[round];
        }
    }

    private static ReadOnlySpan<int> PiLane => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    private static ReadOnlySpan<int> RhoOffset => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
}
