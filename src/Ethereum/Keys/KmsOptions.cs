namespace Gavel.Ethereum;

/// <summary>A key in AWS KMS that signs for an account. Credentials are no options: the SDK finds them itself (environment, profile, role of the machine or pod).</summary>
public sealed record KmsOptions
{
    /// <summary>The account. What the service says its key is must be the key of this account.</summary>
    public required Address Address { get; init; }

    /// <summary>Key id, ARN, or alias (<c>alias/…</c>).</summary>
    public required string KeyId { get; init; }

    /// <summary>Region, such as <c>eu-central-1</c>. Null: as the SDK finds it (<c>AWS_REGION</c>, profile).</summary>
    public string? Region { get; init; }

    /// <summary>Address of the service instead of the region's own: a VPC endpoint or a stand-in. <c>https</c>, or <c>http</c> on this machine.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How long one answer may take, retries within it. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
