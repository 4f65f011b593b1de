using System.Security.Cryptography;
using Gavel.Cannon.Preimages;

namespace Gavel.Cannon.Tests.Preimages;

public sealed class VerifyingPreimageSourceTests
{
    private static readonly byte[] Value = "a block header"u8.ToArray();
    private readonly MapSource _inner = new();

    [Fact]
    public void Keccak_RightAndWrong()
    {
        Hash32 key = PreimageKey.Keccak(Keccak256.Hash(Value));
        AssertServed(key, Value);
        AssertFault(key, [.. Value, 0], PreimageServerFault.WrongValue, "Keccak-256");
        AssertFault(key, [], PreimageServerFault.WrongValue, "0 bytes");
    }

    [Fact]
    public void Sha256_ComparesAllButTheFirstByte()
    {
        byte[] hash = SHA256.HashData(Value);
        Hash32 key = new Hash32(hash).WithFirstByte(4);
        AssertServed(key, Value);
        byte[] other = key.ToArray();
        other[1] ^= 1;
        AssertFault(new Hash32(other), Value, PreimageServerFault.WrongValue, "SHA-256");
        other = key.ToArray();
        other[31] ^= 1;
        AssertFault(new Hash32(other), Value, PreimageServerFault.WrongValue, "SHA-256");
    }

    [Theory]
    [InlineData(1, 32, true)]
    [InlineData(1, 31, false)]
    [InlineData(2, 32, true)]
    [InlineData(2, 8, false)]
    [InlineData(3, 32, true)]
    [InlineData(3, 0, false)]
    [InlineData(4, 8, true)]
    [InlineData(4, 32, false)]
    [InlineData(5, 8, true)]
    [InlineData(5, 9, false)]
    [InlineData(6, 1234, true)]
    [InlineData(0, 32, false)]
    public void LocalValues_OfUnknownDispute_AreHeldToTheirLength(ulong ident, int length, bool good)
    {
        if (good)
        {
            AssertServed(PreimageKey.Local(ident), new byte[length]);
        }
        else
        {
            AssertFault(PreimageKey.Local(ident), new byte[length], PreimageServerFault.WrongValue, "local");
        }
    }

    [Fact]
    public void LocalValues_OfKnownDispute_AreServedWithoutAsking()
    {
        byte[] head = new byte[32];
        head[5] = 7;
        VerifyingPreimageSource source = new(_inner, new Dictionary<Hash32, byte[]> { [PreimageKey.Local(1)] = head });
        _inner.Values[PreimageKey.Local(1)] = new byte[32];
        _inner.Values[PreimageKey.Local(2)] = new byte[32];
        Assert.Equal(head, source.GetPreimage(PreimageKey.Local(1)));
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => source.GetPreimage(PreimageKey.Local(2)));
        Assert.Equal(PreimageServerFault.Refused, error.Fault);
        Assert.Empty(_inner.Asked);
    }

    [Fact]
    public void MalformedLocalKey_IsRefused()
    {
        byte[] key = PreimageKey.Local(1).ToArray();
        key[9] = 1;
        AssertFault(new Hash32(key), new byte[32], PreimageServerFault.WrongValue, "23 zero bytes");
    }

    [Fact]
    public void Precompile_NeedsItsStatusByte()
    {
        Hash32 key = Keccak256.Empty.WithFirstByte(6);
        AssertServed(key, [0]);
        AssertServed(key, [1]);
        AssertServed(key, [1, 2, 3]);
        AssertFault(key, [], PreimageServerFault.WrongValue, "precompile");
        AssertFault(key, [0, 1], PreimageServerFault.WrongValue, "precompile");
        AssertFault(key, [2], PreimageServerFault.WrongValue, "precompile");
    }

    [Fact]
    public void Blob_Has32Bytes()
    {
        Hash32 key = Keccak256.Empty.WithFirstByte(5);
        AssertServed(key, new byte[32]);
        AssertFault(key, new byte[31], PreimageServerFault.WrongValue, "32 bytes");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(255)]
    public void OtherTypes_AreRefused_WithoutAsking(byte type)
    {
        AssertFault(Keccak256.Empty.WithFirstByte(type), Value, PreimageServerFault.Refused, $"type {type}");
        Assert.Empty(_inner.Asked);
    }

    private void AssertServed(Hash32 key, byte[] value)
    {
        _inner.Values[key] = value;
        Assert.Equal(value, new VerifyingPreimageSource(_inner).GetPreimage(key));
    }

    private void AssertFault(Hash32 key, byte[] value, PreimageServerFault fault, string words)
    {
        _inner.Values[key] = value;
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => new VerifyingPreimageSource(_inner).GetPreimage(key));
        Assert.Equal(fault, error.Fault);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(key.ToString(), error.Message, StringComparison.Ordinal);
    }
}
