namespace Gavel.Ethereum;

/// <summary>How one endpoint is treated.</summary>
public sealed record RpcOptions
{
    /// <summary>How long one round trip may take. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further attempts after a failing round trip that may pass the next time. Default 3; fewer are better where there is failover.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The median pause before the first retry; it doubles with each and varies at random. Default 250 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause, also where a server asks for more by <c>Retry-After</c>. Default 30 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests put into one round trip. Default 100; the size in use adapts downwards and grows back slowly.</summary>
    public int MaxBatchSize { get; init; } = 100;

    /// <summary>Requests per second that this endpoint is given, each request of a batch counted. Default null: no limit.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Requests that may be made at once before <see cref="RequestsPerSecond"/> holds them back. Default 100.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Bytes of one answer above which it is refused. Default 64 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Attempts within <see cref="BreakerWindow"/> of which half must fail before the endpoint is left alone for a while. Default 10.
    /// </summary>
    public int BreakerMinimum { get; init; } = 10;

    /// <summary>Default 30 s.</summary>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a failing endpoint is left alone. Default 15 s.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(15);
}
