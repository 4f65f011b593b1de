using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Gavel.Ethereum;

/// <summary>The text of JSON-RPC 2.0: requests out, answers in. Answers are matched by id, whatever their order.</summary>
internal static class RpcWire
{
    private const int MaxWords = 4096;

    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 64 };

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

    /// <summary>Parses a message.</summary>
    /// <exception cref="RpcException">It is no JSON in UTF-8, or nested more than 64 deep.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> message, EndpointUrl from)
    {
        // The parser would leave bad UTF-8 inside of strings to be found by whoever reads them.
        if (!Utf8.IsValid(message.Span))
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer is no text in UTF-8: {Start(message.Span, from)}");
        }

        try
        {
            return JsonDocument.Parse(message, Limits);
        }
        catch (JsonException e)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer is no JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}): {Start(message.Span, from)}"); // e.Message quotes it
        }
    }

    /// <summary>Brings the answers into the order of the requests.</summary>
    /// <exception cref="RpcException">An answer is missing, doubled or foreign, or the server refused the whole batch.</exception>
    public static RpcReply[] Decode(JsonElement answer, IReadOnlyList<RpcRequest> requests, long firstId, EndpointUrl from)
    {
        RpcReply?[] replies = new RpcReply?[requests.Count];
        try
        {
            TakeAll(answer, requests, firstId, from, replies);
        }
        catch (InvalidOperationException)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer has a name with half of a surrogate pair");
        }

        RpcReply[] complete = new RpcReply[requests.Count];
        for (int i = 0; i < replies.Length; i++)
        {
            complete[i] = replies[i]
                ?? throw new RpcException(
                    RpcErrorKind.Malformed, $"{from}: no answer to {requests[i].Method} (request {i + 1} of {requests.Count})");
        }

        return complete;
    }

    private static void TakeAll(JsonElement answer, IReadOnlyList<RpcRequest> requests, long firstId, EndpointUrl from, RpcReply?[] replies)
    {
        if (answer.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in answer.EnumerateArray())
            {
                Take(item, requests, firstId, from, replies);
            }
        }
        else
        {
            Take(answer, requests, firstId, from, replies);
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

    private static void Take(JsonElement item, IReadOnlyList<RpcRequest> requests, long firstId, EndpointUrl from, RpcReply?[] replies)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: an answer is no object but {item.ValueKind}");
        }

        bool failed = item.TryGetProperty("error"u8, out JsonElement error) && error.ValueKind != JsonValueKind.Null;
        if (!TryReadId(item, out long id))
        {
            // A server that could not or would not read the batch answers once, with the id null.
            throw failed
                ? RpcErrors.FromNode(error, $"a batch of {requests.Count}", from)
                : new RpcException(RpcErrorKind.Malformed, $"{from}: an answer without an id");
        }

        long index = id - firstId;
        if (index < 0 || index >= replies.Length)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: an answer to a request that was not made (id {id})");
        }

        if (replies[index] is not null)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: two answers to {requests[(int)index].Method} (id {id})");
        }

        if (failed)
        {
            replies[index] = new RpcReply(RpcErrors.FromNode(error, requests[(int)index].Method, from));
        }
        else if (item.TryGetProperty("result"u8, out JsonElement result))
        {
            replies[index] = new RpcReply(result.Clone());
        }
        else
        {
            throw new RpcException(RpcErrorKind.Malformed, $"{from}: the answer to {requests[(int)index].Method} has neither result nor error");
        }
    }

    // Some servers give ids back as strings.
    private static bool TryReadId(JsonElement item, out long id)
    {
        id = 0;
        return item.TryGetProperty("id"u8, out JsonElement field) && field.ValueKind switch
        {
            JsonValueKind.Number => field.TryGetInt64(out id),
            JsonValueKind.String => long.TryParse(field.GetRawText().AsSpan().Trim('"'), System.Globalization.CultureInfo.InvariantCulture, out id),
            _ => false,
        };
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
