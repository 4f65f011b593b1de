
namespace Gavel.Ethereum;

/// <summary>What kind of trouble an <see cref="RpcException"/> tells of; retry and failover are decided by it.</summary>
public enum RpcErrorKind
{
    /// <summary>The server could not be reached, broke the connection, or answered with a failing HTTP status.</summary>
    Network,

    /// <summary>The server refuses because of a limit: requests per time, batch size, response size.</summary>
    RateLimit,

    /// <summary>The server understood and answered with an error.</summary>
    NodeError,

    /// <summary>A contract reverted; <see cref="RpcException.RevertData"/> holds what it gave.</summary>
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

    /// <summary>The server's own words, cut to a readable length: for telling errors apart that share a code. Empty where there are none.</summary>
    public string NodeMessage { get; init; } = "";

    /// <summary>What a contract gave when it reverted: selector and arguments of its error. Empty for a bare revert, or if it was no revert.</summary>
    public ReadOnlyMemory<byte> RevertData { get; init; }

    /// <summary>How long the server asked us to wait (<c>Retry-After</c>).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where the limit concerns the size of the batch or its answer, and smaller batches would pass.</summary>
    public bool IsTooLarge { get; init; }

    /// <summary>True where another attempt, here or elsewhere, may well succeed although nothing has changed on the chain.</summary>
    public bool IsTransient => Kind is RpcErrorKind.Network or RpcErrorKind.RateLimit or RpcErrorKind.Timeout or RpcErrorKind.Malformed;

    /// <summary>True where the server answered that it does not have the block or state asked for: another one may have it.</summary>
    public bool IsMissingState { get; init; }

    /// <summary>This error, being the first of several servers', with the words of all.</summary>
    internal RpcException AfterFailover(IReadOnlyList<RpcException> all) =>
        new(Kind, $"all {all.Count} endpoints failed: {string.Join("; ", all.Select(e => e.Message))}", new AggregateException(all))
        {
            Code = Code,
            HttpStatus = HttpStatus,
            NodeMessage = NodeMessage,
            RevertData = RevertData,
            RetryAfter = RetryAfter,
            IsTooLarge = IsTooLarge,
            IsMissingState = IsMissingState,
        };
}
