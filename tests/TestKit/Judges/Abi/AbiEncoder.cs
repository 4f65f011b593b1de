using System.Buffers.Binary;
using System.Text;

namespace Gavel.TestKit.Judges;

/// <summary>
/// Writes the members of one tuple in the contract ABI's encoding, in their order: an argument list is a tuple too. Each method writes one
/// member and gives the encoder back. Whether a member is dynamic follows from what is written, so offsets need no declaration.
/// </summary>
public sealed class AbiEncoder
{
    private const int Word = 32;

    private readonly List<(int At, int Offset)> _offsets = [];
    private byte[] _head = new byte[8 * Word];
    private byte[] _tail = [];
    private int _headLength;
    private int _tailLength;
    private int _members;

    /// <summary>What Solidity's <c>abi.encode</c> gives for the members written.</summary>
    public static byte[] Encode(Action<AbiEncoder> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AbiEncoder encoder = new();
        write(encoder);
        byte[] result = new byte[encoder.Length];
        encoder.WriteTo(result);
        return result;
    }

    /// <summary>Bytes written so far.</summary>
    internal int Length => _headLength + _tailLength;

    private bool IsDynamic => _offsets.Count > 0;

    /// <summary><c>uint8</c> … <c>uint256</c>.</summary>
    /// <exception cref="AbiException">The value has more than <paramref name="bits"/> bits.</exception>
    public AbiEncoder UInt(UInt256 value, int bits = 256)
    {
        if (bits < 256 && value > MaxOf(bits))
        {
            throw new AbiException($"arg[{_members}]", $"{value} does not fit uint{bits}");
        }

        value.WriteBigEndian(Member());
        return this;
    }

    /// <summary><c>uint64</c>, or any wider unsigned type.</summary>
    public AbiEncoder UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Member()[24..], value);
        return this;
    }

    /// <summary><c>uint32</c>, or any wider unsigned type.</summary>
    public AbiEncoder UInt32(uint value) => UInt64(value);

    /// <summary><c>uint8</c> or an enumeration.</summary>
    public AbiEncoder UInt8(byte value) => UInt64(value);

    /// <summary><c>uint128</c>: positions, clocks, bonds.</summary>
    public AbiEncoder UInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(Member()[16..], value);
        return this;
    }

    /// <summary><c>bool</c>.</summary>
    public AbiEncoder Bool(bool value) => UInt64(value ? 1UL : 0);

    /// <summary><c>address</c>.</summary>
    public AbiEncoder Address(Address value)
    {
        value.CopyTo(Member()[12..]);
        return this;
    }

    /// <summary><c>bytes32</c>.</summary>
    public AbiEncoder Bytes32(Hash32 value)
    {
        value.CopyTo(Member());
        return this;
    }

    /// <summary><c>bytes1</c> … <c>bytes32</c>, padded on the right.</summary>
    /// <exception cref="AbiException">0 bytes or more than 32.</exception>
    public AbiEncoder FixedBytes(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > Word)
        {
            throw new AbiException($"arg[{_members}]", $"there is no type bytes{value.Length}");
        }

        value.CopyTo(Member());
        return this;
    }

    /// <summary><c>bytes</c>.</summary>
    public AbiEncoder Bytes(ReadOnlySpan<byte> value)
    {
        int padded = checked(value.Length + Word - 1) / Word * Word;
        Span<byte> place = Tail(checked(Word + padded));
        BinaryPrimitives.WriteInt32BigEndian(place[28..], value.Length);
        value.CopyTo(place[Word..]);
        return this;
    }

    /// <summary><c>string</c>, as UTF-8.</summary>
    public AbiEncoder String(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Bytes(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A tuple (struct) or fixed-length array without dynamic members: laid out in place.</summary>
    /// <exception cref="AbiException">A dynamic member was written into it.</exception>
    public AbiEncoder StaticTuple(Action<AbiEncoder> write)
    {
        AbiEncoder inner = Inner(write);
        if (inner.IsDynamic)
        {
            throw new AbiException($"arg[{_members}]", "a static tuple was given a dynamic member");
        }

        inner.WriteTo(Reserve(ref _head, ref _headLength, inner.Length));
        _members++;
        return this;
    }

    /// <summary>A tuple (struct) or fixed-length array with dynamic members: an offset in place, the members behind.</summary>
    /// <exception cref="AbiException">No dynamic member was written into it.</exception>
    public AbiEncoder DynamicTuple(Action<AbiEncoder> write)
    {
        AbiEncoder inner = Inner(write);
        if (!inner.IsDynamic)
        {
            throw new AbiException($"arg[{_members}]", "a dynamic tuple was given no dynamic member");
        }

        inner.WriteTo(Tail(inner.Length));
        return this;
    }

    /// <summary>An array of any length, <c>T[]</c>; <paramref name="writeOne"/> writes one element as one member.</summary>
    public AbiEncoder Array<T>(IReadOnlyCollection<T> items, Action<AbiEncoder, T> writeOne)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(writeOne);
        AbiEncoder inner = new();
        foreach (T item in items)
        {
            writeOne(inner, item);
        }

        if (inner._members != items.Count)
        {
            throw new AbiException($"arg[{_members}]", $"{items.Count} array elements were written as {inner._members} members");
        }

        Span<byte> place = Tail(checked(Word + inner.Length));
        BinaryPrimitives.WriteInt32BigEndian(place[28..], items.Count);
        inner.WriteTo(place[Word..]);
        return this;
    }

    internal void WriteTo(Span<byte> destination)
    {
        _head.AsSpan(0, _headLength).CopyTo(destination);
        _tail.AsSpan(0, _tailLength).CopyTo(destination[_headLength..]);
        foreach ((int at, int offset) in _offsets)
        {
            BinaryPrimitives.WriteInt32BigEndian(destination[(at + 28)..], checked(_headLength + offset));
        }
    }

    internal static UInt256 MaxOf(int bits) => bits is > 0 and <= 256 && bits % 8 == 0
        ? UInt256.FromBigInteger((System.Numerics.BigInteger.One << bits) - 1)
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, "an integer type has 8, 16, … 256 bits");

    private static AbiEncoder Inner(Action<AbiEncoder> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AbiEncoder inner = new();
        write(inner);
        return inner;
    }

    private Span<byte> Member()
    {
        _members++;
        return Reserve(ref _head, ref _headLength, Word);
    }

    private Span<byte> Tail(int length)
    {
        _offsets.Add((_headLength, _tailLength));
        Member();
        return Reserve(ref _tail, ref _tailLength, length);
    }

    private static Span<byte> Reserve(ref byte[] buffer, ref int used, int more)
    {
        int start = used;
        used = checked(used + more);
        if (used > buffer.Length)
        {
            System.Array.Resize(ref buffer, (int)Math.Min(System.Array.MaxLength, Math.Max((long)used, 2L * buffer.Length)));
        }

        return buffer.AsSpan(start, more);
    }
}
