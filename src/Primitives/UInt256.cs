using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Gavel.Primitives;

/// <summary>
/// An exact unsigned 256-bit number: wei amounts and ABI words. Arithmetic is checked: a result outside 0 … 2^256 - 1 throws
/// <see cref="OverflowException"/> and never wraps, since a wrapped amount of wei is a lost one.
/// </summary>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>, IFormattable
{
    /// <summary>Bytes in the big-endian form.</summary>
    public const int Size = 32;

    private readonly ulong _u0; // least significant
    private readonly ulong _u1;
    private readonly ulong _u2;
    private readonly ulong _u3;

    /// <summary>From four 64-bit limbs, most significant first.</summary>
    public UInt256(ulong u3, ulong u2, ulong u1, ulong u0)
    {
        _u3 = u3;
        _u2 = u2;
        _u1 = u1;
        _u0 = u0;
    }

    /// <summary>From at most 32 big-endian bytes; leading zeros may be left out.</summary>
    /// <exception cref="ArgumentException">More than 32 bytes.</exception>
    public UInt256(ReadOnlySpan<byte> bigEndian)
    {
        if (bigEndian.Length > Size)
        {
            throw new ArgumentException($"a 256-bit number cannot be made of {bigEndian.Length} bytes", nameof(bigEndian));
        }

        Span<byte> word = stackalloc byte[Size];
        word.Clear();
        bigEndian.CopyTo(word[(Size - bigEndian.Length)..]);
        _u3 = BinaryPrimitives.ReadUInt64BigEndian(word);
        _u2 = BinaryPrimitives.ReadUInt64BigEndian(word[8..]);
        _u1 = BinaryPrimitives.ReadUInt64BigEndian(word[16..]);
        _u0 = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
    }

    /// <summary>0.</summary>
    public static UInt256 Zero => default;

    /// <summary>1.</summary>
    public static UInt256 One => new(0, 0, 0, 1);

    /// <summary>2^256 - 1.</summary>
    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>True for 0.</summary>
    public bool IsZero => (_u0 | _u1 | _u2 | _u3) == 0;

    /// <summary>Reads a decimal number, or a hexadecimal one with the prefix <c>0x</c>.</summary>
    /// <exception cref="FormatException">Any other text, or a number of more than 256 bits.</exception>
    public static UInt256 Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ParseHex(text);
        }

        // 78 decimal digits hold 2^256 - 1; a longer text is refused before it costs anything.
        return text.Length is > 0 and <= 78
            && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger value)
            && value <= MaxValue.ToBigInteger()
                ? FromBigInteger(value)
                : throw new FormatException($"not an unsigned number of at most 256 bits: {Hex.Shown(text)}");
    }

    /// <summary>Reads a JSON-RPC quantity: <c>0x</c> and 1 to 64 hex digits.</summary>
    /// <exception cref="FormatException">Any other text.</exception>
    public static UInt256 ParseHex(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> digits = Hex.Digits(text);
        Span<char> padded = stackalloc char[2 * Size];
        padded.Fill('0');
        if (digits.Length is 0 or > 2 * Size)
        {
            throw new FormatException($"not a quantity of at most 256 bits: {Hex.Shown(text)}");
        }

        digits.CopyTo(padded[(padded.Length - digits.Length)..]);
        Span<byte> bytes = stackalloc byte[Size];
        return Convert.FromHexString(padded, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? new UInt256(bytes)
            : throw new FormatException($"not hex: {Hex.Shown(text)}");
    }

    /// <summary>Writes 32 big-endian bytes to the start of <paramref name="destination"/>.</summary>
    public void WriteBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _u3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _u2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _u1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _u0);
    }

    /// <summary>The big-endian bytes without leading zeros; 0 gives none. This is how RLP writes numbers.</summary>
    public byte[] ToMinimalBigEndian()
    {
        Span<byte> word = stackalloc byte[Size];
        WriteBigEndian(word);
        int start = word.IndexOfAnyExcept((byte)0);
        return start < 0 ? [] : word[start..].ToArray();
    }

    /// <summary>The number as an unbounded integer, for ratios and reports.</summary>
    public BigInteger ToBigInteger()
    {
        Span<byte> word = stackalloc byte[Size];
        WriteBigEndian(word);
        return new BigInteger(word, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>From an unbounded integer.</summary>
    /// <exception cref="OverflowException">Negative or of more than 256 bits.</exception>
    public static UInt256 FromBigInteger(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return value.Sign >= 0 && value.TryWriteBytes(bytes, out int written, isUnsigned: true, isBigEndian: true)
            ? new UInt256(bytes[..written])
            : throw new OverflowException($"{value} is outside of 0 … 2^256 - 1");
    }

    /// <summary>The value as 64 bits, if it fits.</summary>
    public bool TryToUInt64(out ulong value)
    {
        value = _u0;
        return (_u1 | _u2 | _u3) == 0;
    }

    /// <summary>Widening from 64 bits.</summary>
    public static implicit operator UInt256(ulong value) => new(0, 0, 0, value);

    /// <summary>Widening from 128 bits.</summary>
    public static implicit operator UInt256(UInt128 value) => new(0, 0, (ulong)(value >> 64), (ulong)value);

    /// <summary>Narrowing to 64 bits; throws <see cref="OverflowException"/> when it does not fit.</summary>
    public static explicit operator ulong(UInt256 value) =>
        value.TryToUInt64(out ulong result) ? result : throw new OverflowException($"{value} does not fit 64 bits");

    /// <summary>Narrowing to 128 bits; throws <see cref="OverflowException"/> when it does not fit.</summary>
    public static explicit operator UInt128(UInt256 value) =>
        (value._u2 | value._u3) == 0 ? new UInt128(value._u1, value._u0) : throw new OverflowException($"{value} does not fit 128 bits");

    /// <summary>Checked sum.</summary>
    public static UInt256 operator +(UInt256 left, UInt256 right)
    {
        UInt128 sum = (UInt128)left._u0 + right._u0;
        ulong r0 = (ulong)sum;
        sum = (sum >> 64) + left._u1 + right._u1;
        ulong r1 = (ulong)sum;
        sum = (sum >> 64) + left._u2 + right._u2;
        ulong r2 = (ulong)sum;
        sum = (sum >> 64) + left._u3 + right._u3;
        return sum >> 64 == 0 ? new UInt256((ulong)sum, r2, r1, r0) : throw new OverflowException($"{left} + {right} exceeds 2^256 - 1");
    }

    /// <summary>Checked difference.</summary>
    public static UInt256 operator -(UInt256 left, UInt256 right)
    {
        if (left < right)
        {
            throw new OverflowException($"{left} - {right} is below 0");
        }

        UInt128 low = new UInt128(left._u1, left._u0) - new UInt128(right._u1, right._u0);
        UInt128 high = new UInt128(left._u3, left._u2) - new UInt128(right._u3, right._u2);
        high -= new UInt128(left._u1, left._u0) < new UInt128(right._u1, right._u0) ? 1u : 0u;
        return new UInt256((ulong)(high >> 64), (ulong)high, (ulong)(low >> 64), (ulong)low);
    }

    /// <summary>Checked product.</summary>
    public static UInt256 operator *(UInt256 left, UInt256 right) => FromBigInteger(left.ToBigInteger() * right.ToBigInteger());

    /// <summary>Quotient, rounded down.</summary>
    public static UInt256 operator /(UInt256 left, UInt256 right) => FromBigInteger(left.ToBigInteger() / right.ToBigInteger());

    /// <summary>Remainder.</summary>
    public static UInt256 operator %(UInt256 left, UInt256 right) => FromBigInteger(left.ToBigInteger() % right.ToBigInteger());

    /// <inheritdoc/>
    public int CompareTo(UInt256 other)
    {
        int order = _u3.CompareTo(other._u3);
        order = order != 0 ? order : _u2.CompareTo(other._u2);
        order = order != 0 ? order : _u1.CompareTo(other._u1);
        return order != 0 ? order : _u0.CompareTo(other._u0);
    }

    /// <inheritdoc/>
    public bool Equals(UInt256 other) => _u0 == other._u0 && _u1 == other._u1 && _u2 == other._u2 && _u3 == other._u3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_u0, _u1, _u2, _u3);

    /// <summary>Decimal digits.</summary>
    public override string ToString() => ToBigInteger().ToString(CultureInfo.InvariantCulture);

    /// <summary>Formats as <see cref="BigInteger"/> does.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToBigInteger().ToString(format, formatProvider);

    /// <summary>A JSON-RPC quantity: <c>0x</c> and no leading zeros.</summary>
    public string ToQuantity()
    {
        byte[] bytes = ToMinimalBigEndian();
        return bytes.Length == 0 ? "0x0" : string.Concat("0x", Convert.ToHexStringLower(bytes).AsSpan(bytes[0] < 16 ? 1 : 0));
    }

    /// <inheritdoc cref="Equals(UInt256)"/>
    public static bool operator ==(UInt256 left, UInt256 right) => left.Equals(right);

    /// <inheritdoc cref="Equals(UInt256)"/>
    public static bool operator !=(UInt256 left, UInt256 right) => !left.Equals(right);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;
}
