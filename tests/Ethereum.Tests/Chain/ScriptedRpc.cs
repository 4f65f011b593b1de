using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests;

/// <summary>A node that answers each method with what a test says, and remembers what it was asked.</summary>
internal sealed class ScriptedRpc(Func<RpcRequest, RpcReply> answer) : IJsonRpc
{
    public List<RpcRequest> Asked { get; } = [];

    /// <summary>Answers everything with one JSON text.</summary>
    public static ScriptedRpc Of(string json)
    {
        JsonElement element = JsonDocument.Parse(json).RootElement;
        return new ScriptedRpc(_ => new RpcReply(element));
    }

    public static ScriptedRpc Of(JsonNode? node) => Of(node?.ToJsonString() ?? "null");

    public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.Add(request);
        RpcReply reply = answer(request);
        return reply.Error is { } error ? Task.FromException<JsonElement>(error) : Task.FromResult(reply.Result);
    }

    public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.AddRange(requests);
        return Task.FromResult<IReadOnlyList<RpcReply>>([.. requests.Select(answer)]);
    }
}
