using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>Sorts the errors of real nodes and providers into kinds, and finds revert data where each of them puts it.</summary>
internal static class RpcErrors
{
    // EIP-1474
    private const long ResourceNotFound = -32001;
    private const long LimitExceeded = -32005;

    private static readonly string[] RateWords =
    [
        "rate limit", "ratelimit", "too many requests", "request limit", "capacity", "throughput", "quota", "credits", "slow down",
        "daily request count", "requests per second", "compute units per second",
    ];

    private static readonly string[] SizeWords =
    [
        "batch too large", "batch item count", "batch size", "batch limit", "too many batch", "batch requests", "response too large",
        "response size", "payload too large", "entity too large", "message too big", "request too large", "body too large",
    ];

    private static readonly string[] MissingWords =
    [
        "header not found", "block not found", "unknown block", "missing trie node", "state not available", "state is not available",
        "historical state", "pruned", "is not available", "hash is not currently canonical", "not canonical", "blockoutofrange", "cannot find block",
        "could not find block", "distance to target block exceeds",
    ];

    /// <summary>The typed form of a JSON-RPC error object.</summary>
    public static RpcException FromNode(JsonElement error, string method, EndpointUrl from)
    {
        if (error.ValueKind != JsonValueKind.Object)
        {
            // Seen from proxies: the error is a plain string.
            string words = error.ValueKind == JsonValueKind.String ? TextOf(error) : error.ValueKind.ToString();
            return Sort(null, words, method, from, default);
        }

        long? code = error.TryGetProperty("code"u8, out JsonElement codeField) && codeField.ValueKind == JsonValueKind.Number
            && codeField.TryGetInt64(out long value) ? value : null;
        string message = error.TryGetProperty("message"u8, out JsonElement messageField) && messageField.ValueKind == JsonValueKind.String
            ? TextOf(messageField)
            : "";
        JsonElement data = error.TryGetProperty("data"u8, out JsonElement dataField) ? dataField : default;
        return Sort(code, message, method, from, data);
    }

    private static RpcException Sort(long? code, string message, string method, EndpointUrl from, JsonElement data)
    {
        byte[]? revert = RevertData.Find(code, message, data);
        bool tooLarge = revert is null && Holds(message, SizeWords);
        bool limited = revert is null && (tooLarge || code is LimitExceeded or 429 || (code is null or <= -32000 && Holds(message, RateWords)));
        RpcErrorKind kind = revert is not null ? RpcErrorKind.Revert : limited ? RpcErrorKind.RateLimit : RpcErrorKind.NodeError;
        string what = kind switch
        {
            RpcErrorKind.Revert => revert!.Length == 0 ? "reverted without data" : $"reverted with {revert.Length} bytes ({Shown(revert)})",
            RpcErrorKind.RateLimit => "refused because of a limit",
            _ => "answered with an error",
        };
        message = RpcWire.Readable(message, from);
        return new RpcException(kind, $"{from}: {method} {what}: {(code is null ? "" : $"code {code}, ")}{message}")
        {
            Code = code,
            NodeMessage = message,
            RevertData = revert ?? [],
            IsTooLarge = tooLarge,
            IsMissingState = kind == RpcErrorKind.NodeError && (code == ResourceNotFound || Holds(message, MissingWords)),
        };
    }

    /// <summary>True where a text holds one of the words, whatever the case.</summary>
    public static bool IsAboutSize(string text) => Holds(text, SizeWords);

    internal static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return text.GetRawText(); // half of a surrogate pair: shown as it was escaped
        }
    }

    private static string Shown(byte[] data) => Hex.Encode(data.AsSpan(0, Math.Min(4, data.Length)));

    private static bool Holds(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
