using System.Text.Json;

namespace Gavel.TestKit.Judges;

/// <summary>Reads typed fields of one JSON object; every fault is a <see cref="ChainDataException"/> that names the field.</summary>
internal readonly struct JsonFields
{
    private readonly JsonElement _object;
    private readonly string _place;

    public JsonFields(JsonElement element, string place)
    {
        _object = element.ValueKind == JsonValueKind.Object
            ? element
            : throw new ChainDataException(place, $"an object was expected, got {Kind(element)}");
        _place = place;
    }

    /// <summary>True when the field is there and not null.</summary>
    public bool Has(string name) => _object.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public Hash32 Hash32(string name) => Parse(name, Primitives.Hash32.Parse);

    public Address Address(string name) => Parse(name, Primitives.Address.Parse);

    public UInt256 UInt256(string name) => Parse(name, Primitives.UInt256.ParseHex);

    public ulong UInt64(string name) => Parse(name, Hex.QuantityToUInt64);

    public byte[] Data(string name) => Parse(name, Hex.Decode);

    public byte[] Data(string name, int length)
    {
        byte[] bytes = Data(name);
        return bytes.Length == length ? bytes : throw Fault(name, $"{length} bytes were expected, got {bytes.Length}");
    }

    /// <summary>The elements of an array, read by <paramref name="read"/> with their places.</summary>
    public T[] Items<T>(string name, Func<JsonElement, string, T> read)
    {
        JsonElement array = Field(name);
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw Fault(name, $"an array was expected, got {Kind(array)}");
        }

        string place = $"{_place}.{name}";
        T[] result = new T[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            result[i] = read(item, $"{place}[{i}]");
            i++;
        }

        return result;
    }

    public ChainDataException Fault(string name, string problem) => new($"{_place}.{name}", problem);

    /// <summary>A string that <paramref name="parse"/> reads, at a place that is no field.</summary>
    public static T Parse<T>(JsonElement element, string place, Func<string, T> parse)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new ChainDataException(place, $"a string was expected, got {Kind(element)}");
        }

        try
        {
            return parse(element.GetString()!);
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            // InvalidOperationException: a JSON string that is no valid UTF-16.
            throw new ChainDataException(place, fault.Message);
        }
    }

    private T Parse<T>(string name, Func<string, T> parse) => Parse(Field(name), $"{_place}.{name}", parse);

    private JsonElement Field(string name) => _object.TryGetProperty(name, out JsonElement value) ? value : throw Fault(name, "is missing");

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined => "nothing",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        _ => "a string",
    };
}
