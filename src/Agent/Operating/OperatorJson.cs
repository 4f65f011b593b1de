using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gavel.Agent.Operating;

/// <summary>
/// How <c>--json</c> writes: lower-camel names, addresses and hashes as 0x text, amounts of wei always as decimal text, other numbers as
/// numbers up to 2^53 and as decimal text above, where JavaScript and others would round them.
/// </summary>
internal static class OperatorJson
{
    /// <summary>2^53: the last number up to which all whole numbers are doubles.</summary>
    private const ulong LastExact = 1UL << 53;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new UInt64Converter(), new UInt256Converter(), new TextConverter<Address>(),
            new TextConverter<Hash32>(),
        },
    };

    /// <summary>The text of a value.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>A 256-bit number that is no amount of wei: a number where that is exact, else text.</summary>
    public sealed class ExactNumber : JsonConverter<UInt256>
    {
        public override UInt256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, UInt256 value, JsonSerializerOptions options)
        {
            if (value.TryToUInt64(out ulong number))
            {
                WriteNumber(writer, number);
            }
            else
            {
                writer.WriteStringValue(value.ToString());
            }
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, ulong value)
    {
        if (value <= LastExact)
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private sealed class UInt64Converter : JsonConverter<ulong>
    {
        public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => WriteNumber(writer, value);
    }

    private sealed class UInt256Converter : JsonConverter<UInt256>
    {
        public override UInt256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, UInt256 value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class TextConverter<T> : JsonConverter<T>
        where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
