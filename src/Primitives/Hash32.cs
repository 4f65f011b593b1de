using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gavel.Primitives;

/// <summary>
/// A 32-byte value: a hash, an output root, a claim, a storage slot. The bytes are held in their order in memory, so that an array of
/// these is a flat array of bytes that hash kernels read directly.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct Hash32 : IEquatable<Hash32>, IComparable<Hash32>
{
    /// <summary>Bytes in a value.</summary>
    public const int Size = 32;

    private readonly ulong _w0;
    private readonly ulong _w1;
    private readonly ulong _w2;
    private readonly ulong _w3;

    /// <summary>Takes exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">The length is not 32.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a 32-byte value cannot be made of {bytes.Length} bytes", nameof(bytes));
        }

        this = MemoryMarshal.Read<Hash32>(bytes);
    }

    /// <summary>32 zero bytes.</summary>
    public static Hash32 Zero => default;

    /// <summary>True for 32 zero bytes.</summary>
    public bool IsZero => (_w0 | _w1 | _w2 | _w3) == 0;

    /// <summary>The bytes of a value that is held in a variable or array element; the span lives as long as that place.</summary>
    public static ReadOnlySpan<byte> BytesOf(ref readonly Hash32 hash) =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in hash, 1));

    /// <summary>Reads <c>0x</c> and 64 hex digits.</summary>
    /// <exception cref="FormatException">Any other text.</exception>
    public static Hash32 Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Hex.Decode(text, bytes);
        return new Hash32(bytes);
    }

    /// <summary>The number as 32 big-endian bytes.</summary>
    public static Hash32 FromUInt256(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value.WriteBigEndian(bytes);
        return new Hash32(bytes);
    }

    /// <summary>The value with its first byte replaced: how a VM status or a preimage key type is written into a hash.</summary>
    public Hash32 WithFirstByte(byte value)
    {
        Hash32 copy = this;
        Unsafe.As<Hash32, byte>(ref copy) = value;
        return copy;
    }

    /// <summary>The first byte: a VM status in a state claim, the type in a preimage key.</summary>
    public byte FirstByte
    {
        get
        {
            Hash32 copy = this;
            return Unsafe.As<Hash32, byte>(ref copy);
        }
    }

    /// <summary>The value as a number, read big-endian.</summary>
    public UInt256 ToUInt256() => new(BytesOf(in this));

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => BytesOf(in this).ToArray();

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => BytesOf(in this).CopyTo(destination);

    /// <inheritdoc/>
    public bool Equals(Hash32 other) => _w0 == other._w0 && _w1 == other._w1 && _w2 == other._w2 && _w3 == other._w3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hash32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_w0, _w1, _w2, _w3);

    /// <summary>Orders as big-endian numbers.</summary>
    public int CompareTo(Hash32 other)
    {
        int order = Number(_w0).CompareTo(Number(other._w0));
        order = order != 0 ? order : Number(_w1).CompareTo(Number(other._w1));
        order = order != 0 ? order : Number(_w2).CompareTo(Number(other._w2));
        return order != 0 ? order : Number(_w3).CompareTo(Number(other._w3));

        static ulong Number(ulong word) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(word) : word;
    }

    /// <summary><c>0x</c> and 64 lower-case hex digits.</summary>
    public override string ToString() => Hex.Encode(BytesOf(in this));

    /// <inheritdoc cref="Equals(Hash32)"/>
    public static bool operator ==(Hash32 left, Hash32 right) => left.Equals(right);

    /// <inheritdoc cref="Equals(Hash32)"/>
    public static bool operator !=(Hash32 left, Hash32 right) => !left.Equals(right);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Hash32 left, Hash32 right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Hash32 left, Hash32 right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Hash32 left, Hash32 right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Hash32 left, Hash32 right) => left.CompareTo(right) >= 0;
}
