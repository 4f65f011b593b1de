using System.Buffers.Binary;
using System.Text;

namespace Gavel.TestKit.Judges;

/// <summary>
/// Reads the members of one tuple from the contract ABI's encoding, in their order. Strict: offsets and lengths lie inside of the data,
/// padding is zero, numbers fit their type, and no byte is used twice (so hostile offsets cannot blow up a small answer: what is decoded
/// is bounded by the length of the data). Every fault is an <see cref="AbiException"/> that names the path of the value.
/// </summary>
public sealed class AbiDecoder
{
    private const int WordSize = 32;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _data;
    private readonly AbiDecoder? _parent;
    private readonly string? _label;
    private readonly int _number;
    private readonly Budget _budget;
    private int _next;
    private int _index;

    /// <summary>Reads from the start of <paramref name="data"/>; <paramref name="root"/> begins the paths in errors.</summary>
    public AbiDecoder(ReadOnlyMemory<byte> data, string root = "arg")
    {
        _data = data;
        _label = root;
        _budget = new Budget { Left = data.Length };
    }

    private AbiDecoder(AbiDecoder parent, ReadOnlyMemory<byte> data, int next, string? label)
    {
        _data = data;
        _next = next;
        _parent = parent;
        _label = label;
        _number = parent._index;
        _budget = parent._budget;
    }

    /// <summary><c>uint256</c>.</summary>
    public UInt256 UInt(string? name = null) => UInt(256, name);

    /// <summary><c>uint8</c> … <c>uint256</c>.</summary>
    public UInt256 UInt(int bits, string? name = null)
    {
        UInt256 value = new(Word(name));
        if (bits < 256 && value > AbiEncoder.MaxOf(bits))
        {
            throw Fault(name, $"{value} does not fit uint{bits}");
        }

        Done();
        return value;
    }

    /// <summary><c>uint64</c>, or a wider type whose value must fit.</summary>
    public ulong UInt64(string? name = null) => Small(64, name);

    /// <summary><c>uint32</c>, or a wider type whose value must fit.</summary>
    public uint UInt32(string? name = null) => (uint)Small(32, name);

    /// <summary><c>uint8</c> or an enumeration.</summary>
    public byte UInt8(string? name = null) => (byte)Small(8, name);

    /// <summary><c>uint128</c>, or a wider type whose value must fit.</summary>
    public UInt128 UInt128(string? name = null)
    {
        ReadOnlySpan<byte> word = Word(name);
        RequireZero(word[..16], name, "the value does not fit uint128");
        Done();
        return BinaryPrimitives.ReadUInt128BigEndian(word[16..]);
    }

    /// <summary><c>bool</c>: exactly 0 or 1.</summary>
    public bool Bool(string? name = null)
    {
        ReadOnlySpan<byte> word = Word(name);
        RequireZero(word[..31], name, "a bool is neither 0 nor 1");
        if (word[31] > 1)
        {
            throw Fault(name, "a bool is neither 0 nor 1");
        }

        Done();
        return word[31] == 1;
    }

    /// <summary><c>address</c>.</summary>
    public Address Address(string? name = null)
    {
        ReadOnlySpan<byte> word = Word(name);
        RequireZero(word[..12], name, "an address has more than 20 bytes");
        Done();
        return new Address(word[12..]);
    }

    /// <summary><c>bytes32</c>.</summary>
    public Hash32 Bytes32(string? name = null)
    {
        Hash32 value = new(Word(name));
        Done();
        return value;
    }

