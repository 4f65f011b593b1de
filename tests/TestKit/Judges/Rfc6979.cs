using System.Security.Cryptography;

namespace Gavel.TestKit.Judges;

/// <summary>
/// The deterministic nonces of RFC 6979 (section 3.2) for secp256k1 with HMAC-SHA-256: the same key and hash always give the same signature,
/// so that a transaction signed again after a crash is the same transaction, and no nonce depends on a random source.
/// </summary>
internal ref struct Rfc6979
{
    private readonly Span<byte> _state; // K, V and the input of the HMAC
    private bool _used;

    /// <summary>Starts the sequence of nonces.</summary>
    /// <param name="key">The private key, 32 bytes.</param>
    /// <param name="hash">The hash reduced modulo n, 32 bytes.</param>
    /// <param name="state">Room for <see cref="StateSize"/> bytes; the caller clears it.</param>
    public Rfc6979(ReadOnlySpan<byte> key, ReadOnlySpan<byte> hash, Span<byte> state)
    {
        _state = state;
        K.Clear();
        V.Fill(1);
        key.CopyTo(state[97..]);
        hash.CopyTo(state[129..]);
        Update(0, 64);
        Update(1, 64);
    }

    /// <summary>Bytes of working memory.</summary>
    public const int StateSize = 161;

    private readonly Span<byte> K => _state[..32];

    private readonly Span<byte> V => _state[32..64];

    /// <summary>Writes the next candidate of 32 bytes; one that is 0 or not below n is to be passed over.</summary>
    public void Next(Span<byte> candidate)
    {
        if (_used)
        {
            Update(0, 0);
        }

        _used = true;
        HMACSHA256.HashData(K, V, V);
        V.CopyTo(candidate);
    }

    // K = HMAC(K, V || separator || more); V = HMAC(K, V). The input is laid out behind K and V: V again, the separator, key and hash.
    private readonly void Update(byte separator, int more)
    {
        V.CopyTo(_state[64..]);
        _state[96] = separator;
        HMACSHA256.HashData(K, _state.Slice(64, 33 + more), K);
        HMACSHA256.HashData(K, V, V);
    }
}
