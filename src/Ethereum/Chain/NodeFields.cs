using Nethereum.Hex.HexTypes;

namespace Gavel.Ethereum;

/// <summary>
/// Turns the fields of Nethereum's DTOs, all of which may be null and none of which is checked, into our values. Whatever is missing or does not
/// fit throws an <see cref="RpcException"/> of kind <see cref="RpcErrorKind.Malformed"/> that names the place.
/// </summary>
/// <param name="place">Method and path of the object, for example <c>eth_getLogs[3]</c>.</param>
internal readonly struct NodeFields(string place)
{
    /// <summary>A quantity of at most 64 bits.</summary>
    public ulong UInt64(HexBigInteger? value, string name) => Read(value?.HexValue, name, Hex.QuantityToUInt64, "a hex quantity of at most 64 bits");

    /// <summary>A quantity of at most 256 bits.</summary>
    public UInt256 UInt256(HexBigInteger? value, string name) => Read(value?.HexValue, name, Primitives.UInt256.ParseHex, "a hex quantity");

    /// <summary>32 bytes.</summary>
    public Hash32 Hash(string? value, string name) => Read(value, name, Hash32.Parse, "32 bytes of hex");

    /// <summary>20 bytes.</summary>
    public Address Address(string? value, string name) => Read(value, name, Primitives.Address.Parse, "an address");

    /// <summary>Bytes.</summary>
    public byte[] Bytes(string? value, string name) => Read(value, name, Hex.Decode, "bytes of hex");

    /// <summary>Exactly so many bytes.</summary>
    public byte[] Bytes(string? value, string name, int length)
    {
        byte[] bytes = Bytes(value, name);
        return bytes.Length == length ? bytes : throw Wrong(name, $"{length} bytes of hex", value);
    }

    /// <summary>The items of a list, each read with its own place.</summary>
    public T[] Items<TItem, T>(IReadOnlyList<TItem?>? items, string name, Func<TItem, string, T> read)
        where TItem : class
    {
        if (items is null)
        {
            throw Wrong(name, "an array", null);
        }

        T[] result = new T[items.Count];
        for (int i = 0; i < result.Length; i++)
        {
            string at = $"{Place(name)}[{i}]";
            result[i] = read(items[i] ?? throw new NodeFields(at).Wrong("", "a value", null), at);
        }

        return result;
    }

    /// <summary>A list of 32 bytes each.</summary>
    public Hash32[] Hashes(IReadOnlyList<string?>? items, string name) => Items(items, name, static (item, at) => new NodeFields(at).Hash(item, ""));

    /// <summary>A list of byte strings.</summary>
    public byte[][] ByteStrings(IReadOnlyList<string?>? items, string name) => Items(items, name, static (item, at) => new NodeFields(at).Bytes(item, ""));

    /// <summary>The error that a field is not what was expected.</summary>
    public RpcException Wrong(string name, string expected, string? got, Exception? inner = null) =>
        new(RpcErrorKind.Malformed, $"{Place(name)}: expected {expected}, got {(got is null ? "nothing" : Hex.Shown(got))}", inner);

    private T Read<T>(string? value, string name, Func<string, T> parse, string expected)
    {
        try
        {
            return parse(value ?? throw Wrong(name, expected, null));
        }
        catch (FormatException fault)
        {
            throw Wrong(name, expected, value, fault);
        }
    }

    private string Place(string name) => name.Length == 0 ? place : $"{place}.{name}";
}
