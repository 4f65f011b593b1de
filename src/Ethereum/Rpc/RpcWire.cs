using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Gavel.Ethereum;

/// <summary>The text of JSON-RPC 2.0: requests out, answers in. Answers are matched by id, whatever their order.</summary>
internal static class RpcWire
{
    private const int MaxWords = 4096;

    // The parser keeps 12 bytes for each. The fullest real answers (receipts of a large block) have some 100,000.
    private const int MaxValues = 4_000_000;

    /// <summary>One request as an object, several as an array. Request <c>i</c> has the id <c>firstId + i</c>.</summary>
    public static byte[] Encode(IReadOnlyList<RpcRequest> requests, long firstId)
    {
        ArrayBufferWriter<byte> buffer = new(256 * requests.Count);
        using Utf8JsonWriter writer = new(buffer);
        if (requests.Count > 1)
        {
            writer.WriteStartArray();
        }

        for (int i = 0; i < requests.Count; i++)
        {
            Write(writer, requests[i], firstId + i);
        }

        if (requests.Count > 1)
        {
            writer.WriteEndArray();
        }

        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Parses a message. Its depth and the number of its values are bounded before memory is spent on them.</summary>
    /// <exception cref="RpcException">It is no JSON in UTF-8, is nested too deep, or holds too many values.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> message, EndpointUrl from, int maxDepth = 64)
    {
        // The parser would leave bad UTF-8 inside of strings to be found by whoever reads them.
        if (!Utf8.IsValid(message.Span))
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer is no text in UTF-8: {Start(message.Span, from)}");
        }

        try
        {
            Weigh(message.Span, from, maxDepth);
            return JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = maxDepth });
        }
        catch (JsonException e)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer is no JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}): {Start(message.Span, from)}"); // e.Message quotes it
        }
    }

    /// <summary>
    /// Brings the answers into the order of the requests. What is wrong with one answer (missing, doubled, neither result nor error) is that
    /// request's error; answers that fit no request are told and passed over.
    /// </summary>
    /// <exception cref="RpcException">Nothing in it answers any of the requests, or the server refused the whole batch.</exception>
    public static RpcReply[] Decode(JsonElement answer, IReadOnlyList<RpcRequest> requests, long firstId, EndpointUrl from, Action<string>? stray = null)
    {
        try
        {
            return new RpcAnswers(requests, firstId, from, stray).Read(answer);
        }
        catch (InvalidOperationException)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer has a name with half of a surrogate pair");
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: an error's words take too long to be searched for the data of a revert");
        }
    }

    /// <summary>The id of an answer: a whole number, or the same as a string, as some gateways write it.</summary>
    public static bool TryReadId(JsonElement item, out long id)
    {
        id = 0;
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("id"u8, out JsonElement field))
        {
            return false;
        }

        switch (field.ValueKind)
        {
            case JsonValueKind.Number:
                if (field.TryGetInt64(out id))
                {
                    return true;
                }

                bool whole = field.TryGetDecimal(out decimal number) && number == decimal.Truncate(number) && Math.Abs(number) < long.MaxValue;
                id = whole ? (long)number : 0; // 1.0
                return whole;
            case JsonValueKind.String:
                ReadOnlySpan<char> text = field.GetRawText().AsSpan()[1..^1];
                return long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out id);
            default:
                return false;
        }
    }

    private static void Weigh(ReadOnlySpan<byte> message, EndpointUrl from, int maxDepth)
    {
        Utf8JsonReader reader = new(message, new JsonReaderOptions { MaxDepth = maxDepth });
        for (int values = 0; reader.Read();)
        {
            if (++values > MaxValues)
            {
                throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer holds more than {MaxValues} values");
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, RpcRequest request, long id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WriteNumber("id"u8, id);
        writer.WriteString("method"u8, request.Method);
        writer.WriteStartArray("params"u8);
        foreach (System.Text.Json.Nodes.JsonNode? parameter in request.Parameters)
        {
            if (parameter is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                parameter.WriteTo(writer);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The beginning of an unexpected message, on one line and without credentials.</summary>
    public static string Start(ReadOnlySpan<byte> message, EndpointUrl from)
    {
        return Readable(Encoding.UTF8.GetString(message[..Math.Min(message.Length, MaxWords + 1)]), from);
    }

    /// <summary>A server's words, on one line, without credentials and at most 300 characters.</summary>
    public static string Readable(string text, EndpointUrl from)
    {
        bool cut = text.Length > MaxWords;
        text = from.Clean(cut ? text[..MaxWords] : text);
        if (cut)
        {
            text = text[..Math.Max(0, text.Length - from.LongestSecret)]; // the cut may have gone through one
        }

        string line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= 300 ? line : $"{line[..300]}…";
    }
}
