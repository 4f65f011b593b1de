namespace Gavel.Ethereum;

/// <summary>How one endpoint is treated.</summary>
public sealed record RpcOptions
{
    /// <summary>How long one round trip may take. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests put into one round trip. Default 100; the size in use adapts downwards.</summary>
    public int MaxBatchSize { get; init; } = 100;

    /// <summary>Bytes of one answer above which it is refused. Default 64 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;
}
