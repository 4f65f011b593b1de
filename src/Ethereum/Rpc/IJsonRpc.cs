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
    /// Sends requests as one logical batch, split over as many round trips as the server bears. The answers stand in the order of the
    /// requests; an error that the node gives for one request is that request's answer.
    /// </summary>
    /// <exception cref="RpcException">No usable answer came for a part of the batch: nothing of the batch may be used.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken);
}
