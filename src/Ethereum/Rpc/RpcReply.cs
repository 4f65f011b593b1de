using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>The answer to one request of a batch: a result, or the typed error that the node gave for this request alone.</summary>
public readonly struct RpcReply
{
    private readonly JsonElement _result;

    /// <summary>A result, which may be JSON <c>null</c>.</summary>
    public RpcReply(JsonElement result) => _result = result;

    /// <summary>An error.</summary>
    public RpcReply(RpcException error) => Error = error;

    /// <summary>The error, or null where there is a result.</summary>
    public RpcException? Error { get; }

    /// <summary>The result.</summary>
    /// <exception cref="RpcException">The node answered with an error.</exception>
    public JsonElement Result => Error is null ? _result : throw Error;
}
