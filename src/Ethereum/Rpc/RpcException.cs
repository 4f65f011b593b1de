namespace Gavel.Ethereum;

/// <summary>What kind of trouble an <see cref="RpcException"/> tells of; retry and failover are decided by it.</summary>
public enum RpcErrorKind
{
    /// <summary>The server could not be reached, broke the connection, or answered with a failing HTTP status, whatever its body.</summary>
    Network,

    /// <summary>The server refuses because of a limit: requests per time, or the size of an answer.</summary>
    RateLimit,

    /// <summary>
    /// The server answered with an error that is no revert. For a read this says nothing about the chain: other endpoints were asked, and
    /// none gave an answer. For <c>eth_sendRawTransaction</c> and for signers it is what they say of the request.
    /// </summary>
    NodeError,

    /// <summary>A contract reverted; <see cref="RpcException.RevertData"/> holds what it gave. The only error that is an answer to a read.</summary>
    Revert,

    /// <summary>The answer is not what the protocol or the method's schema says.</summary>
    Malformed,

    /// <summary>No answer came in time.</summary>
    Timeout,
}

/// <summary>A JSON-RPC request that gave no result. No message carries a credential of the endpoint's address.</summary>
public sealed class RpcException : Exception
{
    /// <summary>Trouble of the given kind.</summary>
    public RpcException(RpcErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>What went wrong.</summary>
    public RpcErrorKind Kind { get; }

    /// <summary>The JSON-RPC error code, where the server gave one.</summary>
    public long? Code { get; init; }

    /// <summary>The HTTP status, where it was the trouble.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The server's own words, cut to a readable length: to be shown, and for what is said of a transaction. Empty where there are none.</summary>
    public string NodeMessage { get; init; } = "";

    /// <summary>What a contract gave when it reverted: selector and arguments of its error. Empty for a bare revert, or if it was no revert.</summary>
    public ReadOnlyMemory<byte> RevertData { get; init; }

    /// <summary>How long the server asked us to wait (<c>Retry-After</c>).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where the limit concerns the size of the batch or its answer, and smaller batches would pass.</summary>
    public bool IsTooLarge { get; init; }

    /// <summary>
    /// True where no endpoint that was asked serves this method, this range of blocks or logs without an address: asking for less, or in
    /// another way, may pass; asking again as it is will not.
    /// </summary>
    public bool IsCapability { get; init; }

    /// <summary>True where no server said anything about the request: another attempt may well succeed although nothing has changed on the chain.</summary>
    public bool IsTransient => Kind is RpcErrorKind.Network or RpcErrorKind.RateLimit or RpcErrorKind.Timeout or RpcErrorKind.Malformed;

    /// <summary>
    /// True where no attempt of the request reached the server: it cannot have acted on it, and the size of the request has no part in it. Where
    /// one attempt may have reached it, this is false, whatever became of the others.
    /// </summary>
    public bool IsUnreachable { get; init; }

    /// <summary>True where the server was not asked, since our own budget for it is spent.</summary>
    internal bool IsOurs { get; init; }

    /// <summary>The same error as one that no endpoint could help with, with the words of all that were asked.</summary>
    internal RpcException AfterFailover(IReadOnlyList<RpcException> all, bool isCapability) => Copy(
        all.Count == 1 ? Message : $"all {all.Count} endpoints failed: {string.Join("; ", all.Select(e => e.Message))}",
        all.Count == 1 ? InnerException : new AggregateException(all),
        isCapability,
        all.All(e => e.IsUnreachable));

    /// <summary>The same error where an earlier attempt of the request may have reached the server.</summary>
    internal RpcException AfterArrival() => Copy(Message, InnerException, IsCapability, isUnreachable: false);

    private RpcException Copy(string message, Exception? inner, bool isCapability, bool isUnreachable) => new(Kind, message, inner)
    {
        Code = Code,
        HttpStatus = HttpStatus,
        NodeMessage = NodeMessage,
        RevertData = RevertData,
        RetryAfter = RetryAfter,
        IsTooLarge = IsTooLarge,
        IsCapability = isCapability,
        IsUnreachable = isUnreachable,
        IsOurs = IsOurs,
    };
}
