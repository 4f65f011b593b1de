using System.Buffers.Binary;

namespace Gavel.TestKit.Judges;

/// <summary>
/// Reads canonical RLP (Ethereum yellow paper, appendix B), item by item. Anything that has a shorter encoding, or that runs past its list
/// or the data, is an <see cref="RlpException"/>. Copies nothing; a list is read by a reader of its own.
/// </summary>
public ref struct RlpReader
{
    /// <summary>The deepest nesting that <see cref="ReadRaw"/> accepts.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _data;
    private readonly int _start;
    private int _next;

    /// <summary>Reads items from the start of <paramref name="data"/>.</summary>
    public RlpReader(ReadOnlySpan<byte> data)
        : this(data, 0)
    {
    }

    private RlpReader(ReadOnlySpan<byte> data, int start)
    {
        _data = data;
        _start = start;
    }

    /// <summary>True when no item is left.</summary>
    public readonly bool IsAtEnd => _next == _data.Length;

    /// <summary>Offset of the next item in the outermost input.</summary>
    public readonly int Offset => _start + _next;

    /// <summary>True when the next item is a list.</summary>
    public readonly bool IsList => !IsAtEnd && _data[_next] >= 0xc0;

    /// <summary>A reader of the one list that the data must be.</summary>
    /// <exception cref="RlpException">Not a list, or bytes follow it.</exception>
    public static RlpReader OfList(ReadOnlySpan<byte> data)
    {
        RlpReader outer = new(data);
        RlpReader list = outer.ReadList();
        outer.End();
        return list;
    }

    /// <summary>A byte string.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        (bool isList, int header, int length) = Header(_next);
        return isList ? throw Fault("a list stands where a byte string was expected") : Take(header, length);
    }

    /// <summary>A reader of the items in a list.</summary>
    public RlpReader ReadList()
    {
        (bool isList, int header, int length) = Header(_next);
        int start = Offset + header;
        return isList ? new RlpReader(Take(header, length), start) : throw Fault("a byte string stands where a list was expected");
    }

    /// <summary>A number of at most 64 bits.</summary>
    public ulong ReadUInt64()
    {
        int at = _next;
        return ReadNumber(8, at).TryToUInt64(out ulong value) ? value : throw FaultAt(at, "a number is larger than 64 bits");
    }

    /// <summary>A number of at most 256 bits.</summary>
    public UInt256 ReadUInt256() => ReadNumber(UInt256.Size, _next);

    /// <summary>Exactly 32 bytes.</summary>
    public Hash32 ReadHash32() => new(ReadExactly(Hash32.Size));

    /// <summary>Exactly 20 bytes.</summary>
    public Address ReadAddress() => new(ReadExactly(Address.Size));

    /// <summary>20 bytes, or none: the target of a transaction that creates a contract.</summary>
    public Address? ReadAddressOrNone()
    {
        int at = _next;
        ReadOnlySpan<byte> bytes = ReadBytes();
        return bytes.Length switch
        {
            0 => null,
            Address.Size => new Address(bytes),
            _ => throw FaultAt(at, $"{bytes.Length} bytes stand where 20 or none were expected"),
        };
    }

    /// <summary>Exactly <paramref name="length"/> bytes.</summary>
    public ReadOnlySpan<byte> ReadExactly(int length)
    {
        int at = _next;
        ReadOnlySpan<byte> bytes = ReadBytes();
        return bytes.Length == length ? bytes : throw FaultAt(at, $"{bytes.Length} bytes stand where {length} were expected");
    }

    /// <summary>The next item of either kind with its header, checked to be canonical in its whole depth.</summary>
    /// <exception cref="RlpException">Not canonical, or nested deeper than <see cref="MaxDepth"/>.</exception>
    public ReadOnlySpan<byte> ReadRaw()
    {
        int start = _next;
        (bool isList, int header, int length) = Header(start);
        if (isList)
        {
            Validate(start + header, length);
        }

        Take(header, length);
        return _data[start.._next];
    }

    /// <summary>Checks that no item is left.</summary>
    /// <exception cref="RlpException">Bytes are left over.</exception>
    public readonly void End()
    {
        if (!IsAtEnd)
        {
            throw Fault($"{_data.Length - _next} bytes follow the last item");
        }
    }

    /// <summary>Walks a list's content with an explicit stack of ends: hostile nesting costs no call stack.</summary>
    private readonly void Validate(int at, int length)
    {
        Span<int> ends = stackalloc int[MaxDepth];
        int depth = 0;
        ends[0] = at + length;
        while (true)
        {
            while (at == ends[depth])
            {
                if (depth-- == 0)
                {
                    return;
                }
            }

            (bool isList, int header, int size) = Header(at, ends[depth]);
            if (!isList)
            {
                at += header + size;
                continue;
            }

            if (++depth == MaxDepth)
            {
                throw FaultAt(at, $"lists are nested deeper than {MaxDepth}");
            }

            at += header;
            ends[depth] = at + size;
        }
    }

    private UInt256 ReadNumber(int maxBytes, int at)
    {
        ReadOnlySpan<byte> bytes = ReadBytes();
        if (bytes.Length > maxBytes)
        {
            throw FaultAt(at, $"a number has {bytes.Length} bytes; {maxBytes} are possible");
        }

        return bytes.Length == 0 || bytes[0] != 0 ? new UInt256(bytes) : throw FaultAt(at, "a number has leading zeros");
    }

    private ReadOnlySpan<byte> Take(int header, int length)
    {
        ReadOnlySpan<byte> content = _data.Slice(_next + header, length);
        _next += header + length;
        return content;
    }

    private readonly (bool IsList, int Header, int Length) Header(int at) => Header(at, _data.Length);

    private readonly (bool IsList, int Header, int Length) Header(int at, int end)
    {
        if (at >= end)
        {
            throw FaultAt(at, "the data end where an item was expected");
        }

        byte first = _data[at];
        bool isList = first >= 0xc0;
        if (first < 0x80)
        {
            return (false, 0, 1);
        }

        int code = first - (isList ? 0xc0 : 0x80);
        if (code <= 55)
        {
            if (code > end - at - 1)
            {
                throw FaultAt(at, $"an item of {code} bytes has {end - at - 1} left");
            }

            return code == 1 && !isList && _data[at + 1] < 0x80
                ? throw FaultAt(at, "a single byte below 0x80 has a length before it")
                : (isList, 1, code);
        }

        int lengthBytes = code - 55;
        if (lengthBytes > end - at - 1)
        {
            throw FaultAt(at, "the data end inside of a length");
        }

        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        _data.Slice(at + 1, lengthBytes).CopyTo(wide[(8 - lengthBytes)..]);
        ulong length = BinaryPrimitives.ReadUInt64BigEndian(wide);
        if (_data[at + 1] == 0 || length <= 55)
        {
            throw FaultAt(at, "a length is not in its shortest form");
        }

        int rest = end - at - 1 - lengthBytes;
        return length <= (ulong)rest
            ? (isList, 1 + lengthBytes, (int)length)
            : throw FaultAt(at, $"an item of {length} bytes has {rest} left");
    }

    private readonly RlpException Fault(string problem) => FaultAt(_next, problem);

    private readonly RlpException FaultAt(int at, string problem) => new(_start + at, problem);
}
