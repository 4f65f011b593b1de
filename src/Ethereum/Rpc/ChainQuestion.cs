namespace Gavel.Ethereum;

/// <summary>
/// The small question by which a server shows that it is well and of which chain it is: <see cref="Execution"/> for execution nodes; servers of
/// another kind are asked something of their own.
/// </summary>
/// <param name="request">What is asked.</param>
/// <param name="read">Reads the chain id from the result; throws <see cref="RpcException"/> where it is not there.</param>
public sealed class ChainQuestion(RpcRequest request, Func<RpcValue, ulong> read)
{
    /// <summary><c>eth_chainId</c>; to be well a server must also tell its height.</summary>
    public static ChainQuestion Execution { get; } = new(new RpcRequest(RpcMethods.ChainId), static value => value.UInt64()) { WithHeight = true };

    internal RpcRequest Request { get; } = request;

    /// <summary>Whether a server that is well tells the height of its chain (<c>eth_blockNumber</c>) too.</summary>
    internal bool WithHeight { get; init; }

    /// <summary>The chain id that a reply tells.</summary>
    /// <exception cref="RpcException">It tells none.</exception>
    internal ulong Read(RpcReply reply, EndpointUrl from) => read(new RpcValue(reply.Result, $"{from}: {Request.Method}"));
}
