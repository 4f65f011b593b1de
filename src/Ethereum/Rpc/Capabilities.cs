using System.Globalization;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum;

/// <summary>
/// What one endpoint has refused to serve of late: a method, a range of blocks in <c>eth_getLogs</c> from some length on, logs without an
/// address. No sign of ill health; another endpoint is asked first for as long as it is remembered, then it is tried again.
/// </summary>
internal sealed class Capabilities(RpcOptions options, TimeProvider time)
{
    // JSON-RPC 2.0 and EIP-1474: "method not found", "method not supported".
    private const long MethodNotFound = -32601;
    private const long MethodNotSupported = -32004;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Refusal> _refusals = [];

    /// <summary>
    /// Whether an error may be a refusal of this kind rather than trouble. Told by the method and the code: providers share neither codes nor
    /// words for ranges that are too long, so that any error to a range of logs counts.
    /// </summary>
    public static bool MayBeRefusal(RpcRequest request, RpcException error) =>
        error.Code is MethodNotFound or MethodNotSupported
        || (request.Method == RpcMethods.GetLogs && error.Kind == RpcErrorKind.NodeError && !IsByHash(request));

    /// <summary>Whether the endpoint is not known to refuse such a request.</summary>
    public bool Serves(RpcRequest request)
    {
        lock (_lock)
        {
            if (_refusals.Count == 0)
            {
                return true;
            }

            return !Refuses(request.Method, 0) && !Refuses(Key(request), Span(request));
        }
    }

    /// <summary>The endpoint refused it, where another one answered or none did.</summary>
    public void Refused(RpcRequest request, RpcException error)
    {
        bool whole = error.Code is MethodNotFound or MethodNotSupported;
        string key = whole ? request.Method : Key(request);
        lock (_lock)
        {
            ulong span = whole ? 0 : Span(request);
            ulong least = _refusals.TryGetValue(key, out Refusal before) && !IsOver(before) ? Math.Min(before.Span, span) : span;
            _refusals[key] = new Refusal(least, time.GetTimestamp());
        }
    }

    /// <summary>The endpoint served it: whatever was remembered against that is out of date.</summary>
    public void Served(RpcRequest request)
    {
        lock (_lock)
        {
            if (_refusals.Count > 0)
            {
                _refusals.Remove(request.Method);
                if (_refusals.TryGetValue(Key(request), out Refusal refusal) && Span(request) >= refusal.Span)
                {
                    _refusals.Remove(Key(request));
                }
            }
        }
    }

    private static string Key(RpcRequest request) => request.Method == RpcMethods.GetLogs
        ? (Filter(request)?["address"] is JsonArray { Count: > 0 } or JsonValue ? "logs of addresses" : "logs of all")
        : request.Method;

    private static bool IsByHash(RpcRequest request) => Filter(request)?["blockHash"] is not null;

    private static JsonObject? Filter(RpcRequest request) => request.Parameters.Count > 0 ? request.Parameters[0] as JsonObject : null;

    // Blocks beyond the first; a range with a tag may be of any length and counts as one block, so that a refusal of it tells of no other.
    private static ulong Span(RpcRequest request)
    {
        JsonObject? filter = request.Method == RpcMethods.GetLogs ? Filter(request) : null;
        return filter is not null && Number(filter["fromBlock"]) is { } from && Number(filter["toBlock"]) is { } to && to >= from ? to - from : 0;
    }

    private static ulong? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) && text.StartsWith("0x", StringComparison.Ordinal)
        && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    private bool Refuses(string key, ulong span) =>
        _refusals.TryGetValue(key, out Refusal refusal) && span >= refusal.Span && !IsOver(refusal);

    private bool IsOver(Refusal refusal) => time.GetElapsedTime(refusal.At).TotalSeconds >= options.CapabilitySeconds;

    private readonly record struct Refusal(ulong Span, long At);
}
