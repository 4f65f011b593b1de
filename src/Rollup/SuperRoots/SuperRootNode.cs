using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>A node that serves super roots: op-node for its one chain, op-supernode for all chains of its process. Each backend is asked by its own address.</summary>
public sealed class SuperRootNode(IJsonRpc rpc)
{
    private const string Method = "superroot_atTimestamp";

    /// <summary><c>superroot_atTimestamp</c>.</summary>
    /// <param name="timestamp">Seconds since the epoch.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="RpcException">
    /// The node gave no usable answer. That is never an answer to the question itself: these nodes also give an error for what they have not recorded, or not derived yet.
    /// </exception>
    public async Task<SuperRootAnswer> AtTimestampAsync(ulong timestamp, CancellationToken cancellationToken) =>
        SuperRootAnswer.Read(new RpcValue(await rpc.RequestAsync(new RpcRequest(Method, Hex.Quantity(timestamp)), cancellationToken), Method), timestamp);
}
