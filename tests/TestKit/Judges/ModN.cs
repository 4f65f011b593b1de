using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gavel.TestKit.Judges;

/// <summary>
/// Arithmetic modulo the order of secp256k1 on secret numbers: four 64-bit limbs, the least significant first. No branch, index or length
/// depends on a value.
/// </summary>
public static class ModN
{
    /// <summary>Limbs of a number.</summary>
    public const int Limbs = 4;

    /// <summary>The order n.</summary>
    public static readonly BigInteger Order =
        BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static readonly ulong[] N = ToLimbs(Order);
    private static readonly ulong[] OrderMinusTwo = ToLimbs(Order - 2);
    private static readonly ulong[] One = [1, 0, 0, 0];
    private static readonly ulong[] RSquared = ToLimbs(BigInteger.ModPow(2, 512, Order)); // R = 2^256, Montgomery's radix
    private static readonly ulong NegativeInverse = NegativeInverseOf(N[0]);

    /// <summary>Reads 32 big-endian bytes without reducing them.</summary>
    public static void Read(ReadOnlySpan<byte> bigEndian, Span<ulong> number)
    {
        for (int i = 0; i < Limbs; i++)
        {
            number[i] = BinaryPrimitives.ReadUInt64BigEndian(bigEndian[(8 * (Limbs - 1 - i))..]);
        }
    }

    /// <summary>Writes 32 big-endian bytes.</summary>
    public static void Write(ReadOnlySpan<ulong> number, Span<byte> bigEndian)
    {
        for (int i = 0; i < Limbs; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bigEndian[(8 * (Limbs - 1 - i))..], number[i]);
        }
    }

    /// <summary>Whether a number is in 1 … n - 1. The answer is public, since only a useless number fails.</summary>
    public static bool IsValid(ReadOnlySpan<ulong> number)
    {
        Span<ulong> difference = stackalloc ulong[Limbs];
        ulong below = Subtract(number, N, difference);
        Clear(difference);
        return below == 1 && !IsZero(number);
    }

    /// <summary>Whether a number is 0.</summary>
    public static bool IsZero(ReadOnlySpan<ulong> number) => (number[0] | number[1] | number[2] | number[3]) == 0;

    /// <summary>Takes n off a number of 256 bits if it is n or more.</summary>
    public static void Reduce(Span<ulong> number) => SubtractOrderIf(0, number);

    /// <summary><c>result = left + right mod n</c> for numbers below n; the spans may be the same.</summary>
    public static void Add(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        ulong carry = 0;
        for (int i = 0; i < Limbs; i++)
        {
            UInt128 sum = (UInt128)left[i] + right[i] + carry;
            result[i] = (ulong)sum;
            carry = (ulong)(sum >> 64);
        }

        SubtractOrderIf(carry, result);
    }

    /// <summary><c>result = left * right mod n</c> for numbers below n; the spans may be the same.</summary>
    public static void Multiply(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        Span<ulong> montgomery = stackalloc ulong[Limbs];
        MultiplyMontgomery(left, RSquared, montgomery);
        MultiplyMontgomery(montgomery, right, result);
        Clear(montgomery);
    }

    /// <summary><c>result = 1 / number mod n</c> by Fermat's theorem: the exponent n - 2 is public.</summary>
    public static void Invert(ReadOnlySpan<ulong> number, Span<ulong> result)
    {
        Span<ulong> powerBase = stackalloc ulong[Limbs];
        Span<ulong> power = stackalloc ulong[Limbs];
        MultiplyMontgomery(number, RSquared, powerBase);
        MultiplyMontgomery(One, RSquared, power);
        for (int bit = 255; bit >= 0; bit--)
        {
            MultiplyMontgomery(power, power, power);
            if ((OrderMinusTwo[bit / 64] >> (bit % 64) & 1) == 1)
            {
                MultiplyMontgomery(power, powerBase, power);
            }
        }

        MultiplyMontgomery(power, One, result);
        Clear(powerBase);
        Clear(power);
    }

    /// <summary>Overwrites a number with zeros, for certain.</summary>
    public static void Clear(Span<ulong> number) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(number));

    // left * right / R mod n, limb by limb (CIOS).
    private static void MultiplyMontgomery(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        Span<ulong> t = stackalloc ulong[Limbs + 2];
        t.Clear();
        for (int i = 0; i < Limbs; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < Limbs; j++)
            {
                UInt128 sum = (UInt128)left[j] * right[i] + t[j] + carry;
                t[j] = (ulong)sum;
                carry = (ulong)(sum >> 64);
            }

            UInt128 top = (UInt128)t[Limbs] + carry;
            t[Limbs] = (ulong)top;
            t[Limbs + 1] = (ulong)(top >> 64);

            ulong multiple = unchecked(t[0] * NegativeInverse);
            carry = (ulong)(((UInt128)multiple * N[0] + t[0]) >> 64);
            for (int j = 1; j < Limbs; j++)
            {
                UInt128 sum = (UInt128)multiple * N[j] + t[j] + carry;
                t[j - 1] = (ulong)sum;
                carry = (ulong)(sum >> 64);
            }

            top = (UInt128)t[Limbs] + carry;
            t[Limbs - 1] = (ulong)top;
            t[Limbs] = t[Limbs + 1] + (ulong)(top >> 64);
        }

        t[..Limbs].CopyTo(result);
        SubtractOrderIf(t[Limbs], result);
        Clear(t);
    }

    // Takes n off if the number with its carry is n or more, choosing by a mask.
    private static void SubtractOrderIf(ulong carry, Span<ulong> number)
    {
        Span<ulong> difference = stackalloc ulong[Limbs];
        ulong borrow = Subtract(number, N, difference);
        ulong keep = unchecked(0 - (borrow & (carry ^ 1))); // all ones where the number is below n
        for (int i = 0; i < Limbs; i++)
        {
            number[i] = (number[i] & keep) | (difference[i] & ~keep);
        }

        Clear(difference);
    }

    private static ulong Subtract(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> difference)
    {
        ulong borrow = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong a = left[i], b = right[i];
            ulong d = unchecked(a - b - borrow);
            borrow = ((~a & b) | ((~a | b) & d)) >> 63;
            difference[i] = d;
        }

        return borrow;
    }

    private static ulong[] ToLimbs(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[32];
        UInt256.FromBigInteger(value).WriteBigEndian(bytes);
        ulong[] limbs = new ulong[Limbs];
        Read(bytes, limbs);
        return limbs;
    }

    // -1 / n mod 2^64 by Newton's iteration, each step doubling the right bits.
    private static ulong NegativeInverseOf(ulong low)
    {
        ulong inverse = 1;
        for (int i = 0; i < 6; i++)
        {
            inverse = unchecked(inverse * (2 - low * inverse));
        }

        return unchecked(0 - inverse);
    }
}
