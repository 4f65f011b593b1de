using System.Globalization;
using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>An object of a keystore file; what is missing or of the wrong kind is an <see cref="AccountException"/> that names its path.</summary>
internal readonly struct KeystoreFields
{
    private const int MaxBytes = 1024;

    private readonly JsonElement _json;
    private readonly string _place;

    public KeystoreFields(JsonElement json, string place)
    {
        _json = json.ValueKind == JsonValueKind.Object ? json : throw new AccountException($"{place}: expected an object, got {json.ValueKind}");
        _place = place;
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => TryGet(name, out JsonElement field) && field.ValueKind != JsonValueKind.Null;

    public KeystoreFields Object(string name) => new(Field(name), $"{_place}.{name}");

    /// <summary>A whole number, also one that a writer put into quotes.</summary>
    public long Number(string name) => Field(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long value) => value,
        { ValueKind: JsonValueKind.String } when long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long value) => value,
        _ => throw Wrong(name, "a whole number"),
    };

    public string Text(string name)
    {
        try
        {
            return Field(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Wrong(name, "a string");
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "a string of whole characters");
        }
    }

    /// <summary>Hex digits with or without <c>0x</c>.</summary>
    public byte[] Bytes(string name, int? length)
    {
        string text = Text(name);
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        byte[] bytes = new byte[Math.Min(digits.Length / 2, MaxBytes)];
        bool good = digits.Length == 2 * bytes.Length
            && (length is null || length == bytes.Length)
            && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        return good ? bytes : throw Wrong(name, length is null ? $"at most {MaxBytes} bytes of hex" : $"{length} bytes of hex");
    }

    private JsonElement Field(string name) => TryGet(name, out JsonElement field) ? field : throw Wrong(name, "a value");

    private bool TryGet(string name, out JsonElement field)
    {
        try
        {
            return _json.TryGetProperty(name, out field);
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "names of whole characters beside it");
        }
    }

    private AccountException Wrong(string name, string expected) => new($"{_place}.{name}: expected {expected}");
}
