using System.Globalization;
using NBitcoin.Secp256k1;

namespace Gavel.Ethereum;

/// <summary>An ECDSA signature over secp256k1 with what is needed to find its key.</summary>
/// <param name="R">The x-coordinate of the nonce point, 1 … n - 1.</param>
/// <param name="S">The proof, 1 … n / 2 where it is to be taken by Ethereum (EIP-2).</param>
/// <param name="YParity">Whether the y-coordinate of the nonce point is odd.</param>
public readonly record struct Signature(UInt256 R, UInt256 S, bool YParity)
{
    private const int CompactSize = 64;

    /// <summary>The order of the curve.</summary>
    internal static readonly UInt256 Order = UInt256.ParseHex("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    private static readonly UInt256 s_halfOrder = Order / 2;

    /// <summary>Whether s is in the lower half: of the two signatures that each signature is, the one that Ethereum takes (EIP-2).</summary>
    public bool IsLowS => S <= s_halfOrder;

    /// <summary>The address of the key that made this signature over a hash.</summary>
    /// <returns>Null where no key can have made it or Ethereum does not take it: r or s is out of range, s is in the upper half, or r is no point of the curve.</returns>
    public Address? Recover(Hash32 hash)
    {
        if (R.IsZero || S.IsZero || R >= Order || !IsLowS) // the library's recovery takes a high s
        {
            return null;
        }

        Span<byte> compact = stackalloc byte[CompactSize];
        R.WriteBigEndian(compact);
        S.WriteBigEndian(compact[(CompactSize / 2)..]);
        return SecpRecoverableECDSASignature.TryCreateFromCompact(compact, YParity ? 1 : 0, out SecpRecoverableECDSASignature? signature)
            && ECPubKey.TryRecover(Context.Instance, signature, Hash32.BytesOf(in hash), out ECPubKey? key)
                ? PrivateKey.AddressOf(key.ToBytes(compressed: false))
                : null;
    }

    /// <summary>The signature with s in the lower half.</summary>
    internal Signature Normalised() => IsLowS || S >= Order ? this : new(R, Order - S, !YParity);

    /// <summary>From what the curve made. An r that stands for an x-coordinate of n or more (1 of 2^127) has no place in Ethereum.</summary>
    internal static Signature Of(SecpRecoverableECDSASignature signature)
    {
        Span<byte> compact = stackalloc byte[CompactSize];
        signature.WriteToSpanCompact(compact, out int id);
        return id is 0 or 1
            ? new Signature(new UInt256(compact[..(CompactSize / 2)]), new UInt256(compact[(CompactSize / 2)..]), id == 1)
            : throw new AccountException(string.Create(CultureInfo.InvariantCulture, $"the signature's recovery id is {id}; only 0 and 1 have a place in a transaction"));
    }
}
