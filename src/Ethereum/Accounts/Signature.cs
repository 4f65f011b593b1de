namespace Gavel.Ethereum;

/// <summary>An ECDSA signature over secp256k1 with what is needed to find its key.</summary>
/// <param name="R">The x-coordinate of the nonce point, 1 … n - 1.</param>
/// <param name="S">The proof, 1 … n / 2 where it is to be taken by Ethereum (EIP-2).</param>
/// <param name="YParity">Whether the y-coordinate of the nonce point is odd.</param>
public readonly record struct Signature(UInt256 R, UInt256 S, bool YParity)
{
    /// <summary>The address of the key that made this signature over a hash.</summary>
    /// <returns>Null where no key can have made it: r or s is out of range, s is in the upper half, or r is no point of the curve.</returns>
    public Address? Recover(Hash32 hash) =>
        Secp256k1.Recover(hash, this) is { } key ? Secp256k1.AddressOf(key) : null;
}
