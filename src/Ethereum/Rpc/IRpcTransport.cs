namespace Gavel.Ethereum;

/// <summary>One connection, or a way to make one, to one endpoint.</summary>
internal interface IRpcTransport : IAsyncDisposable
{
    /// <summary>Grows with each new connection on which somebody else may answer; always 0 where connections do not show.</summary>
    int Connections { get; }

    /// <summary>Sends requests in one message and gives their answers in order.</summary>
    /// <exception cref="RpcException">No usable answer came.</exception>
    Task<RpcReply[]> ExchangeAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken);
}