    /// <summary><c>bytes1</c> … <c>bytes32</c>.</summary>
    public byte[] FixedBytes(int length, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, WordSize);
        ReadOnlySpan<byte> word = Word(name);
        RequireZero(word[length..], name, $"padding behind bytes{length} is not zero");
        Done();
        return word[..length].ToArray();
    }

    /// <summary><c>bytes</c>: a view into the data that was given.</summary>
    public ReadOnlyMemory<byte> Bytes(string? name = null)
    {
        (ReadOnlyMemory<byte> value, _) = LengthPrefixed(name);
        Done();
        return value;
    }

    /// <summary><c>string</c>; must be UTF-8.</summary>
    public string String(string? name = null)
    {
        (ReadOnlyMemory<byte> value, int at) = LengthPrefixed(name);
        try
        {
            string text = StrictUtf8.GetString(value.Span);
            Done();
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw Fault(name, $"the string at offset {at} is not UTF-8");
        }
    }

    /// <summary>A tuple (struct) or fixed-length array without dynamic members.</summary>
    public T StaticTuple<T>(Func<AbiDecoder, T> read, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        AbiDecoder inner = new(this, _data, _next, name);
        T result = read(inner);
        _next = inner._next;
        Done();
        return result;
    }

    /// <summary>A tuple (struct) or fixed-length array with dynamic members.</summary>
    public T DynamicTuple<T>(Func<AbiDecoder, T> read, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        AbiDecoder inner = new(this, _data[Offset(name)..], 0, name);
        T result = read(inner);
        Done();
        return result;
    }

    /// <summary>An array of any length, <c>T[]</c>; <paramref name="readOne"/> reads one element as one member.</summary>
    public T[] Array<T>(Func<AbiDecoder, T> readOne, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(readOne);
        int at = Offset(name);
        int count = Length(at, name);
        AbiDecoder inner = new(this, _data[(at + WordSize)..], 0, name);
        if (count > inner._data.Length / WordSize || count > _budget.Left / WordSize)
        {
            throw Fault(name, $"an array of {count} elements does not fit the {inner._data.Length} bytes that follow its length");
        }

        T[] result = new T[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = readOne(inner);
        }

        Done();
        return result;
    }

    /// <summary>Checks that every byte of the data was read. Call it on the outermost decoder, last.</summary>
    /// <exception cref="AbiException">Bytes are left over.</exception>
    public void End()
    {
        if (_budget.Left != 0)
        {
            throw new AbiException(Path(), $"{_budget.Left} bytes are left over");
        }
    }

    private ulong Small(int bits, string? name)
    {
        ReadOnlySpan<byte> word = Word(name);
        int bytes = bits / 8;
        if (word[..(WordSize - bytes)].ContainsAnyExcept((byte)0))
        {
            throw Fault(name, $"{new UInt256(word)} does not fit uint{bits}");
        }

        Done();
        return BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
    }

    private (ReadOnlyMemory<byte> Value, int At) LengthPrefixed(string? name)
    {
        int at = Offset(name);
        int length = Length(at, name);
        long padded = ((long)length + WordSize - 1) / WordSize * WordSize;
        if (padded > _data.Length - at - WordSize)
        {
            throw Fault(name, $"{length} bytes (padded to {padded}) do not fit the {_data.Length - at - WordSize} that follow the length");
        }

        Spend((int)padded, name);
        ReadOnlyMemory<byte> whole = _data.Slice(at + WordSize, (int)padded);
        RequireZero(whole.Span[length..], name, "padding is not zero");
        return (whole[..length], at);
    }

    private int Offset(string? name)
    {
        ReadOnlySpan<byte> word = Word(name);
        UInt256 value = new(word);
        return value.TryToUInt64(out ulong offset) && offset <= (ulong)_data.Length && offset % WordSize == 0
            ? (int)offset
            : throw Fault(name, $"offset {value} is not a multiple of 32 inside of the {_data.Length} bytes of the tuple");
    }

    private int Length(int at, string? name)
    {
        if (_data.Length - at < WordSize)
        {
            throw Fault(name, $"the data end at {_data.Length}, before the length that should be at {at}");
        }

        Spend(WordSize, name);
        UInt256 value = new(_data.Span.Slice(at, WordSize));
        return value.TryToUInt64(out ulong length) && length <= int.MaxValue
            ? (int)length
            : throw Fault(name, $"length {value} is longer than the data");
    }

    private ReadOnlySpan<byte> Word(string? name)
    {
        if (_data.Length - _next < WordSize)
        {
            throw Fault(name, $"the data end at {_data.Length}, but the value needs bytes {_next} to {_next + WordSize}");
        }

        Spend(WordSize, name);
        ReadOnlySpan<byte> word = _data.Span.Slice(_next, WordSize);
        _next += WordSize;
        return word;
    }

    private void Spend(int bytes, string? name)
    {
        _budget.Left -= bytes;
        if (_budget.Left < 0)
        {
            throw Fault(name, "offsets overlap: the data would be read more than once");
        }
    }

    private void RequireZero(ReadOnlySpan<byte> padding, string? name, string problem)
    {
        if (padding.ContainsAnyExcept((byte)0))
        {
            throw Fault(name, problem);
        }
    }

    private void Done() => _index++;

    private AbiException Fault(string? name, string problem) => new(Path() + Step(name, _index), problem);

    private string Path() => _parent is null ? _label! : _parent.Path() + Step(_label, _number);

    private static string Step(string? name, int index) => name is null ? $"[{index}]" : $".{name}";

    private sealed class Budget
    {
        public int Left { get; set; }
    }
}
