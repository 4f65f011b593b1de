namespace Gavel.Ethereum;

/// <summary>What the access to nodes must know of single methods.</summary>
internal static class RpcMethods
{
    public const string GetLogs = "eth_getLogs";
    public const string ChainId = "eth_chainId";
    public const string BlockByNumber = "eth_getBlockByNumber";

    /// <summary>True for methods that hand over a transaction. Their errors are about the request; to repeat them elsewhere does no harm.</summary>
    public static bool IsSend(string method) => method.StartsWith("eth_send", StringComparison.Ordinal);

    /// <summary>
    /// True if a reply settles its request, so that nobody else need be asked: a result, or a revert. That a server does not have a block that
    /// is named by its hash is no more than that server's word.
    /// </summary>
    public static bool IsSettled(RpcRequest request, RpcReply reply) => reply.Error is { } error
        ? error.Kind == RpcErrorKind.Revert
        : reply.Result.ValueKind != System.Text.Json.JsonValueKind.Null || request.Method is not ("eth_getBlockByHash" or "eth_getBlockReceipts");
}
