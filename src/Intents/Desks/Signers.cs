using Gavel.Chains;
using Gavel.Ethereum;

namespace Gavel.Intents;

/// <summary>Makes the signer that an <see cref="AccountOptions"/> describes.</summary>
public static class Signers
{
    /// <summary>The signer. A remote one is not asked for anything yet.</summary>
    /// <exception cref="AccountException">A key, file or variable is missing or malformed. The message never holds a secret.</exception>
    /// <exception cref="FormatException">Not exactly one source of a key is configured, or an address is malformed.</exception>
    public static ISigner Of(AccountOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string?[] sources = [options.KeyVariable, options.KeyFile, options.MnemonicFile, options.KeystoreFile, options.RemoteSigner.Url, options.Kms.KeyId];
        if (sources.Count(source => !string.IsNullOrEmpty(source)) == 1)
        {
            switch (options)
            {
                case { KeyVariable.Length: > 0 }:
                    return new LocalSigner(PrivateKey.FromEnvironment(options.KeyVariable));
                case { KeyFile.Length: > 0 }:
                    return new LocalSigner(PrivateKey.FromFile(options.KeyFile));
                case { MnemonicFile.Length: > 0 }:
                    return new LocalSigner(MnemonicFile.Open(options.MnemonicFile, options.MnemonicPath));
                case { KeystoreFile.Length: > 0, KeystorePasswordFile.Length: > 0 }:
                    return new LocalSigner(KeystoreFile.Open(options.KeystoreFile, options.KeystorePasswordFile));
                case { RemoteSigner.Url.Length: > 0 }:
                    return Remote(options.RemoteSigner);
                case { Kms.KeyId.Length: > 0 }:
                    return Kms(options.Kms);
                default:
                    break; // a keystore without the file of its password
            }
        }

        throw new FormatException(
            "set exactly one of Account:KeyVariable, Account:KeyFile, Account:MnemonicFile, Account:KeystoreFile with Account:KeystorePasswordFile, Account:RemoteSigner:Url, or Account:Kms:KeyId");
    }

    /// <summary>Lets go of a signer's key or connection.</summary>
    public static async ValueTask ReleaseAsync(ISigner signer)
    {
        switch (signer)
        {
            case IAsyncDisposable remote:
                await remote.DisposeAsync();
                break;
            case IDisposable local:
                local.Dispose();
                break;
            default:
                break; // it holds nothing
        }
    }

    private static RemoteSigner Remote(RemoteSignerSettings settings) => new(
        Address.Parse(settings.Address ?? ""),
        new RemoteSignerOptions
        {
            Url = EndpointUrl.Parse(settings.Url!),
            CaPath = NullIfEmpty(settings.AuthorityFile),
            CertificatePath = NullIfEmpty(settings.CertificateFile),
            KeyPath = NullIfEmpty(settings.CertificateKeyFile),
            Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
        });

    private static KmsSigner Kms(KmsSettings settings) => new(new KmsOptions
    {
        KeyId = settings.KeyId!,
        Address = Address.Parse(settings.Address ?? ""),
        Region = NullIfEmpty(settings.Region),
        Endpoint = NullIfEmpty(settings.Endpoint) is { } endpoint ? KmsOptions.ReadEndpoint(endpoint) : null,
        Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
    });

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
