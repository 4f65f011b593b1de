namespace Gavel.Ethereum;

/// <summary>What one call of a batch gave: bytes, a revert, or the error that the node gave for this call alone. Each is an outcome.</summary>
public readonly struct CallResult
{
    private readonly ReadOnlyMemory<byte> _output;

    private CallResult(ReadOnlyMemory<byte> output, RpcException? error)
    {
        _output = output;
        Error = error;
    }

    /// <summary>Why there is no output: a revert, or what the node says of this call (invalid opcode, out of gas, a time limit); or null.</summary>
    public RpcException? Error { get; }

    /// <summary>The revert with its data, or null: only a revert is the contract's own answer.</summary>
    public RpcException? Revert => Error is { Kind: RpcErrorKind.Revert } ? Error : null;

    /// <summary>What the contract returned.</summary>
    /// <exception cref="RpcException">There is an error instead.</exception>
    public ReadOnlyMemory<byte> Output => Error is null ? _output : throw Error;

    internal static CallResult Of(RpcReply reply, int index)
    {
        if (reply.Error is { } error)
        {
            return new CallResult(default, error);
        }

        try
        {
            return new CallResult(new RpcValue(reply.Result, $"eth_call[{index}]").Bytes(), null);
        }
        catch (RpcException malformed)
        {
            return new CallResult(default, malformed);
        }
    }
}
