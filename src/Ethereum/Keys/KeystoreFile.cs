using System.Security.Cryptography;
using System.Text.Json;
using Nethereum.KeyStore.Crypto;

namespace Gavel.Ethereum;

/// <summary>
/// Web3 keystore files, version 3: a private key in AES-128-CTR under a password stretched by scrypt or PBKDF2-HMAC-SHA-256. Nethereum does the
/// cryptography; the file is read and judged here first, since the library looks at neither version, cipher, prf, address nor bounds.
/// </summary>
public static class KeystoreFile
{
    private const int MaxBytes = 64 << 10;
    private const int MaxDepth = 16;
    private const int MaxPbkdf2Rounds = 10_000_000;
    private const int DerivedBytes = 32; // the first half is the cipher's key, the second the MAC's

    /// <summary>Opens a keystore file with the password in another file, of which line breaks at the end are no part.</summary>
    /// <exception cref="AccountException">A file cannot be read, is no keystore, or the password is wrong.</exception>
    public static PrivateKey Open(string path, string passwordPath)
    {
        using SecretText password = SecretText.OfFile(passwordPath, PasswordText.MaxBytes);
        using SecretText json = SecretText.OfFile(path, MaxBytes);
        return Decrypt(json, PasswordText.Of(password), $"keystore {path}", PasswordText.Remarks(password));
    }

    /// <summary>Opens a keystore.</summary>
    /// <param name="json">The file.</param>
    /// <param name="password">The password. Nethereum wants a string of it, which cannot be overwritten.</param>
    /// <param name="place">What the file is called in errors.</param>
    /// <param name="remarks">What to say beside a wrong password.</param>
    /// <exception cref="AccountException">It is no keystore of version 3, asks for more than is given, or the password is wrong.</exception>
    internal static PrivateKey Decrypt(SecretText json, ReadOnlySpan<char> password, string place, string remarks = "")
    {
        byte[] key = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.Memory, new JsonDocumentOptions { MaxDepth = MaxDepth });
            KeystoreFields file = new(document.RootElement, place);
            if (file.Number("version") != 3)
            {
                throw new AccountException($"{place}: version is {file.Number("version")}; only 3 is known");
            }

            KeystoreFields crypto = file.Object(file.Has("crypto") ? "crypto" : "Crypto");
            key = Decrypt(crypto, password.ToString(), place);
            return Checked(new PrivateKey(key), file, place);
        }
        catch (JsonException e)
        {
            throw new AccountException($"{place}: no JSON (line {e.LineNumber + 1}, character {e.BytePositionInLine + 1})");
        }
        catch (DecryptionException)
        {
            throw new AccountException($"{place}: wrong password (or a damaged file): the MAC differs{remarks}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

#pragma warning disable RS0030 // this is the place that checks
    private static byte[] Decrypt(KeystoreFields crypto, string password, string place)
    {
        if (crypto.Text("cipher") is not "aes-128-ctr" and var cipher)
        {
            throw new AccountException($"{place}: cipher is {Hex.Shown(cipher)}; only aes-128-ctr is known");
        }

        byte[] iv = crypto.Object("cipherparams").Bytes("iv", 16);
        byte[] ciphertext = crypto.Bytes("ciphertext", PrivateKey.Size);
        byte[] mac = crypto.Bytes("mac", Hash32.Size);
        KeystoreFields parameters = crypto.Object("kdfparams");
        byte[] salt = parameters.Bytes("salt", null);
        if (parameters.Number("dklen") != DerivedBytes)
        {
            throw new AccountException($"{place}: dklen is {parameters.Number("dklen")}; it is {DerivedBytes}");
        }

        KeyStoreCrypto library = new();
        switch (crypto.Text("kdf"))
        {
            case "scrypt":
                long n = parameters.Number("n"), r = parameters.Number("r"), p = parameters.Number("p");
                return ScryptBounds.Problem(n, r, p) is { } problem
                    ? throw new AccountException($"{place}: scrypt's {problem}")
                    : library.DecryptScrypt(password, mac, iv, ciphertext, (int)n, (int)p, (int)r, salt, DerivedBytes);
            case "pbkdf2":
                long rounds = parameters.Number("c");
                return parameters.Text("prf") != "hmac-sha256" || rounds is < 1 or > MaxPbkdf2Rounds
                    ? throw new AccountException(
                        $"{place}: pbkdf2 with prf {Hex.Shown(parameters.Text("prf"))} and c {rounds}; hmac-sha256 and 1 to {MaxPbkdf2Rounds} are known")
                    : library.DecryptPbkdf2Sha256(password, mac, iv, ciphertext, (int)rounds, salt, DerivedBytes);
            case var other:
                throw new AccountException($"{place}: kdf is {Hex.Shown(other)}; scrypt and pbkdf2 are known");
        }
    }
#pragma warning restore RS0030

    private static PrivateKey Checked(PrivateKey key, KeystoreFields file, string place)
    {
        string text = file.Has("address") ? file.Text("address") : "";
        string said = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        if (said.Length == 0 || string.Equals(said, key.Address.ToString()[2..], StringComparison.OrdinalIgnoreCase))
        {
            return key;
        }

        Address actual = key.Address;
        key.Dispose();
        throw new AccountException($"{place}: holds the key of {actual} but names the address {Hex.Shown(text)}");
    }
}
