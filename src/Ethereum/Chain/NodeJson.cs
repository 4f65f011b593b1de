using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Gavel.Ethereum;

/// <summary>
/// Nethereum's DTOs from and to JSON. The library's own reader takes numbers of any length, numbers for text and a name given twice; here
/// text is text, a quantity is <c>0x</c> and at most 64 hex digits (checked before any memory is spent on it), and a name stands once.
/// Fields may still be missing: that is for <see cref="NodeFields"/> to refuse.
/// </summary>
internal static class NodeJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        Converters = { new QuantityConverter() },
    };

    /// <summary>Reads a result.</summary>
    /// <exception cref="RpcException">It is not of that type (<see cref="RpcErrorKind.Malformed"/>); the message names the place.</exception>
    public static T? Read<T>(JsonElement json, string place)
    {
        if (typeof(T) == typeof(JsonElement))
        {
            return (T)(object)json;
        }

        try
        {
            return json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? default : json.Deserialize<T>(s_options);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string or name with half of a surrogate pair.
            string path = fault is JsonException { Path: { } at } ? at.TrimStart('$') : "";
            string raw = json.GetRawText();
            throw new RpcException(
                RpcErrorKind.Malformed, $"{place}{path}: expected {Name<T>()}, got {(raw.Length <= 80 ? raw : $"{raw[..80]}… ({raw.Length} characters)")}", fault);
        }
    }

    /// <summary>A parameter as Nethereum's attributes write its own type, whatever type it is declared as.</summary>
    public static JsonNode? Write(object? parameter) =>
        parameter is null ? null : parameter as JsonNode ?? JsonSerializer.SerializeToNode(parameter, parameter.GetType(), s_options);

    private static string Name<T>() => typeof(T) == typeof(string) ? "a string" : typeof(T) == typeof(HexBigInteger) ? "a hex quantity" : typeof(T).Name;

    /// <summary>Keeps the digits as they came: a root that a DTO declares as a number must not lose its leading zeros.</summary>
    private sealed class QuantityConverter : JsonConverter<HexBigInteger>
    {
        private const int MaxBytes = 2 + (2 * Primitives.UInt256.Size);

        public override HexBigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxBytes)
            {
                throw new JsonException();
            }

            string text = reader.GetString()!;
            try
            {
                Primitives.UInt256.ParseHex(text);
            }
            catch (FormatException fault)
            {
                throw new JsonException(null, fault);
            }

            return new HexBigInteger($"0x{text[2..]}"); // the library puts its prefix before 0X
        }

        public override void Write(Utf8JsonWriter writer, HexBigInteger value, JsonSerializerOptions options) => writer.WriteStringValue(value.HexValue);
    }
}
