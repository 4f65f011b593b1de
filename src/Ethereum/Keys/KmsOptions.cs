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

    /// <summary>Address of the service instead of the region's own: a VPC endpoint or a stand-in, as <see cref="ReadEndpoint"/> takes it.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How long one answer may take, retries within it. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads an <see cref="Endpoint"/>: <c>https</c>, or <c>http</c> on this machine, without credentials in it.</summary>
    /// <exception cref="FormatException">Any other text; the message does not repeat it.</exception>
    public static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? uri
            : throw new FormatException("the endpoint of AWS KMS is an https address without credentials in it (http is taken only on this machine), such as https://vpce-...kms.eu-central-1.vpce.amazonaws.com");
}
