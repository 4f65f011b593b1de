using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>A JSON-RPC server, whatever lies between: one endpoint or several, HTTP or WebSocket.</summary>
public interface IJsonRpc
{
    /// <summary>Sends one request and gives its result, which may be JSON <c>null</c>.</summary>
    /// <exception cref="RpcException">No usable answer came, or the node answered with an error.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Sends requests as one logical batch, split over as many round trips as the server bears. One reply for each request, in their order. That a
    /// request brings an error, or no answer where others do, is that request's outcome and no other's.
    /// </summary>
    /// <exception cref="RpcException">No server gives answers.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken);
}

/// <summary>What holds for every implementation.</summary>
internal static class JsonRpcExtensions
{
    /// <summary>Sends a batch and holds the server to one reply for each request.</summary>
    /// <exception cref="RpcException">There are more or fewer (<see cref="RpcErrorKind.Malformed"/>), or none at all.</exception>
    public static async Task<IReadOnlyList<RpcReply>> BatchExactlyAsync(this IJsonRpc rpc, IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(requests, cancellationToken).ConfigureAwait(false);
        return replies.Count == requests.Count ? replies
            : throw new RpcException(RpcErrorKind.Malformed, $"{replies.Count} replies to a batch of {requests.Count} requests");
    }
}
