using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>
/// Web3 keystore files, version 3: a private key in AES-128-CTR under a password stretched by scrypt or PBKDF2-HMAC-SHA-256. Parameters are
/// bounded, so that a foreign file costs neither unbounded memory nor time.
/// </summary>
public static class Keystore
{
    private const int MaxFileBytes = 64 << 10;
    private const int MaxPasswordBytes = 16 << 10;
    private const int MaxPbkdf2Rounds = 10_000_000;
    private const int DerivedBytes = 32; // the first half is the cipher's key, the second the MAC's

    /// <summary>Opens a keystore file with the password in another file, of which a line break at the end is no part.</summary>
    /// <exception cref="AccountException">A file cannot be read, is no keystore, or the password is wrong.</exception>
    public static PrivateKey FromFile(string path, string passwordPath)
    {
        byte[] password = SecretFile.Read(passwordPath, MaxPasswordBytes);
        try
        {
            ReadOnlySpan<byte> line = password;
            line = line.EndsWith("\n"u8) ? line[..^1] : line;
            line = line.EndsWith("\r"u8) ? line[..^1] : line;
            return Decrypt(SecretFile.Read(path, MaxFileBytes), line, $"keystore {path}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>Opens a keystore.</summary>
    /// <param name="json">The file.</param>
    /// <param name="password">The password in UTF-8; the caller clears it.</param>
    /// <param name="place">What the file is called in errors.</param>
    /// <exception cref="AccountException">It is no keystore of version 3, asks for more than is given, or the password is wrong.</exception>
    public static PrivateKey Decrypt(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> password, string place)
    {
        Span<byte> derived = stackalloc byte[DerivedBytes];
        Span<byte> macInput = stackalloc byte[DerivedBytes / 2 + Secp256k1.KeySize];
        byte[] key = GC.AllocateUninitializedArray<byte>(Secp256k1.KeySize, pinned: true);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            KeystoreFields file = new(document.RootElement, place);
            if (file.Number("version") != 3)
            {
                throw new AccountException($"{place}: version is {file.Number("version")}; only 3 is known");
            }

            KeystoreFields crypto = file.Object(file.Has("crypto") ? "crypto" : "Crypto");
            if (crypto.Text("cipher") is not "aes-128-ctr" and var cipher)
            {
                throw new AccountException($"{place}: cipher is {Hex.Shown(cipher)}; only aes-128-ctr is known");
            }

            byte[] iv = crypto.Object("cipherparams").Bytes("iv", 16);
            byte[] ciphertext = crypto.Bytes("ciphertext", Secp256k1.KeySize);
            byte[] mac = crypto.Bytes("mac", Hash32.Size);
            Derive(crypto, password, derived, place);
            derived[16..].CopyTo(macInput);
            ciphertext.CopyTo(macInput[16..]);
            Hash32 expected = Keccak256.Hash(macInput);
            if (!CryptographicOperations.FixedTimeEquals(mac, Hash32.BytesOf(in expected)))
            {
                throw new AccountException($"{place}: wrong password (or a damaged file): the MAC differs");
            }

            ApplyCtr(derived[..16], iv, ciphertext, key);
            return Checked(new PrivateKey(key), file, place);
        }
        catch (JsonException e)
        {
            throw new AccountException($"{place}: no JSON (line {e.LineNumber + 1})");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(macInput);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static PrivateKey Checked(PrivateKey key, KeystoreFields file, string place)
    {
        if (!file.Has("address") || file.Text("address") is not { Length: > 0 } text)
        {
            return key;
        }

        string said = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        if (string.Equals(said, key.Address.ToString()[2..], StringComparison.OrdinalIgnoreCase))
        {
            return key;
        }

        Address actual = key.Address;
        key.Dispose();
        throw new AccountException($"{place}: holds the key of {actual} but names the address {Hex.Shown(text)}");
    }

    private static void Derive(KeystoreFields crypto, ReadOnlySpan<byte> password, Span<byte> derived, string place)
    {
        KeystoreFields parameters = crypto.Object("kdfparams");
        byte[] salt = parameters.Bytes("salt", null);
        if (parameters.Number("dklen") != DerivedBytes)
        {
            throw new AccountException($"{place}: dklen is {parameters.Number("dklen")}; it is {DerivedBytes}");
        }

        switch (crypto.Text("kdf"))
        {
            case "scrypt":
                long n = parameters.Number("n"), r = parameters.Number("r"), p = parameters.Number("p");
                if (Scrypt.Problem(n, r, p) is { } problem)
                {
                    throw new AccountException($"{place}: scrypt's {problem}");
                }

                Scrypt.DeriveKey(password, salt, (int)n, (int)r, (int)p, derived);
                break;
            case "pbkdf2":
                long rounds = parameters.Number("c");
                if (parameters.Text("prf") != "hmac-sha256" || rounds is < 1 or > MaxPbkdf2Rounds)
                {
                    throw new AccountException(
                        $"{place}: pbkdf2 with prf {Hex.Shown(parameters.Text("prf"))} and c {rounds}; hmac-sha256 and 1 to {MaxPbkdf2Rounds} are known");
                }

                Rfc2898DeriveBytes.Pbkdf2(password, salt, derived, (int)rounds, HashAlgorithmName.SHA256);
                break;
            case var other:
                throw new AccountException($"{place}: kdf is {Hex.Shown(other)}; scrypt and pbkdf2 are known");
        }
    }

    // The platform has no counter mode: the counter, a big-endian number that begins with the iv, is encrypted block by block.
    private static void ApplyCtr(ReadOnlySpan<byte> key, byte[] iv, ReadOnlySpan<byte> input, Span<byte> output)
    {
        using Aes aes = Aes.Create();
        aes.SetKey(key);
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        Span<byte> block = stackalloc byte[16];
        for (int at = 0; at < input.Length; at += block.Length)
        {
            BinaryPrimitives.WriteUInt128BigEndian(block, counter);
            aes.EncryptEcb(block, block, PaddingMode.None);
            for (int i = 0; i < block.Length && at + i < input.Length; i++)
            {
                output[at + i] = (byte)(input[at + i] ^ block[i]);
            }

            counter = unchecked(counter + 1);
        }

        CryptographicOperations.ZeroMemory(block);
    }
}
