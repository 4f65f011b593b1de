using System.Runtime.InteropServices;

namespace Gavel.Primitives;

/// <summary>A 20-byte account address, shown with the mixed-case checksum of EIP-55.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size, Pack = 4)]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 20;

    private readonly uint _w0;
    private readonly uint _w1;
    private readonly uint _w2;
    private readonly uint _w3;
    private readonly uint _w4;

    /// <summary>Takes exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">The length is not 20.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"an address cannot be made of {bytes.Length} bytes", nameof(bytes));
        }

        this = MemoryMarshal.Read<Address>(bytes);
    }

    /// <summary>The zero address: "nobody" in <c>counteredBy</c>, "create" in a transaction's target.</summary>
    public static Address Zero => default;

    /// <summary>True for 20 zero bytes.</summary>
    public bool IsZero => (_w0 | _w1 | _w2 | _w3 | _w4) == 0;

    /// <summary>The bytes of an address that is held in a variable or array element; the span lives as long as that place.</summary>
    public static ReadOnlySpan<byte> BytesOf(ref readonly Address address) =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in address, 1));

    /// <summary>Reads <c>0x</c> and 40 hex digits. Text of mixed case must carry the right EIP-55 checksum; text of one case carries none.</summary>
    /// <exception cref="FormatException">Any other text, or a wrong checksum (the message gives the right one).</exception>
    public static Address Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Hex.Decode(text, bytes);
        Address address = new(bytes);
        ReadOnlySpan<char> digits = Hex.Digits(text);
        bool mixed = digits.IndexOfAnyInRange('a', 'f') >= 0 && digits.IndexOfAnyInRange('A', 'F') >= 0;
        string right = mixed ? address.ToString() : text;
        return !mixed || digits.SequenceEqual(right.AsSpan(2))
            ? address
            : throw new FormatException($"address {text} has a wrong checksum; if the address is right, it is written {right}");
    }

    /// <summary>A copy of the 20 bytes.</summary>
    public byte[] ToArray() => BytesOf(in this).ToArray();

    /// <summary>Writes the 20 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => BytesOf(in this).CopyTo(destination);

    /// <inheritdoc/>
    public bool Equals(Address other) =>
        _w0 == other._w0 && _w1 == other._w1 && _w2 == other._w2 && _w3 == other._w3 && _w4 == other._w4;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_w0, _w1, _w2, _w3, _w4);

    /// <summary>Orders as big-endian numbers.</summary>
    public int CompareTo(Address other) => BytesOf(in this).SequenceCompareTo(BytesOf(in other));

    /// <summary>The EIP-55 form.</summary>
    public override string ToString()
    {
        Span<byte> lower = stackalloc byte[2 * Size];
        Convert.TryToHexStringLower(BytesOf(in this), lower, out _);
        Hash32 hash = Keccak256.Hash(lower);
        ReadOnlySpan<byte> nibbles = Hash32.BytesOf(in hash);
        Span<char> text = stackalloc char[2 + 2 * Size];
        "0x".CopyTo(text);
        for (int i = 0; i < lower.Length; i++)
        {
            int nibble = (nibbles[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15;
            char digit = (char)lower[i];
            text[2 + i] = nibble >= 8 ? char.ToUpperInvariant(digit) : digit;
        }

        return new string(text);
    }

    /// <inheritdoc cref="Equals(Address)"/>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <inheritdoc cref="Equals(Address)"/>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
