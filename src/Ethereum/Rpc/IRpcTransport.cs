namespace Gavel.Ethereum;

/// <summary>One connection, or a way to make one, to one endpoint.</summary>
internal interface IRpcTransport : IAsyncDisposable
{
    /// <summary>Sends requests in one message and gives their answers in order.</summary>
    /// <exception cref="RpcException">No usable answer came.</exception>
    Task<RpcReply[]> ExchangeAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken);
}
