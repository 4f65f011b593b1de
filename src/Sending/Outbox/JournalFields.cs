using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Gavel.Sending;

/// <summary>Writes the fields of records. Times lose what is finer than a millisecond.</summary>
internal readonly struct JournalWriter(IBufferWriter<byte> output)
{
    public JournalWriter Head(byte kind, ulong id) => U8(kind).U64(id);

    public JournalWriter U8(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
        return this;
    }

    public JournalWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
        return this;
    }

    public JournalWriter I64(long value) => U64((ulong)value);

    public JournalWriter Bytes(ReadOnlyMemory<byte> value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), (uint)value.Length);
        output.Advance(4);
        output.Write(value.Span);
        return this;
    }

    public JournalWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public JournalWriter Number(UInt256 value)
    {
        value.WriteBigEndian(output.GetSpan(UInt256.Size));
        output.Advance(UInt256.Size);
        return this;
    }

    public JournalWriter Hash(Hash32 value)
    {
        output.Write(Hash32.BytesOf(in value));
        return this;
    }

    public JournalWriter Address(Address value)
    {
        output.Write(Primitives.Address.BytesOf(in value));
        return this;
    }

    public JournalWriter Time(DateTimeOffset value) => I64(value.ToUnixTimeMilliseconds());

    public JournalWriter OptionalTime(DateTimeOffset? value) => value is null ? U8(0) : U8(1).Time(value.Value);

    public JournalWriter Mined(MinedAttempt? value) => value is null
        ? U8(0)
        : U8(1).Hash(value.TransactionHash).U64(value.BlockNumber).Hash(value.BlockHash).U64(value.GasUsed).Number(value.EffectiveGasPrice).Number(value.Cost);
}

/// <summary>Reads the fields of records; a field that is not there or not possible is a <see cref="FormatException"/>.</summary>
internal sealed class JournalFields(ReadOnlyMemory<byte> body)
{
    // What DateTimeOffset can hold.
    private static readonly long _minTime = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long _maxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private int _position;

    public bool IsAtEnd => _position == body.Length;

    public byte U8() => Take(1).Span[0];

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);

    public long I64() => (long)U64();

    public byte[] Bytes()
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);
        return length <= int.MaxValue ? Take((int)length).ToArray() : throw new FormatException($"a field of {length} bytes");
    }

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public UInt256 Number() => new(Take(UInt256.Size).Span);

    public Hash32 Hash() => new(Take(Hash32.Size).Span);

    public Address Address() => new(Take(Primitives.Address.Size).Span);

    public DateTimeOffset Time()
    {
        long value = I64();
        return value >= _minTime && value <= _maxTime
            ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : throw new FormatException($"no time: {value} ms since 1970");
    }

    public DateTimeOffset? OptionalTime() => Flag() ? Time() : null;

    public MinedAttempt? Mined() => Flag() ? new MinedAttempt(Hash(), U64(), Hash(), U64(), Number(), Number()) : null;

    public MinedAttempt RequiredMined() => Mined() ?? throw new FormatException("a mined transaction is missing");

    private bool Flag() => U8() switch
    {
        0 => false,
        1 => true,
        byte other => throw new FormatException($"a flag of {other}"),
    };

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > body.Length - _position)
        {
            throw new FormatException($"a field of {count} bytes with {body.Length - _position} left");
        }

        ReadOnlyMemory<byte> taken = body.Slice(_position, count);
        _position += count;
        return taken;
    }
}
