using Gavel.Ethereum;

namespace Gavel.Challenger;

/// <summary>Makes the signer that an <see cref="AccountOptions"/> describes.</summary>
public static class Signers
{
    /// <summary>The signer.</summary>
    /// <exception cref="AccountException">A key, file or variable is missing or malformed. The message never holds a secret.</exception>
    /// <exception cref="FormatException">Not exactly one source of a key is configured.</exception>
    public static LocalSigner Of(AccountOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options switch
        {
            { KeyVariable.Length: > 0, KeyFile: null or "", MnemonicFile: null or "", KeystoreFile: null or "" } => new(PrivateKey.FromEnvironment(options.KeyVariable)),
            { KeyFile.Length: > 0, KeyVariable: null or "", MnemonicFile: null or "", KeystoreFile: null or "" } => new(PrivateKey.FromFile(options.KeyFile)),
            { MnemonicFile.Length: > 0, KeyVariable: null or "", KeyFile: null or "", KeystoreFile: null or "" } =>
                new(Mnemonic.FromFile(options.MnemonicFile, options.MnemonicPath)),
            { KeystoreFile.Length: > 0, KeystorePasswordFile.Length: > 0, KeyVariable: null or "", KeyFile: null or "", MnemonicFile: null or "" } =>
                new(Keystore.FromFile(options.KeystoreFile, options.KeystorePasswordFile)),
            _ => throw new FormatException(
                "set exactly one of Account:KeyVariable, Account:KeyFile, Account:MnemonicFile, or Account:KeystoreFile with Account:KeystorePasswordFile"),
        };
    }
}
