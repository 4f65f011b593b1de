using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>Stands before a real node: counts the requests, and answers some of them otherwise, as bad nodes do.</summary>
internal sealed class SpoilingRpc(IJsonRpc node) : IJsonRpc
{
    private readonly List<string> _asked = [];

    /// <summary>What is said instead of the node's answer; null for the node's own.</summary>
    public Func<RpcRequest, RpcReply?> Spoil { get; set; } = static _ => null;

    /// <summary>Requests since the last <see cref="Reset"/>, each as method, contract and selector.</summary>
    public IReadOnlyList<string> Asked => _asked;

    public void Reset() => _asked.Clear();

    public static RpcReply Result(string json) => new(JsonDocument.Parse(json).RootElement);

    public static RpcReply Error(string message) => new(new RpcException(RpcErrorKind.NodeError, message));

    /// <summary>Whether a request calls a function, of any contract or of one.</summary>
    public static bool Calls(RpcRequest request, string signature, Address? contract = null) =>
        Describe(request) is { } text
        && text.StartsWith($"eth_call {contract?.ToString() ?? "0x"}", StringComparison.OrdinalIgnoreCase)
        && text.EndsWith(Selector.Of(signature).ToString(), StringComparison.Ordinal);

    /// <summary>Whether a request is about a contract.</summary>
    public static bool IsAbout(RpcRequest request, Address contract) => Describe(request).Contains(contract.ToString(), StringComparison.OrdinalIgnoreCase);

    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
    {
        _asked.Add(Describe(request));
        return Spoil(request) is { } spoilt ? spoilt.Result : await node.RequestAsync(request, cancellationToken);
    }

    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        _asked.AddRange(requests.Select(Describe));
        IReadOnlyList<RpcReply> replies = await node.BatchAsync(requests, cancellationToken);
        return [.. requests.Select((request, i) => Spoil(request) ?? replies[i])];
    }

    private static string Describe(RpcRequest request) => request.Parameters is [JsonObject call, ..]
        ? $"{request.Method} {call["to"]} {call["data"]!.ToString()[..10]}"
        : $"{request.Method} {(request.Parameters.Count > 0 ? request.Parameters[0]?.ToString() : "")}";
}
