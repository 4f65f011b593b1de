using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// A value inside of a JSON-RPC result together with its place, read with the types of this library. Whatever does not fit throws an
/// <see cref="RpcException"/> of kind <see cref="RpcErrorKind.Malformed"/> that names the place, for example
/// <c>eth_getBlockByNumber.transactions[3]</c>.
/// </summary>
public readonly struct RpcValue(JsonElement json, string place)
{
    /// <summary>The JSON itself.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>Method and path.</summary>
    public string Place { get; } = place;

    /// <summary>True for JSON <c>null</c> and for a field that is not there.</summary>
    public bool IsNull => Json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A field of an object. A missing one gives a value that <see cref="IsNull"/>.</summary>
    public RpcValue this[string name]
    {
        get
        {
            if (Json.ValueKind != JsonValueKind.Object)
            {
                throw Wrong("an object");
            }

            try
            {
                return new RpcValue(Json.TryGetProperty(name, out JsonElement field) ? field : default, $"{Place}.{name}");
            }
            catch (InvalidOperationException e)
            {
                throw Wrong("names of whole characters", e); // a name holds half of a surrogate pair
            }
        }
    }

    /// <summary>The items of an array.</summary>
    public RpcValue[] Items()
    {
        if (Json.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("an array");
        }

        RpcValue[] items = new RpcValue[Json.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in Json.EnumerateArray())
        {
            items[i] = new RpcValue(item, $"{Place}[{i}]");
            i++;
        }

        return items;
    }

    /// <summary>A string.</summary>
    public string Text() => Json.ValueKind == JsonValueKind.String ? ReadText() : throw Wrong("a string");

    /// <summary>A boolean.</summary>
    public bool Boolean() => Json.ValueKind is JsonValueKind.True or JsonValueKind.False ? Json.GetBoolean() : throw Wrong("a boolean");

    /// <summary>32 bytes of hex.</summary>
    public Hash32 Hash() => Read(Hash32.Parse, "32 bytes of hex");

    /// <summary>An address.</summary>
    public Address Address() => Read(Primitives.Address.Parse, "an address");

    /// <summary>Bytes of hex.</summary>
    public byte[] Bytes() => Read(Hex.Decode, "bytes of hex");

    /// <summary>A hex quantity of at most 256 bits.</summary>
    public UInt256 UInt256() => Read(Primitives.UInt256.ParseHex, "a hex quantity");

    /// <summary>A hex quantity of at most 64 bits.</summary>
    public ulong UInt64() => Read(Hex.QuantityToUInt64, "a hex quantity of at most 64 bits");

    /// <summary>A JSON number of at most 64 bits without sign, as rollup nodes write them; a hex quantity is taken too.</summary>
    public ulong Number() =>
        Json.ValueKind == JsonValueKind.Number
            ? Json.TryGetUInt64(out ulong value) ? value : throw Wrong("a whole number of at most 64 bits")
            : UInt64();

    /// <summary>An error about this value.</summary>
    public RpcException Wrong(string expected, Exception? inner = null) =>
        new(RpcErrorKind.Malformed, $"{Place}: expected {expected}, got {Shown()}", inner);

    private T Read<T>(Func<string, T> parse, string expected)
    {
        if (Json.ValueKind != JsonValueKind.String)
        {
            throw Wrong(expected);
        }

        try
        {
            return parse(ReadText());
        }
        catch (FormatException e)
        {
            throw Wrong(expected, e);
        }
    }

    // A string may hold an escaped half of a surrogate pair, which has no text.
    private string ReadText()
    {
        try
        {
            return Json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Wrong("a string of whole characters", e);
        }
    }

    private string Shown()
    {
        if (Json.ValueKind == JsonValueKind.Undefined)
        {
            return "nothing";
        }

        string raw = Json.GetRawText();
        return raw.Length <= 80 ? raw : $"{raw[..80]}… ({raw.Length} characters)";
    }
}
