using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gavel.Primitives;

/// <summary>The five operations that the permutation is made of, on one lane of one or more states at a time.</summary>
internal interface IKeccakLanes<T>
    where T : struct
{
    static abstract T Create(ulong value);

    static abstract T Xor(T a, T b);

    static abstract T Xor3(T a, T b, T c);

    /// <summary><c>a ^ (~b &amp; c)</c>.</summary>
    static abstract T Chi(T a, T b, T c);

    static abstract T Rotate(T a, [ConstantExpected] byte bits);
}

/// <summary>One state in general registers; runs everywhere.</summary>
internal readonly struct PortableLanes : IKeccakLanes<ulong>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Create(ulong value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ulong a, ulong b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor3(ulong a, ulong b, ulong c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Chi(ulong a, ulong b, ulong c) => a ^ (~b & c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Rotate(ulong a, [ConstantExpected] byte bits) => BitOperations.RotateLeft(a, bits);
}

/// <summary>Four states with AVX2, which has neither a rotation nor an operation of three inputs.</summary>
internal readonly struct Avx2Lanes : IKeccakLanes<Vector256<ulong>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Create(ulong value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Xor(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor3(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => Avx2.Xor(Avx2.Xor(a, b), c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => Avx2.Xor(a, Avx2.AndNot(b, c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Rotate(Vector256<ulong> a, [ConstantExpected] byte bits) =>
        Avx2.Or(Avx2.ShiftLeftLogical(a, bits), Vector256.ShiftRightLogical(a, 64 - bits));
}

/// <summary>Four states with AVX-512VL: 32 registers, rotations, and any function of three inputs.</summary>
internal readonly struct Avx512VlLanes : IKeccakLanes<Vector256<ulong>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Create(ulong value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Xor(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor3(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        Avx512F.VL.TernaryLogic(a, b, c, TernaryTable.Xor3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        Avx512F.VL.TernaryLogic(a, b, c, TernaryTable.Chi);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Rotate(Vector256<ulong> a, [ConstantExpected] byte bits) => Avx512F.VL.RotateLeft(a, bits);
}

/// <summary>Eight states with AVX-512.</summary>
internal readonly struct Avx512Lanes : IKeccakLanes<Vector512<ulong>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Create(ulong value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.Xor(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor3(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Avx512F.TernaryLogic(a, b, c, TernaryTable.Xor3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Chi(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Avx512F.TernaryLogic(a, b, c, TernaryTable.Chi);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Rotate(Vector512<ulong> a, [ConstantExpected] byte bits) => Avx512F.RotateLeft(a, bits);
}

/// <summary>Truth tables of functions of three bits: bit 4a + 2b + c of the table is the answer for a, b and c.</summary>
internal static class TernaryTable
{
    private const byte A = 0b1111_0000;
    private const byte B = 0b1100_1100;
    private const byte C = 0b1010_1010;

    public const byte Xor3 = A ^ B ^ C;
    public const byte Chi = A ^ (~B & C);
}
