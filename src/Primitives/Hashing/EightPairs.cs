using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gavel.Primitives;

/// <summary>Pairs eight at a time with AVX-512: element <c>i</c> of every vector belongs to message <c>i</c>, which is one vector long.</summary>
internal static class EightPairs
{
    private const int Width = 8;

    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<Hash32> children, Span<Hash32> parents)
    {
        while (parents.Length >= Width)
        {
            Group(ref MemoryMarshal.GetReference(children), ref MemoryMarshal.GetReference(parents));
            children = children[(2 * Width)..];
            parents = parents[Width..];
        }

        if (parents.Length <= Width / 2)
        {
            FourPairs<Avx512VlLanes>.Hash(children, parents);
            return;
        }

        Span<Hash32> filled = stackalloc Hash32[2 * Width];
        filled[children.Length..].Clear();
        children.CopyTo(filled);
        Group(ref MemoryMarshal.GetReference(filled), ref MemoryMarshal.GetReference(filled));
        filled[..parents.Length].CopyTo(parents);
    }

    /// <summary>Reads 16 children and then writes 8 parents; the callers guarantee that both are there.</summary>
    [SkipLocalsInit]
    private static void Group(ref Hash32 children, ref Hash32 parents)
    {
        KeccakState<Vector512<ulong>> state;
        Unsafe.SkipInit(out state);
        LoadTransposed(ref Unsafe.As<Hash32, byte>(ref children), ref state);
        for (int i = 8; i < KeccakState<Vector512<ulong>>.Lanes; i++)
        {
            state[i] = Vector512<ulong>.Zero;
        }

        state[8] = Vector512.Create(PairPadding.First);
        state[16] = Vector512.Create(PairPadding.Last);
        KeccakPermutation<Vector512<ulong>, Avx512Lanes>.Run(ref state);
        StoreTransposed(ref Unsafe.As<Hash32, byte>(ref parents), ref state);
    }

    /// <summary>Eight rows of eight words become lanes 0 to 7: first within pairs of rows, then by blocks of two words.</summary>
    private static void LoadTransposed(ref byte input, ref KeccakState<Vector512<ulong>> state)
    {
        Vector512<ulong> r0 = Row(ref input, 0);
        Vector512<ulong> r1 = Row(ref input, 1);
        Vector512<ulong> r2 = Row(ref input, 2);
        Vector512<ulong> r3 = Row(ref input, 3);
        Vector512<ulong> r4 = Row(ref input, 4);
        Vector512<ulong> r5 = Row(ref input, 5);
        Vector512<ulong> r6 = Row(ref input, 6);
        Vector512<ulong> r7 = Row(ref input, 7);
        (state[0], state[2], state[4], state[6]) = TransposeBlocks(
            Avx512F.UnpackLow(r0, r1), Avx512F.UnpackLow(r2, r3), Avx512F.UnpackLow(r4, r5), Avx512F.UnpackLow(r6, r7));
        (state[1], state[3], state[5], state[7]) = TransposeBlocks(
            Avx512F.UnpackHigh(r0, r1), Avx512F.UnpackHigh(r2, r3), Avx512F.UnpackHigh(r4, r5), Avx512F.UnpackHigh(r6, r7));
    }

    /// <summary>Lanes 0 to 3 become eight parents of four words, two to a vector.</summary>
    private static void StoreTransposed(ref byte output, ref KeccakState<Vector512<ulong>> state)
    {
        (Vector512<ulong> p01, Vector512<ulong> p23, Vector512<ulong> p45, Vector512<ulong> p67) = TransposeBlocks(
            Avx512F.UnpackLow(state[0], state[1]),
            Avx512F.UnpackLow(state[2], state[3]),
            Avx512F.UnpackHigh(state[0], state[1]),
            Avx512F.UnpackHigh(state[2], state[3]));
        Unsafe.WriteUnaligned(ref output, p01);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref output, 64), p23);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref output, 128), p45);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref output, 192), p67);
    }

    private static Vector512<ulong> Row(ref byte input, int row) =>
        Unsafe.ReadUnaligned<Vector512<ulong>>(ref Unsafe.Add(ref input, 64 * row));

    /// <summary>A matrix of 4 x 4 blocks of two words is transposed.</summary>
    private static (Vector512<ulong> C0, Vector512<ulong> C1, Vector512<ulong> C2, Vector512<ulong> C3) TransposeBlocks(
        Vector512<ulong> r0, Vector512<ulong> r1, Vector512<ulong> r2, Vector512<ulong> r3)
    {
        const byte Even = 0b10_00_10_00; // blocks 0 and 2 of either input
        const byte Odd = 0b11_01_11_01;
        const byte Halves = 0b01_00_01_00;
        const byte UpperHalves = 0b11_10_11_10;
        Vector512<ulong> low01 = Avx512F.Shuffle4x128(r0, r1, Halves); // r0[0] r0[1] r1[0] r1[1]
        Vector512<ulong> low23 = Avx512F.Shuffle4x128(r2, r3, Halves);
        Vector512<ulong> high01 = Avx512F.Shuffle4x128(r0, r1, UpperHalves);
        Vector512<ulong> high23 = Avx512F.Shuffle4x128(r2, r3, UpperHalves);
        return (
            Avx512F.Shuffle4x128(low01, low23, Even),
            Avx512F.Shuffle4x128(low01, low23, Odd),
            Avx512F.Shuffle4x128(high01, high23, Even),
            Avx512F.Shuffle4x128(high01, high23, Odd));
    }
}
