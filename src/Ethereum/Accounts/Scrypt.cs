using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gavel.Ethereum;

/// <summary>The key derivation scrypt (RFC 7914), written as the RFC states it.</summary>
internal static class Scrypt
{
    /// <summary>The most memory that parameters may ask for: four times what the usual keystore does (N = 2^18, r = 8).</summary>
    public const long MaxMemory = 1L << 30;

    /// <summary>The most work, as N * r * p: sixteen times the usual keystore's.</summary>
    public const long MaxWork = 1L << 25;

    /// <summary>Says what is wrong with parameters, or null if they are good and within the limits.</summary>
    public static string? Problem(long n, long r, long p)
    {
        if (n < 2 || !BitOperations.IsPow2(n) || n > 1L << 30)
        {
            return $"n is {n}; it is a power of two of at least 2";
        }

        if (r is < 1 or > 1 << 20 || p is < 1 or > 1 << 20)
        {
            return $"r is {r} and p is {p}; both are at least 1";
        }

        long memory = 128 * r * (n + p);
        return memory > MaxMemory ? $"n, r and p ask for {memory} bytes of memory; at most {MaxMemory} are given"
            : n * r * p > MaxWork ? $"n * r * p is {n * r * p}; at most {MaxWork} is worked through"
            : null;
    }

    /// <summary>Derives a key; the parameters have no <see cref="Problem"/>. All working memory is cleared.</summary>
    public static void DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, Span<byte> key)
    {
        byte[] blocks = GC.AllocateUninitializedArray<byte>(p * 128 * r, pinned: true);
        uint[] table = GC.AllocateUninitializedArray<uint>(checked(n * 32 * r), pinned: true);
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(password, salt, blocks, 1, HashAlgorithmName.SHA256);
            for (int i = 0; i < p; i++)
            {
                RoMix(blocks.AsSpan(i * 128 * r, 128 * r), n, table);
            }

            Rfc2898DeriveBytes.Pbkdf2(password, blocks, key, 1, HashAlgorithmName.SHA256);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(blocks);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(table.AsSpan()));
        }
    }

    private static void RoMix(Span<byte> block, int n, uint[] table)
    {
        int words = block.Length / 4;
        uint[] x = GC.AllocateUninitializedArray<uint>(words, pinned: true);
        uint[] y = GC.AllocateUninitializedArray<uint>(words, pinned: true);
        for (int i = 0; i < words; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        }

        for (int i = 0; i < n; i++)
        {
            x.CopyTo(table, i * words);
            BlockMix(x, y);
            (x, y) = (y, x);
        }

        for (int i = 0; i < n; i++)
        {
            int j = (int)(x[words - 16] & (uint)(n - 1));
            ReadOnlySpan<uint> row = table.AsSpan(j * words, words);
            for (int k = 0; k < words; k++)
            {
                x[k] ^= row[k];
            }

            BlockMix(x, y);
            (x, y) = (y, x);
        }

        for (int i = 0; i < words; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], x[i]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(x.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(y.AsSpan()));
    }

    // Even blocks go to the first half of the result, odd ones to the second.
    private static void BlockMix(ReadOnlySpan<uint> from, Span<uint> to)
    {
        Span<uint> x = stackalloc uint[16];
        from[^16..].CopyTo(x);
        int blocks = from.Length / 16;
        for (int i = 0; i < blocks; i++)
        {
            ReadOnlySpan<uint> block = from.Slice(16 * i, 16);
            for (int k = 0; k < 16; k++)
            {
                x[k] ^= block[k];
            }

            Salsa(x);
            x.CopyTo(to[(16 * ((i / 2) + (i % 2 * (blocks / 2))))..]);
        }
    }

    // Salsa20/8.
    private static void Salsa(Span<uint> block)
    {
        uint x0 = block[0], x1 = block[1], x2 = block[2], x3 = block[3], x4 = block[4], x5 = block[5], x6 = block[6], x7 = block[7];
        uint x8 = block[8], x9 = block[9], x10 = block[10], x11 = block[11], x12 = block[12], x13 = block[13], x14 = block[14], x15 = block[15];
        for (int round = 0; round < 4; round++)
        {
            Quarter(ref x0, ref x4, ref x8, ref x12);
            Quarter(ref x5, ref x9, ref x13, ref x1);
            Quarter(ref x10, ref x14, ref x2, ref x6);
            Quarter(ref x15, ref x3, ref x7, ref x11);
            Quarter(ref x0, ref x1, ref x2, ref x3);
            Quarter(ref x5, ref x6, ref x7, ref x4);
            Quarter(ref x10, ref x11, ref x8, ref x9);
            Quarter(ref x15, ref x12, ref x13, ref x14);
        }

        ReadOnlySpan<uint> mixed = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15];
        for (int i = 0; i < 16; i++)
        {
            block[i] = unchecked(block[i] + mixed[i]);
        }
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        unchecked
        {
            b ^= BitOperations.RotateLeft(a + d, 7);
            c ^= BitOperations.RotateLeft(b + a, 9);
            d ^= BitOperations.RotateLeft(c + b, 13);
            a ^= BitOperations.RotateLeft(d + c, 18);
        }
    }
}
