using Nethereum.JsonRpc.Client;
using WireError = Nethereum.JsonRpc.Client.RpcMessages.RpcError;

namespace Gavel.Ethereum;

/// <summary>
/// An <see cref="RpcException"/> on its way through Nethereum's services, as the type that they know: a revert's data stand where its
/// contract handlers look for them, so that they still make typed custom errors of it.
/// </summary>
public sealed class NodeCallException : RpcResponseException
{
    /// <summary>Wraps what went wrong.</summary>
    public NodeCallException(RpcException cause)
        : base(new RpcError(CodeOf(cause), cause.Message, DataOf(cause))) => Cause = cause;

    /// <summary>What went wrong.</summary>
    public RpcException Cause { get; }

    internal static WireError Wire(RpcException cause) => new() { Code = CodeOf(cause), Message = cause.Message, Data = DataOf(cause) };

    // Nethereum's codes have 32 bits.
    private static int CodeOf(RpcException cause) => cause.Code is >= int.MinValue and <= int.MaxValue ? (int)cause.Code : 0;

    private static string? DataOf(RpcException cause) => cause.Kind == RpcErrorKind.Revert ? Hex.Encode(cause.RevertData.Span) : null;
}
