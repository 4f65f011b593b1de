using System.Numerics;
using System.Security.Cryptography;
using Gavel.TestKit;
using Gavel.TestKit.Judges;
using Nethereum.Model;
using Nethereum.Signer;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>Signatures against cast, the former curve as judge, the platform's own verification and Nethereum's other implementations.</summary>
public sealed class LocalSignerTests
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
            Assert.True(signature.IsLowS);
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
    [Trait("Scale", "full")]
    public void Signatures_are_those_of_the_judge_bit_by_bit()
    {
        Random random = new(Seed);
        for (int i = 0; i < Scale.Of(60, 300); i++)
        {
            byte[] secret = NewKey(random);
            Hash32 hash = NewHash(random);
            using PrivateKey key = new(secret);
            Signature signature = key.Sign(hash);
            JudgedSignature judged = Secp256k1Judge.Sign(hash, secret);

            Assert.Equal(judged, new JudgedSignature(signature.R, signature.S, signature.YParity));
            Assert.Equal(Secp256k1Judge.AddressOf(Secp256k1Judge.PublicKeyOf(secret)), key.Address);
            Assert.Equal(Secp256k1Judge.AddressOf(Secp256k1Judge.Recover(hash, judged)!), signature.Recover(hash));
        }
    }

    /// <summary>One key in 256 begins with a zero byte, which Nethereum's quick signer cannot bear; ours and its slow one agree on them.</summary>
    [Fact]
    public async Task Keys_with_leading_zeros_sign_as_Nethereum_does_and_short_ones_are_refused()
    {
        Random random = new(Seed);
        Eip1559Transaction transaction = new() { ChainId = 900, Nonce = 1, MaxFeePerGas = 9, MaxPriorityFeePerGas = 1, GasLimit = 21_000, To = Address.Zero };
        foreach (int zeros in (int[])[1, 2, 8, 15, 16, 24, 31])
        {
            byte[] secret = [.. new byte[zeros], .. NewKey(random)[zeros..]];
            secret[31] |= 1;
            using LocalSigner signer = new(new PrivateKey(secret));
            SignedTransaction signed = await signer.SignAsync(transaction, default);

            Transaction1559 theirs = transaction.ToTransaction1559();
            theirs.SetSignature(new EthECKey(secret, isPrivate: true).SignAndCalculateYParityV(theirs.RawHash));
            Assert.Equal(theirs.GetRLPEncoded(), signed.Raw.ToArray());
            Assert.Equal(signer.Address, signed.Sender);
            Assert.Throws<AccountException>(() => new PrivateKey(secret.AsSpan(zeros)));
        }
    }

    /// <summary>The signer stands on Nethereum's seam: its own classes can sign with it.</summary>
    [Fact]
    public async Task Nethereum_signs_through_the_seam()
    {
        using LocalSigner signer = new(new PrivateKey(Hex.Decode(AnvilProcess.FirstKey)));
        Assert.Equal(signer.Address.ToString(), await signer.GetAddressAsync());
        Transaction1559 transaction = new(900, 0, 1, 2, 21_000, Address.Zero.ToString(), 0, "0x", []);
        await new Transaction1559Signer().SignExternallyAsync(signer, transaction);
        Assert.Equal(signer.SignHash(new Hash32(transaction.RawHash)).R.ToMinimalBigEndian(), transaction.Signature.R);

        await Assert.ThrowsAsync<NotSupportedException>(() => signer.SignAsync(new LegacyTransaction(Address.Zero.ToString(), 1, 1)));
        EthECDSASignature message = await signer.SignAsync(Keccak256.Empty.ToArray());
        Assert.Equal(signer.SignHash(Keccak256.Empty).S.ToMinimalBigEndian(), message.S);
    }

    [Fact]
    public async Task A_cancelled_signature_is_none_and_a_disposed_signer_signs_no_more()
    {
        LocalSigner signer = new(new PrivateKey(Small(3)));
        Eip1559Transaction transaction = new() { ChainId = 900, Nonce = 1, MaxFeePerGas = 9, MaxPriorityFeePerGas = 1, GasLimit = 21_000 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signer.SignAsync(transaction, new CancellationToken(canceled: true)));
        signer.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => signer.SignAsync(transaction, default));
        Assert.Throws<ObjectDisposedException>(() => signer.SignHash(Keccak256.Empty));
    }

    [Fact]
    public void A_key_is_a_number_from_1_to_the_order_and_is_never_shown()
    {
        Assert.Throws<AccountException>(() => new PrivateKey(new byte[32]));
        Assert.Throws<AccountException>(() => new PrivateKey(Bytes(ModN.Order)));
        Assert.Throws<AccountException>(() => new PrivateKey(new byte[31]));
        Assert.Throws<AccountException>(() => new PrivateKey(new byte[33]));

        PrivateKey key = new(Hex.Decode(AnvilProcess.FirstKey));
        Assert.Equal("private key of 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", key.ToString());
        byte[] memory = (byte[])typeof(PrivateKey).GetField("_key", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(key)!;
        Assert.Equal(Hex.Decode(AnvilProcess.FirstKey), memory);
        key.Dispose();
        Assert.Equal(new byte[32], memory);
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
}
