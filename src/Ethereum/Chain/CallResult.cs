
namespace Gavel.Ethereum;

/// <summary>What one call of a batch gave: bytes, or a revert, which is an outcome like any other.</summary>
public readonly struct CallResult
{
    private readonly ReadOnlyMemory<byte> _output;

    private CallResult(ReadOnlyMemory<byte> output, RpcException? revert)
    {
        _output = output;
        Revert = revert;
    }

    /// <summary>The revert with its data, or null.</summary>
    public RpcException? Revert { get; }

    /// <summary>What the contract returned.</summary>
    /// <exception cref="RpcException">It reverted.</exception>
    public ReadOnlyMemory<byte> Output => Revert is null ? _output : throw Revert;

    /// <exception cref="RpcException">The node gave an error that is no revert.</exception>
    internal static CallResult Of(RpcReply reply, int index) => reply.Error switch
    {
        null => new CallResult(new RpcValue(reply.Result, $"eth_call[{index}]").Bytes(), null),
        { Kind: RpcErrorKind.Revert } revert => new CallResult(default, revert),
        { } other => throw other,
    };
}
