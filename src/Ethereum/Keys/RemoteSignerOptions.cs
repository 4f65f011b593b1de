namespace Gavel.Ethereum;

/// <summary>Where a remote signer is, and the certificates on both sides.</summary>
public sealed record RemoteSignerOptions
{
    /// <summary>An <c>https</c> address; <c>http</c> is taken only on this machine.</summary>
    public required EndpointUrl Url { get; init; }

    /// <summary>PEM file of the authorities that may vouch for the service. Null: those that the system trusts.</summary>
    public string? CaPath { get; init; }

    /// <summary>PEM file of our certificate, with the chain below its authority. Read anew for each connection, since such certificates are short-lived.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>PEM file of our certificate's private key.</summary>
    public string? KeyPath { get; init; }

    /// <summary>How long one signature may take. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
