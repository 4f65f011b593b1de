namespace Gavel.Ethereum;

/// <summary>The newest block of one endpoint, and how old that news is.</summary>
public sealed record ChainHead
{
    /// <summary>Block number.</summary>
    public required ulong Number { get; init; }

    /// <summary>Block hash; reads of a cycle are pinned to it.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>Hash of the block before.</summary>
    public required Hash32 ParentHash { get; init; }

    /// <summary>Block time, seconds since 1970.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>Who told it.</summary>
    public required EndpointUrl From { get; init; }

    /// <summary>How long this endpoint's head has been the same, as far as we looked.</summary>
    public TimeSpan Unchanged { get; init; }

    /// <summary>How much older the block is than the chain's clock (ours and the configured offset); negative where it is ahead.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>
    /// True if the head has not changed for <see cref="RpcOptions.HeadMaxAgeSeconds"/> or is older than that, and no other endpoint does
    /// better. Deciding goes on; how much time is left is to be counted by the clock as well.
    /// </summary>
    public bool StandsStill { get; init; }

    internal static ChainHead Read(RpcValue block, EndpointUrl from) => new()
    {
        Number = block["number"].UInt64(),
        Hash = block["hash"].Hash(),
        ParentHash = block["parentHash"].Hash(),
        Timestamp = block["timestamp"].UInt64(),
        From = from,
    };
}
