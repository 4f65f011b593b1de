using System.Buffers.Binary;

namespace Gavel.TestKit.Judges;

/// <summary>Writes RLP (Ethereum yellow paper, appendix B). Each method writes one item and gives the writer back.</summary>
public sealed class RlpWriter
{
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>The items written, one after the other.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>The items that <paramref name="write"/> writes.</summary>
    public static byte[] Encode(Action<RlpWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        RlpWriter writer = new();
        write(writer);
        return writer.Written.ToArray();
    }

    /// <summary>One list of the items that <paramref name="write"/> writes.</summary>
    public static byte[] EncodeList(Action<RlpWriter> write) => Encode(writer => writer.List(write));

    /// <summary>A byte string.</summary>
    public RlpWriter Bytes(ReadOnlySpan<byte> value)
    {
        if (value.Length != 1 || value[0] >= 0x80)
        {
            Header(0x80, value.Length);
        }

        return Raw(value);
    }

    /// <summary>A number, big-endian without leading zeros; 0 is the empty string.</summary>
    public RlpWriter UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Bytes(bytes.TrimStart((byte)0));
    }

    /// <inheritdoc cref="UInt64"/>
    public RlpWriter UInt256(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[Primitives.UInt256.Size];
        value.WriteBigEndian(bytes);
        return Bytes(bytes.TrimStart((byte)0));
    }

    /// <summary>32 bytes.</summary>
    public RlpWriter Hash32(Hash32 value) => Bytes(Primitives.Hash32.BytesOf(in value));

    /// <summary>20 bytes.</summary>
    public RlpWriter Address(Address value) => Bytes(Primitives.Address.BytesOf(in value));

    /// <summary>20 bytes, or the empty string for none: the target of a transaction that creates a contract.</summary>
    public RlpWriter AddressOrNone(Address? value) => value is { } address ? Address(address) : Bytes([]);

    /// <summary>Items that are encoded already.</summary>
    public RlpWriter Raw(ReadOnlySpan<byte> encoded)
    {
        encoded.CopyTo(Reserve(encoded.Length));
        return this;
    }

    /// <summary>A list of the items that <paramref name="write"/> writes.</summary>
    public RlpWriter List(Action<RlpWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        int start = _length;
        write(this);
        int content = _length - start;

        // The header's size is known only now: move the content behind it.
        int header = content <= 55 ? 1 : 1 + LengthBytes(content);
        Reserve(header);
        _buffer.AsSpan(start, content).CopyTo(_buffer.AsSpan(start + header));
        _length = start;
        Header(0xc0, content);
        _length += content;
        return this;
    }

    private void Header(int kind, int length)
    {
        if (length <= 55)
        {
            Reserve(1)[0] = (byte)(kind + length);
            return;
        }

        int bytes = LengthBytes(length);
        Span<byte> place = Reserve(1 + bytes);
        place[0] = (byte)(kind + 55 + bytes);
        for (int i = bytes; i > 0; i--)
        {
            place[i] = (byte)length;
            length >>= 8;
        }
    }

    private static int LengthBytes(int length) => (int.Log2(length) / 8) + 1;

    private Span<byte> Reserve(int more)
    {
        int start = _length;
        _length = checked(_length + more);
        if (_length > _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max((long)_length, 2L * _buffer.Length)));
        }

        return _buffer.AsSpan(start, more);
    }
}
