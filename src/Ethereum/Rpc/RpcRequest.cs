using System.Text.Json.Nodes;

namespace Gavel.Ethereum;

/// <summary>
/// One JSON-RPC call: a method and its positional parameters. Text and numbers convert to <see cref="JsonNode"/> by themselves; parameters
/// are only read, so that a request may be sent many times.
/// </summary>
public sealed class RpcRequest(string method, params JsonNode?[] parameters)
{
    /// <summary>The method, for example <c>eth_call</c>.</summary>
    public string Method { get; } = method;

    /// <summary>The positional parameters.</summary>
    public IReadOnlyList<JsonNode?> Parameters { get; } = parameters;

    /// <summary>The method alone, since parameters may be secret or huge.</summary>
    public override string ToString() => Method;
}
