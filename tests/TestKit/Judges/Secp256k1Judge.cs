using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Gavel.TestKit.Judges;

/// <summary>A signature of the judge. All three are public.</summary>
public readonly record struct JudgedSignature(UInt256 R, UInt256 S, bool YParity);

/// <summary>
/// A second opinion on ECDSA over secp256k1 as Ethereum uses it, which shares nothing with the product's. The multiplication of a secret number with the generator is left to the platform's constant-time
/// one; the rest of signing is <see cref="ModN"/>. Recovery works on public data and need not hide it.
/// </summary>
public static class Secp256k1Judge
{
    /// <summary>Bytes of a private key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of a public key: x and y.</summary>
    public const int PublicKeySize = 64;

    private static readonly ECCurve Curve = ECCurve.CreateFromFriendlyName("secp256k1");
    private static readonly BigInteger P =
        BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static readonly Point Generator = new(
        BigInteger.Parse("079BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798", NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        BigInteger.Parse("0483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8", NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        BigInteger.One);

    private static readonly BigInteger HalfOrder = ModN.Order >> 1;

    /// <summary>Whether 32 bytes are a private key: 1 … n - 1.</summary>
    public static bool IsKey(ReadOnlySpan<byte> key)
    {
        Span<ulong> number = stackalloc ulong[ModN.Limbs];
        ModN.Read(key, number);
        bool valid = ModN.IsValid(number);
        ModN.Clear(number);
        return valid;
    }

    /// <summary>The public key (x and y, 64 bytes) of a private one.</summary>
    /// <param name="key">32 bytes in an array that the caller clears.</param>
    public static byte[] PublicKeyOf(byte[] key)
    {
        using ECDsa point = ECDsa.Create(new ECParameters { Curve = Curve, D = key });
        ECPoint q = point.ExportParameters(includePrivateParameters: false).Q;
        byte[] result = new byte[PublicKeySize];
        q.X!.CopyTo(result.AsSpan(32 - q.X!.Length));
        q.Y!.CopyTo(result.AsSpan(64 - q.Y!.Length));
        return result;
    }

    /// <summary>The address of a public key of 64 bytes.</summary>
    public static Address AddressOf(ReadOnlySpan<byte> publicKey)
    {
        Hash32 hash = Keccak256.Hash(publicKey);
        return new Address(Hash32.BytesOf(in hash)[12..]);
    }

    /// <summary>Signs a hash: deterministic (RFC 6979), s in the lower half (EIP-2).</summary>
    /// <param name="hash">What is signed.</param>
    /// <param name="key">A valid private key.</param>
    public static JudgedSignature Sign(Hash32 hash, ReadOnlySpan<byte> key)
    {
        Span<ulong> numbers = stackalloc ulong[6 * ModN.Limbs];
        Span<ulong> z = numbers[..4], d = numbers[4..8], k = numbers[8..12], r = numbers[12..16], s = numbers[16..20], t = numbers[20..];
        Span<byte> state = stackalloc byte[Rfc6979.StateSize];
        Span<byte> bytes = stackalloc byte[32];
        byte[] nonce = GC.AllocateUninitializedArray<byte>(KeySize, pinned: true);
        try
        {
            ModN.Read(Hash32.BytesOf(in hash), z);
            ModN.Reduce(z);
            ModN.Write(z, bytes);
            ModN.Read(key, d);
            Rfc6979 nonces = new(key, bytes, state);
            while (true)
            {
                nonces.Next(nonce);
                ModN.Read(nonce, k);
                if (!ModN.IsValid(k))
                {
                    continue;
                }

                // An x-coordinate of n or more has no place in Ethereum's signatures. It never happens: 1 of 2^127 points has one.
                byte[] point = PublicKeyOf(nonce);
                ModN.Read(point.AsSpan(0, 32), r);
                if (!ModN.IsValid(r))
                {
                    continue;
                }

                ModN.Multiply(r, d, t);
                ModN.Add(t, z, t);
                ModN.Invert(k, s);
                ModN.Multiply(s, t, s);
                if (!ModN.IsZero(s))
                {
                    return Low(new UInt256(r[3], r[2], r[1], r[0]), new UInt256(s[3], s[2], s[1], s[0]), (point[63] & 1) == 1);
                }
            }
        }
        finally
        {
            ModN.Clear(numbers);
            CryptographicOperations.ZeroMemory(state);
            CryptographicOperations.ZeroMemory(nonce);
        }
    }

    /// <summary>The public key (64 bytes) that made a signature, or null if none can have.</summary>
    public static byte[]? Recover(Hash32 hash, JudgedSignature signature)
    {
        BigInteger r = signature.R.ToBigInteger();
        BigInteger s = signature.S.ToBigInteger();
        if (r.IsZero || r >= ModN.Order || s.IsZero || s > HalfOrder)
        {
            return null;
        }

        BigInteger square = Mod(r * r * r + 7, P);
        BigInteger y = BigInteger.ModPow(square, (P + 1) >> 2, P);
        if (y * y % P != square)
        {
            return null;
        }

        y = y.IsEven == signature.YParity ? P - y : y;
        BigInteger inverse = BigInteger.ModPow(r, ModN.Order - 2, ModN.Order);
        BigInteger ofGenerator = Mod(-hash.ToUInt256().ToBigInteger() * inverse, ModN.Order);
        BigInteger ofPoint = s * inverse % ModN.Order;
        Point key = SumOfProducts(ofGenerator, Generator, ofPoint, new Point(r, y, BigInteger.One));
        return key.Z.IsZero ? null : key.ToBytes();
    }

    // Public from here on: the signature is about to be shown to the world.
    private static JudgedSignature Low(UInt256 r, UInt256 s, bool odd)
    {
        UInt256 order = UInt256.FromBigInteger(ModN.Order);
        return s > UInt256.FromBigInteger(HalfOrder) ? new JudgedSignature(r, order - s, !odd) : new JudgedSignature(r, s, odd);
    }

    private static BigInteger Mod(BigInteger value, BigInteger modulus)
    {
        BigInteger rest = value % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    // a * A + b * B, both at once (Shamir's trick).
    private static Point SumOfProducts(BigInteger a, Point pointA, BigInteger b, Point pointB)
    {
        Point both = Point.Add(pointA, pointB);
        Point sum = Point.Infinity;
        for (int bit = 255; bit >= 0; bit--)
        {
            sum = Point.Double(sum);
            bool inA = !(a >> bit).IsEven, inB = !(b >> bit).IsEven;
            sum = (inA, inB) switch
            {
                (true, true) => Point.Add(sum, both),
                (true, false) => Point.Add(sum, pointA),
                (false, true) => Point.Add(sum, pointB),
                _ => sum,
            };
        }

        return sum;
    }

    /// <summary>A point of the curve y² = x³ + 7 in Jacobian coordinates: x = X / Z², y = Y / Z³; Z is 0 at infinity.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z)
    {
        public static Point Infinity => new(BigInteger.One, BigInteger.One, BigInteger.Zero);

        public static Point Double(Point p)
        {
            if (p.Z.IsZero)
            {
                return p;
            }

            BigInteger ySquared = p.Y * p.Y % P;
            BigInteger s = 4 * p.X * ySquared % P;
            BigInteger m = 3 * p.X * p.X % P;
            BigInteger x = Mod(m * m - 2 * s, P);
            BigInteger y = Mod(m * (s - x) - 8 * ySquared * ySquared, P);
            return new Point(x, y, 2 * p.Y * p.Z % P);
        }

        public static Point Add(Point p, Point q)
        {
            if (p.Z.IsZero)
            {
                return q;
            }

            if (q.Z.IsZero)
            {
                return p;
            }

            BigInteger pz2 = p.Z * p.Z % P, qz2 = q.Z * q.Z % P;
            BigInteger u1 = p.X * qz2 % P, u2 = q.X * pz2 % P;
            BigInteger s1 = p.Y * qz2 * q.Z % P, s2 = q.Y * pz2 * p.Z % P;
            if (u1 == u2)
            {
                return s1 == s2 ? Double(p) : Infinity;
            }

            BigInteger h = Mod(u2 - u1, P), r = Mod(s2 - s1, P);
            BigInteger h2 = h * h % P, h3 = h2 * h % P, v = u1 * h2 % P;
            BigInteger x = Mod(r * r - h3 - 2 * v, P);
            BigInteger y = Mod(r * (v - x) - s1 * h3, P);
            return new Point(x, y, h * p.Z * q.Z % P);
        }

        public byte[] ToBytes()
        {
            BigInteger inverse = BigInteger.ModPow(Z, P - 2, P);
            BigInteger squared = inverse * inverse % P;
            byte[] bytes = new byte[PublicKeySize];
            UInt256.FromBigInteger(X * squared % P).WriteBigEndian(bytes);
            UInt256.FromBigInteger(Y * squared * inverse % P).WriteBigEndian(bytes.AsSpan(32));
            return bytes;
        }
    }
}
