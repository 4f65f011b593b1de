using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gavel.Ethereum;

/// <summary>Connections to a remote signer: mutual TLS with an authority of one's own.</summary>
internal static class SignerTls
{
    /// <summary>A handler whose connections are authenticated as the options say; the certificates are checked to be readable now.</summary>
    /// <exception cref="AccountException">A certificate or key cannot be read, or only one of the two is given.</exception>
    public static SocketsHttpHandler NewHandler(RemoteSignerOptions options)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (options.CaPath is { } caPath)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Authorities(caPath));
            handler.SslOptions.CertificateChainPolicy = policy; // the host's name is compared all the same
        }

        if ((options.CertificatePath is null) != (options.KeyPath is null))
        {
            throw new AccountException($"remote signer {options.Url}: a certificate and its private key are given together or not at all");
        }

        if (options is { CertificatePath: { } certificatePath, KeyPath: { } keyPath })
        {
            ClientCertificate(certificatePath, keyPath).Dispose();
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => ClientCertificate(certificatePath, keyPath);
        }

        return handler;
    }

    private static X509Certificate2Collection Authorities(string path) => Read(path, () =>
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new AccountException($"file {path} holds no certificate in PEM form");
    });

    private static X509Certificate2 ClientCertificate(string certificatePath, string keyPath) =>
        Read($"{certificatePath} with key {keyPath}", () => X509Certificate2.CreateFromPemFile(certificatePath, keyPath));

    private static T Read<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new AccountException($"certificate {what} cannot be read: {e.Message}");
        }
    }
}
