using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Gavel.Ethereum;

/// <summary>Keccak-256 with the padding that Ethereum uses (the one of before FIPS 202).</summary>
public static class Keccak256
{
    /// <summary>Bytes absorbed by one permutation.</summary>
    public const int Rate = 136;

    /// <summary>Hash of no bytes.</summary>
    public static Hash32 Empty { get; } = Hash([]);

    /// <summary>Hash of a whole message.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> message)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        while (message.Length >= Rate)
        {
            Absorb(state, message[..Rate]);
            message = message[Rate..];
        }

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        message.CopyTo(last);
        last[message.Length] = 1;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        return Squeeze(state);
    }

    /// <summary>Hash of two values, one after the other: a node of a binary Merkle tree.</summary>
    public static Hash32 HashPair(Hash32 left, Hash32 right)
    {
        Span<Hash32> pair = [left, right];
        return Hash(MemoryMarshal.AsBytes(pair));
    }

    /// <summary>Hashes pairs: <c>parents[i] = keccak(children[2i] ++ children[2i + 1])</c>. Parents may overwrite the children in place.</summary>
    /// <exception cref="ArgumentException">The children are not twice as many as the parents.</exception>
    public static void HashPairs(ReadOnlySpan<Hash32> children, Span<Hash32> parents)
    {
        if (children.Length != 2 * parents.Length)
        {
            throw new ArgumentException($"{children.Length} children cannot make {parents.Length} parents", nameof(parents));
        }

        for (int i = 0; i < parents.Length; i++)
        {
            parents[i] = HashPair(children[2 * i], children[2 * i + 1]);
        }
    }

    internal static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < Rate / 8; i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        Permute(state);
    }

    internal static Hash32 Squeeze(ReadOnlySpan<ulong> state)
    {
        Span<byte> result = stackalloc byte[Hash32.Size];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(result[(8 * i)..], state[i]);
        }

        return new Hash32(result);
    }

    /// <summary>Keccak-f[1600] on 25 lanes in the order x + 5y.</summary>
    internal static void Permute(Span<ulong> a)
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

            a[0] ^= RoundConstants[round];
        }
    }

    private static ReadOnlySpan<int> PiLane => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    private static ReadOnlySpan<int> RhoOffset => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    internal static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];
}
