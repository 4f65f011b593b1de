using System.Numerics;
using System.Security.Cryptography;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Accounts;

/// <summary>Signatures against cast, the platform's own verification and plain big-integer arithmetic.</summary>
public sealed class Secp256k1Tests
{
    private const int Seed = 20261121;

    [Fact]
    [Trait("Scale", "full")]
    public async Task Signatures_of_hashes_are_those_of_cast_byte_by_byte()
    {
        Random random = new(Seed);
        for (int i = 0; i < Scale.Of(8, 100); i++)
        {
            byte[] secret = NewKey(random);
            Hash32 hash = NewHash(random);
            using PrivateKey key = new(secret);

            string cast = await NpmTool.CastAsync("wallet", "sign", "--no-hash", "--private-key", Hex.Encode(secret), hash.ToString());
            string address = await NpmTool.CastAsync("wallet", "address", Hex.Encode(secret));

            Assert.Equal(address, key.Address.ToString());
            Assert.Equal(cast, Text(key.Sign(hash)));
        }
    }

    [Fact]
    [Trait("Scale", "full")]
    public void Every_signature_is_low_recovers_its_signer_and_verifies_on_the_platform()
    {
        Random random = new(Seed);
        bool[] parities = new bool[2];
        for (int i = 0; i < Scale.Of(200, 10_000); i++)
        {
            byte[] secret = i switch { 0 => Small(1), 1 => Small(2), 2 => LastKey(), _ => NewKey(random) };
            Hash32 hash = i % 16 == 0 ? new Hash32(Enumerable.Repeat((byte)(i % 32 == 0 ? 0 : 0xff), 32).ToArray()) : NewHash(random);
            using PrivateKey key = new(secret);
            Signature signature = key.Sign(hash);
            parities[signature.YParity ? 1 : 0] = true;

            Assert.True(signature.S.ToBigInteger() <= ModN.Order / 2);
            Assert.Equal(key.Address, signature.Recover(hash));
            Assert.NotEqual(key.Address, (signature with { YParity = !signature.YParity }).Recover(hash));
            Assert.Equal(signature, key.Sign(hash));
            Assert.True(PlatformAccepts(secret, hash, signature));
        }

        Assert.Equal([true, true], parities);
    }

    [Fact]
    public void A_signature_that_no_key_can_have_made_recovers_nothing()
    {
        using PrivateKey key = new(Small(7));
        Hash32 hash = Keccak256.Empty;
        Signature good = key.Sign(hash);
        UInt256 order = UInt256.FromBigInteger(ModN.Order);

        Assert.Null((good with { S = order - good.S }).Recover(hash)); // the upper half
        Assert.Null((good with { S = UInt256.Zero }).Recover(hash));
        Assert.Null((good with { R = UInt256.Zero }).Recover(hash));
        Assert.Null((good with { R = order }).Recover(hash));
        Assert.Null((good with { R = UInt256.MaxValue }).Recover(hash));
        Assert.Null((good with { R = 5 }).Recover(hash)); // 5^3 + 7 is no square
    }

    [Fact]
    public void Arithmetic_modulo_the_order_is_that_of_big_integers_at_its_edges_and_at_random()
    {
        Random random = new(Seed);
        BigInteger n = ModN.Order;
        BigInteger[] edges = [0, 1, 2, n - 1, n - 2, n >> 1, (n >> 1) + 1, (BigInteger.One << 64) - 1, BigInteger.One << 64, BigInteger.One << 255];
        BigInteger[] values = [.. edges, .. Enumerable.Range(0, 60).Select(_ => NewHash(random).ToUInt256().ToBigInteger() % n)];
        foreach (BigInteger a in values)
        {
            ulong[] left = Limbs(a);
            ulong[] result = new ulong[4];
            if (!a.IsZero)
            {
                ModN.Invert(left, result);
                Assert.Equal(BigInteger.ModPow(a, n - 2, n), Number(result));
            }

            Assert.Equal(!a.IsZero, ModN.IsValid(left));
            foreach (BigInteger b in values)
            {
                ModN.Multiply(left, Limbs(b), result);
                Assert.Equal(a * b % n, Number(result));
                ModN.Add(left, Limbs(b), result);
                Assert.Equal((a + b) % n, Number(result));
            }
        }

        foreach (BigInteger beyond in (BigInteger[])[n, n + 1, (BigInteger.One << 256) - 1])
        {
            ulong[] limbs = Limbs(beyond);
            Assert.False(ModN.IsValid(limbs));
            ModN.Reduce(limbs);
            Assert.Equal(beyond - n, Number(limbs));
        }
    }

    [Fact]
    public void A_key_is_a_number_from_1_to_the_order_and_is_never_shown()
    {
        Assert.Throws<AccountException>(() => new PrivateKey(new byte[32]));
        Assert.Throws<AccountException>(() => new PrivateKey(Bytes(ModN.Order)));
        Assert.Throws<AccountException>(() => new PrivateKey(new byte[31]));
        Assert.Throws<AccountException>(() => new PrivateKey(new byte[33]));

        PrivateKey key = PrivateKey.FromHex(System.Text.Encoding.ASCII.GetBytes(AnvilProcess.FirstKey), "test");
        Assert.Equal("private key of 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", key.ToString());
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(Keccak256.Empty));
    }

    private static bool PlatformAccepts(byte[] secret, Hash32 hash, Signature signature)
    {
        using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromFriendlyName("secp256k1"), D = secret });
        byte[] both = [.. Bytes(signature.R.ToBigInteger()), .. Bytes(signature.S.ToBigInteger())];
        return ecdsa.VerifyHash(hash.ToArray(), both);
    }

    private static string Text(Signature s) =>
        "0x"
        + Convert.ToHexStringLower(Bytes(s.R.ToBigInteger())) + Convert.ToHexStringLower(Bytes(s.S.ToBigInteger())) + (s.YParity ? "1c" : "1b");

    private static byte[] NewKey(Random random)
    {
        byte[] key = new byte[32];
        random.NextBytes(key);
        key[0] &= 0x7f; // below the order
        return key;
    }

    private static Hash32 NewHash(Random random)
    {
        byte[] hash = new byte[32];
        random.NextBytes(hash);
        return new Hash32(hash);
    }

    private static byte[] Small(byte value) => [.. new byte[31], value];

    private static byte[] LastKey() => Bytes(ModN.Order - 1);

    private static byte[] Bytes(BigInteger value) => Hash32.FromUInt256(UInt256.FromBigInteger(value)).ToArray();

    private static ulong[] Limbs(BigInteger value)
    {
        ulong[] limbs = new ulong[4];
        ModN.Read(Bytes(value), limbs);
        return limbs;
    }

    private static BigInteger Number(ulong[] limbs) => new UInt256(limbs[3], limbs[2], limbs[1], limbs[0]).ToBigInteger();
}
