using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gavel.Primitives;

/// <summary>Pairs four at a time: element <c>i</c> of every vector belongs to message <c>i</c>. Needs AVX2 for the transposition.</summary>
internal static class FourPairs<TLanes>
    where TLanes : struct, IKeccakLanes<Vector256<ulong>>
{
    private const int Width = 4;

    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<Hash32> children, Span<Hash32> parents)
    {
        while (parents.Length >= Width)
        {
            Group(ref MemoryMarshal.GetReference(children), ref MemoryMarshal.GetReference(parents));
            children = children[(2 * Width)..];
            parents = parents[Width..];
        }

        if (parents.Length == 1)
        {
            PortablePairs.Hash(children, parents);
        }
        else if (parents.Length > 1)
        {
            // A whole group costs less than two single ones: what fills it up is hashed and dropped.
            Span<Hash32> filled = stackalloc Hash32[2 * Width];
            filled[children.Length..].Clear();
            children.CopyTo(filled);
            Group(ref MemoryMarshal.GetReference(filled), ref MemoryMarshal.GetReference(filled));
            filled[..parents.Length].CopyTo(parents);
        }
    }

    /// <summary>Reads 8 children and then writes 4 parents; the callers guarantee that both are there.</summary>
    [SkipLocalsInit]
    private static void Group(ref Hash32 children, ref Hash32 parents)
    {
        KeccakState<Vector256<ulong>> state;
        Unsafe.SkipInit(out state);
        ref Vector256<ulong> input = ref Unsafe.As<Hash32, Vector256<ulong>>(ref children);
        (state[0], state[1], state[2], state[3]) = Transpose(
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 0)),
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 2)),
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 4)),
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 6)));
        (state[4], state[5], state[6], state[7]) = Transpose(
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 1)),
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 3)),
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 5)),
            Unsafe.ReadUnaligned<Vector256<ulong>>(ref Byte(ref input, 7)));
        for (int i = 8; i < KeccakState<Vector256<ulong>>.Lanes; i++)
        {
            state[i] = Vector256<ulong>.Zero;
        }

        state[8] = Vector256.Create(PairPadding.First);
        state[16] = Vector256.Create(PairPadding.Last);
        KeccakPermutation<Vector256<ulong>, TLanes>.Run(ref state);

        ref Vector256<ulong> output = ref Unsafe.As<Hash32, Vector256<ulong>>(ref parents);
        (Vector256<ulong> p0, Vector256<ulong> p1, Vector256<ulong> p2, Vector256<ulong> p3) =
            Transpose(state[0], state[1], state[2], state[3]);
        Unsafe.WriteUnaligned(ref Byte(ref output, 0), p0);
        Unsafe.WriteUnaligned(ref Byte(ref output, 1), p1);
        Unsafe.WriteUnaligned(ref Byte(ref output, 2), p2);
        Unsafe.WriteUnaligned(ref Byte(ref output, 3), p3);
    }

    private static ref byte Byte(ref Vector256<ulong> start, int index) =>
        ref Unsafe.As<Vector256<ulong>, byte>(ref Unsafe.Add(ref start, index));

    /// <summary>Rows of four words become columns.</summary>
    private static (Vector256<ulong> C0, Vector256<ulong> C1, Vector256<ulong> C2, Vector256<ulong> C3) Transpose(
        Vector256<ulong> r0, Vector256<ulong> r1, Vector256<ulong> r2, Vector256<ulong> r3)
    {
        Vector256<ulong> low01 = Avx2.UnpackLow(r0, r1);
        Vector256<ulong> high01 = Avx2.UnpackHigh(r0, r1);
        Vector256<ulong> low23 = Avx2.UnpackLow(r2, r3);
        Vector256<ulong> high23 = Avx2.UnpackHigh(r2, r3);
        return (
            Avx2.Permute2x128(low01, low23, 0x20),
            Avx2.Permute2x128(high01, high23, 0x20),
            Avx2.Permute2x128(low01, low23, 0x31),
            Avx2.Permute2x128(high01, high23, 0x31));
    }
}
