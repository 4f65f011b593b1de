using System.Text.Json;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace Gavel.Ethereum;

/// <summary>
/// Puts <see cref="IJsonRpc"/> under Nethereum's typed services, so that failover, limits, batching and the matching of answers to questions
/// stay ours. One instance serves one operation and carries its cancellation, since Nethereum's interfaces know none; making one costs an
/// object. Nothing is logged here: Nethereum's own client would log whole requests.
/// </summary>
/// <param name="rpc">The node or nodes.</param>
/// <param name="cancellationToken">Ends every request of this instance.</param>
public sealed class GavelClient(IJsonRpc rpc, CancellationToken cancellationToken = default) : ClientBase
{
    /// <summary>The answer to one request; its result is the element that came from the wire, and is not parsed again.</summary>
    /// <exception cref="NodeCallException">No result came.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public override async Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null)
    {
        ArgumentNullException.ThrowIfNull(rpcRequestMessage);
        try
        {
            JsonElement result = await rpc.RequestAsync(Ours(rpcRequestMessage.Method, rpcRequestMessage.RawParameters), cancellationToken).ConfigureAwait(false);
            return new RpcResponseMessage(rpcRequestMessage.Id, (object)result);
        }
        catch (RpcException error)
        {
            throw new NodeCallException(error);
        }
    }

    /// <summary>Sends the items as one logical batch and gives each its own answer by its place, in time linear in their number.</summary>
    /// <exception cref="NodeCallException">
    /// No usable answer came, or not one for each; or an item has an error and partial success was not asked for.
    /// </exception>
    public override async Task<RpcRequestResponseBatch> SendBatchRequestAsync(RpcRequestResponseBatch rpcRequestResponseBatch)
    {
        ArgumentNullException.ThrowIfNull(rpcRequestResponseBatch);
        RpcRequestMessage[] requests = rpcRequestResponseBatch.GetRpcRequests();
        IReadOnlyList<RpcReply> replies = await AskManyAsync(requests).ConfigureAwait(false);
        for (int i = 0; i < requests.Length; i++)
        {
            if (replies[i].Error is { } error && !rpcRequestResponseBatch.AcceptPartiallySuccessful)
            {
                throw new NodeCallException(error);
            }

            rpcRequestResponseBatch.BatchItems[i].DecodeResponse(Answer(requests[i], replies[i]));
        }

        return rpcRequestResponseBatch;
    }

    /// <summary>Reads a result strictly (<see cref="NodeJson"/>); JSON <c>null</c> is the type's default.</summary>
    /// <exception cref="RpcException">It is not of that type (<see cref="RpcErrorKind.Malformed"/>).</exception>
    public override T DecodeResult<T>(RpcResponseMessage rpcResponseMessage) => Read<T>(rpcResponseMessage, "result");

    /// <summary>Sends requests that Nethereum's services built as one logical batch, answers in order.</summary>
    /// <exception cref="NodeCallException">No usable answer came, or not one for each.</exception>
    internal Task<IReadOnlyList<RpcReply>> AskManyAsync(IEnumerable<Nethereum.JsonRpc.Client.RpcRequest> requests) =>
        AskManyAsync(requests.Select(request => Ours(request.Method, request.RawParameters)));

    /// <inheritdoc/>
    protected override async Task<RpcResponseMessage[]> SendAsync(RpcRequestMessage[] requests)
    {
        IReadOnlyList<RpcReply> replies = await AskManyAsync(requests).ConfigureAwait(false);
        return [.. requests.Select((request, i) => Answer(request, replies[i]))];
    }

    /// <inheritdoc/>
    protected override async Task<T> SendInnerRequestAsync<T>(RpcRequestMessage reqMsg, string? route = null) =>
        Read<T>(await SendAsync(reqMsg, route).ConfigureAwait(false), reqMsg.Method);

    private static RpcResponseMessage Answer(RpcRequestMessage request, RpcReply reply) =>
        reply.Error is null
            ? new RpcResponseMessage(request.Id, (object)reply.Result)
            : new RpcResponseMessage(request.Id, NodeCallException.Wire(reply.Error));

    private static T Read<T>(RpcResponseMessage response, string place) =>
        response.Result is JsonElement result ? NodeJson.Read<T>(result, place)! : throw new InvalidOperationException($"{place}: not an answer of this client");

    private static RpcRequest Ours(string method, object? parameters) => new(method, parameters switch
    {
        null => [],
        object?[] list => Array.ConvertAll(list, NodeJson.Write),
        _ => throw new NotSupportedException($"{method}: only positional parameters are sent"),
    });

    private Task<IReadOnlyList<RpcReply>> AskManyAsync(RpcRequestMessage[] requests) =>
        AskManyAsync(requests.Select(request => Ours(request.Method, request.RawParameters)));

    private async Task<IReadOnlyList<RpcReply>> AskManyAsync(IEnumerable<RpcRequest> requests)
    {
        try
        {
            return await rpc.BatchExactlyAsync([.. requests], cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw new NodeCallException(error);
        }
    }
}
