using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// Gives a JSON-RPC error its kind: a revert if <see cref="RevertTable"/> says so, else a limit or an error of the node by its code alone.
/// Words are kept to be shown; they decide nothing.
/// </summary>
internal static class RpcErrors
{
    // EIP-1474, JSON-RPC 2.0, and HTTP's number as several providers give it.
    private const long LimitExceeded = -32005;
    private const long TooManyRequests = 429;

    /// <summary>The typed form of a JSON-RPC error object.</summary>
    public static RpcException FromNode(JsonElement error, string method, EndpointUrl from)
    {
        // Seen from proxies: the error is a plain string.
        (long? code, string message, JsonElement data) = error.ValueKind switch
        {
            JsonValueKind.Object => Parts(error),
            JsonValueKind.String => (null, TextOf(error), default),
            _ => (null, error.ValueKind.ToString(), default),
        };
        byte[]? revert = RevertTable.Find(code, message, data);

        // For logs "limit exceeded" speaks of the range, which no pause mends.
        bool limited = revert is null && (code == TooManyRequests || (code == LimitExceeded && method != RpcMethods.GetLogs));
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
        };
    }

    /// <summary>Code, message and data of an error object; what is missing or of another type is null, empty, undefined.</summary>
    internal static (long? Code, string Message, JsonElement Data) Parts(JsonElement error) =>
    (
        error.TryGetProperty("code"u8, out JsonElement code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt64(out long value) ? value : null,
        error.TryGetProperty("message"u8, out JsonElement message) && message.ValueKind == JsonValueKind.String ? TextOf(message) : "",
        error.TryGetProperty("data"u8, out JsonElement data) ? data : default);

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
}
