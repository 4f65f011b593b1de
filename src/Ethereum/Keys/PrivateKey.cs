using System.Security.Cryptography;
using NBitcoin.Secp256k1;

namespace Gavel.Ethereum;

/// <summary>
/// A private key in memory that is pinned, so that the garbage collector leaves no copies behind, and overwritten when disposed. It is never
/// shown: <see cref="ToString"/> gives the address. The curve is NBitcoin.Secp256k1's; its own holder of a key, which cannot be pinned, lives
/// for one operation and is cleared at once.
/// </summary>
public sealed class PrivateKey : IDisposable
{
    /// <summary>Bytes of a key. Shorter ones, which some libraries fill up with zeros, are refused.</summary>
    public const int Size = 32;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>Copies 32 bytes; the caller clears its own.</summary>
    /// <exception cref="AccountException">Not 32 bytes, or not a number in 1 … n - 1.</exception>
    public PrivateKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Size || !IsKey(key))
        {
            throw new AccountException($"a private key is 32 bytes that make a number from 1 to below the curve's order; got {key.Length} bytes");
        }

        key.CopyTo(_key);
        PublicKey = With(static secret => secret.CreatePubKey().ToBytes(compressed: false));
        Address = AddressOf(PublicKey);
    }

    /// <summary>Overwrites a key that was not disposed.</summary>
    ~PrivateKey() => Clear();

    /// <summary>The account.</summary>
    public Address Address { get; }

    /// <summary>The public key: 0x04, x and y, 65 bytes.</summary>
    internal byte[] PublicKey { get; }

    /// <summary>Reads 64 hex digits, with or without <c>0x</c>, from an environment variable.</summary>
    /// <exception cref="AccountException">It is not set or holds no key; the message says what it looks like and shows nothing of it.</exception>
    public static PrivateKey FromEnvironment(string variable)
    {
        using SecretText text = SecretText.OfVariable(variable, "a private key of 64 hex digits");
        return KeyText.Read(text);
    }

    /// <summary>Reads 64 hex digits, with or without <c>0x</c>, from a file, pipe or process substitution.</summary>
    /// <exception cref="AccountException">It cannot be read or holds no key; the message says what it looks like and shows nothing of it.</exception>
    public static PrivateKey FromFile(string path)
    {
        using SecretText text = SecretText.OfFile(path, KeyText.MaxBytes);
        return KeyText.Read(text);
    }

    /// <summary>Signs a hash: deterministic (RFC 6979), s in the lower half (EIP-2).</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public Signature Sign(Hash32 hash) => With(key => key.TrySignRecoverable(Hash32.BytesOf(in hash), out SecpRecoverableECDSASignature? signature) && signature is not null
        ? Signature.Of(signature)
        : throw new AccountException("the curve gave no signature")); // 1 of 2^127 nonces is none, and the next one is tried

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

    /// <summary>Whether 32 bytes are a private key: 1 … n - 1.</summary>
    internal static bool IsKey(ReadOnlySpan<byte> key)
    {
        bool valid = Context.Instance.TryCreateECPrivKey(key, out ECPrivKey? parsed);
        parsed?.Dispose();
        return valid;
    }

    /// <summary>The address of a public key: 0x04, x and y.</summary>
    internal static Address AddressOf(ReadOnlySpan<byte> publicKey)
    {
        Hash32 hash = Keccak256.Hash(publicKey[1..]);
        return new Address(Hash32.BytesOf(in hash)[12..]);
    }

    private T With<T>(Func<ECPrivKey, T> use)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using ECPrivKey key = Context.Instance.CreateECPrivKey(_key);
            return use(key);
        }
    }

    private void Clear()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
