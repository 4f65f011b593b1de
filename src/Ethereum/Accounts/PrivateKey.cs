using System.Security.Cryptography;
using System.Text;

namespace Gavel.Ethereum;

/// <summary>
/// A private key in memory that is pinned, so that the garbage collector leaves no copies behind, and overwritten when disposed. It is never
/// shown: <see cref="ToString"/> gives the address.
/// </summary>
public sealed class PrivateKey : IDisposable
{
    private const int MaxFileBytes = 1024;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Secp256k1.KeySize, pinned: true);
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>Copies 32 bytes; the caller clears its own.</summary>
    /// <exception cref="AccountException">Not 32 bytes, or not a number in 1 … n - 1.</exception>
    public PrivateKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Secp256k1.KeySize || !Secp256k1.IsKey(key))
        {
            throw new AccountException($"a private key is 32 bytes that make a number from 1 to the curve's order; got {key.Length} bytes");
        }

        key.CopyTo(_key);
        Address = Secp256k1.AddressOf(Secp256k1.PublicKeyOf(_key));
    }

    /// <summary>Overwrites a key that was not disposed.</summary>
    ~PrivateKey() => Clear();

    /// <summary>The account.</summary>
    public Address Address { get; }

    /// <summary>Reads 64 hex digits, with or without <c>0x</c>, from an environment variable.</summary>
    /// <exception cref="AccountException">It is not set or holds no key.</exception>
    public static PrivateKey FromEnvironment(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? FromHex(Encoding.UTF8.GetBytes(text), $"environment variable {variable}")
            : throw new AccountException($"environment variable {variable} is not set; it should hold a private key of 64 hex digits");

    /// <summary>Reads 64 hex digits, with or without <c>0x</c>, from a file, with white space around them.</summary>
    /// <exception cref="AccountException">It cannot be read or holds no key.</exception>
    public static PrivateKey FromFile(string path)
    {
        byte[] text = SecretFile.Read(path, MaxFileBytes);
        return FromHex(text, $"file {path}");
    }

    /// <summary>Signs a hash.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public Signature Sign(Hash32 hash)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Secp256k1.Sign(hash, _key);
        }
    }

    /// <summary>Overwrites the key.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Clear();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Says whose key it is, not which.</summary>
    public override string ToString() => $"private key of {Address}";

    /// <summary>Reads hex digits and overwrites the text.</summary>
    internal static PrivateKey FromHex(byte[] text, string place)
    {
        byte[] key = GC.AllocateUninitializedArray<byte>(Secp256k1.KeySize, pinned: true);
        try
        {
            ReadOnlySpan<byte> digits = text.AsSpan().Trim((ReadOnlySpan<byte>)" \t\r\n"u8);
            digits = digits.StartsWith("0x"u8) ? digits[2..] : digits;
            return digits.Length == 2 * key.Length
                && Convert.FromHexString(digits, key, out _, out _) == System.Buffers.OperationStatus.Done
                && Secp256k1.IsKey(key)
                    ? new PrivateKey(key)
                    : throw new AccountException($"{place} should hold a private key of 64 hex digits and holds something else");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private void Clear()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
