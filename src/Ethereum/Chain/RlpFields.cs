using Nethereum.RLP;

namespace Gavel.Ethereum;

/// <summary>Fields of a list that <see cref="StrictRlp"/> decoded, by their places. Every fault is an <see cref="RlpException"/> that names the place.</summary>
/// <param name="items">The list.</param>
internal readonly struct RlpFields(RLPCollection items)
{
    /// <summary>How many there are.</summary>
    public int Count => items.Count;

    /// <summary>True when the field is a list.</summary>
    public bool IsList(int i) => At(i) is RLPCollection;

    /// <summary>A list's own RLP, header and all.</summary>
    public byte[] Raw(int i) => At(i).RLPData;

    /// <summary>A byte string.</summary>
    public byte[] Bytes(int i) => At(i) is RLPCollection ? throw Fault(i, "is a list where bytes were expected") : At(i).RLPData ?? [];

    /// <summary>Exactly so many bytes.</summary>
    public byte[] Bytes(int i, int length) =>
        Bytes(i) is { } bytes && bytes.Length == length ? bytes : throw Fault(i, $"has {Bytes(i).Length} bytes where {length} were expected");

    /// <summary>32 bytes.</summary>
    public Hash32 Hash(int i) => new(Bytes(i, Hash32.Size));

    /// <summary>A number of at most 64 bits, without leading zeros.</summary>
    public ulong UInt64(int i) => UInt256(i).TryToUInt64(out ulong value) ? value : throw Fault(i, "is a number of more than 64 bits");

    /// <summary>A number of at most 256 bits, without leading zeros.</summary>
    public UInt256 UInt256(int i)
    {
        byte[] bytes = Bytes(i);
        return bytes.Length > Primitives.UInt256.Size ? throw Fault(i, "is a number of more than 256 bits")
            : bytes is [0, ..] ? throw Fault(i, "is a number with leading zeros")
            : new UInt256(bytes);
    }

    private IRLPElement At(int i) => i < items.Count ? items[i] : throw Fault(i, "is missing");

    private static RlpException Fault(int i, string problem) => new($"field {i} {problem}");
}
