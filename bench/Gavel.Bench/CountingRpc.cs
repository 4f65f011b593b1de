using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Bench;

/// <summary>Counts requests, each of a batch for itself.</summary>
/// <param name="node">What answers.</param>
/// <param name="hidesCode">Answers <c>eth_getCode</c> with code that is no clone's, so that nothing is read from it.</param>
internal sealed class CountingRpc(IJsonRpc node, bool hidesCode = false) : IJsonRpc
{
    private static readonly RpcReply s_other = new(JsonDocument.Parse("\"0xfe\"").RootElement);

    public int Count { get; private set; }

    public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
    {
        Count++;
        return node.RequestAsync(request, cancellationToken);
    }

    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        Count += requests.Count;
        IReadOnlyList<RpcReply> replies = await node.BatchAsync(requests, cancellationToken);
        return [.. requests.Select((request, i) => hidesCode && request.Method == "eth_getCode" ? s_other : replies[i])];
    }
}
