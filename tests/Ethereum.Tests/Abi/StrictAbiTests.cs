using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Ethereum.Tests.Abi;

/// <summary>
/// What Nethereum alone accepts and must not be believed: each of these was taken as an answer by the library's own decoder. The rows are
/// examples of kinds; what the old decoder says of 20,000 mutants of every answer is in Contracts.Tests.
/// </summary>
public sealed class StrictAbiTests
{
    private const string Place = "f()";

    [Fact]
    public void Values_OfAllKinds_AreThoseThatTheJudgeWrote()
    {
        byte[] data = AbiEncoder.Encode(e => e
            .UInt32(7).UInt(UInt128.MaxValue).UInt(UInt256.MaxValue).Bool(true).Address(Address.Parse("0x00000000000000000000000000000000000000ff"))
            .Bytes32(Hash32.FromUInt256(5)).Bytes([1, 2, 3]).String("né"));
        Mixed mixed = StrictAbi.Decode<Mixed>(data, Place);
        Assert.Equal((7U, UInt128.MaxValue, true, "né"), (mixed.Small, mixed.Middle, mixed.Flag, mixed.Text));
        Assert.Equal(UInt256.MaxValue, mixed.Large.ToUInt256());
        Assert.Equal(Hash32.FromUInt256(5), mixed.Word.ToHash32());
        Assert.Equal(Address.Parse("0x00000000000000000000000000000000000000ff"), mixed.Account.ToAddress());
        Assert.Equal([1, 2, 3], mixed.Blob);
    }

    /// <summary>Nothing, halves of words, whole words too few or too many.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(96)]
    [InlineData(4096)]
    public void Lengths_OtherThanTheTypes_AreRefused(int length) =>
        Assert.Throws<AbiMismatchException>(() => StrictAbi.Decode<Pair>(new byte[length], Place));

    /// <summary>Bytes that the type says are zero, and numbers wider than their property, at each place of a word.</summary>
    [Fact]
    public void DirtyPadding_AndWideNumbers_AreRefused()
    {
        byte[] good = AbiEncoder.Encode(e => e.UInt32(1).Bool(true).Address(Address.Zero).UInt128(1).FixedBytes([1, 2, 3, 4]).UInt64(1));
        Assert.Equal(1UL, StrictAbi.Decode<Padded>(good, Place).Narrowed);
        (int Word, int From, int To)[] zeros = [(0, 0, 28), (1, 0, 31), (2, 0, 12), (3, 0, 16), (4, 4, 32), (5, 0, 24)];
        foreach ((int word, int from, int to) in zeros)
        {
            for (int at = from; at < to; at++)
            {
                byte[] dirty = [.. good];
                dirty[(word * 32) + at] = 1;
                AbiMismatchException error = Assert.Throws<AbiMismatchException>(() => StrictAbi.Decode<Padded>(dirty, Place));
                Assert.StartsWith(Place, error.Message, StringComparison.Ordinal);
            }
        }

        good[63] = 2;
        Assert.Throws<AbiMismatchException>(() => StrictAbi.Decode<Padded>(good, Place));
    }

    /// <summary>Offsets that point elsewhere, to each other's data, or out; lengths beyond the data; text that is none.</summary>
    [Fact]
    public void DynamicParts_AreWhereAnEncoderPutsThem()
    {
        byte[] good = AbiEncoder.Encode(e => e.Bytes("abc"u8).String("de"));
        Assert.Equal("de", StrictAbi.Decode<Dynamic>(good, Place).Text);
        Assert.All<Action<byte[]>>(
            [
                data => data[31] = 0x80,
                data => data[63] = 0x40,
                data => (data[31], data[63]) = (data[63], data[31]),
                data => data[31] = 0x41,
                data => data[0] = 0x80,
                data => data[28] = 0x7f,
                data => data[95] = 33,
                data => data[92] = 0x7f,
                data => data[64] = 0xff,
                data => data[99] = 1,
                data => data[160] = 0xff,
            ],
            spoil =>
            {
                byte[] bad = [.. good];
                spoil(bad);
                Assert.Throws<AbiMismatchException>(() => StrictAbi.Decode<Dynamic>(bad, Place));
            });
    }

    /// <summary>The library loops for minutes on this count and takes 20 GB; the type is refused before it sees the data.</summary>
    [Fact]
    public void ArraysOfAnyLength_AreNotDecoded_AlsoWithinTuples()
    {
        byte[] hostile = new byte[96];
        hostile[31] = 32;
        hostile[60] = 8;
        Assert.Throws<ArgumentException>(() => StrictAbi.Decode<Listed>(hostile, Place));
        Assert.Throws<ArgumentException>(() => StrictAbi.Decode<Nested>(hostile, Place));
    }

    [Fact]
    public void Calls_AreWrittenAsTheJudgeWritesThem_AndReadBack()
    {
        AbiFunction judge = new("attack(bytes32,uint256,bytes32)");
        Hash32 claim = Keccak256.Hash("claim"u8);
        byte[] data = StrictAbi.Encode(new Attack { Disputed = claim.ToAbi(), Parent = 3, Claim = Hash32.Zero.ToAbi() });
        Assert.Equal(judge.Encode(e => e.Bytes32(claim).UInt64(3).Bytes32(Hash32.Zero)), data);
        Assert.Equal((judge.Selector.Value, "attack(bytes32,uint256,bytes32)"), (StrictAbi.SelectorOf<Attack>().Value, StrictAbi.SignatureOf<Attack>()));
        Assert.Equal(3UL, StrictAbi.DecodeCall<Attack>(data).Parent);
        data[0] ^= 1;
        Assert.Throws<AbiMismatchException>(() => StrictAbi.DecodeCall<Attack>(data));
        Assert.Throws<AbiMismatchException>(() => StrictAbi.DecodeCall<Attack>(data.AsSpan(0, 3)));
    }

    [Fact]
    public void Errors_ShowLittleOfForeignData()
    {
        AbiMismatchException error = Assert.Throws<AbiMismatchException>(() => StrictAbi.Decode<Pair>(new byte[1 << 20], Place));
        Assert.InRange(error.Message.Length, 1, 300);
    }

    [FunctionOutput]
    public sealed class Pair : IFunctionOutputDTO
    {
        [Parameter("uint256", "a", 1)]
        public BigInteger A { get; set; }

        [Parameter("uint256", "b", 2)]
        public BigInteger B { get; set; }
    }

    [FunctionOutput]
    public sealed class Mixed : IFunctionOutputDTO
    {
        [Parameter("uint32", "small", 1)]
        public uint Small { get; set; }

        [Parameter("uint128", "middle", 2)]
        public UInt128 Middle { get; set; }

        [Parameter("uint256", "large", 3)]
        public BigInteger Large { get; set; }

        [Parameter("bool", "flag", 4)]
        public bool Flag { get; set; }

        [Parameter("address", "account", 5)]
        public string Account { get; set; } = "";

        [Parameter("bytes32", "word", 6)]
        public byte[] Word { get; set; } = [];

        [Parameter("bytes", "blob", 7)]
        public byte[] Blob { get; set; } = [];

        [Parameter("string", "text", 8)]
        public string Text { get; set; } = "";
    }

    [FunctionOutput]
    public sealed class Padded : IFunctionOutputDTO
    {
        [Parameter("uint32", "a", 1)]
        public uint A { get; set; }

        [Parameter("bool", "b", 2)]
        public bool B { get; set; }

        [Parameter("address", "c", 3)]
        public string C { get; set; } = "";

        [Parameter("uint128", "d", 4)]
        public UInt128 D { get; set; }

        [Parameter("bytes4", "e", 5)]
        public byte[] E { get; set; } = [];

        [Parameter("uint256", "narrowed", 6)]
        public ulong Narrowed { get; set; }
    }

    [FunctionOutput]
    public sealed class Dynamic : IFunctionOutputDTO
    {
        [Parameter("bytes", "blob", 1)]
        public byte[] Blob { get; set; } = [];

        [Parameter("string", "text", 2)]
        public string Text { get; set; } = "";
    }

    [FunctionOutput]
    public sealed class Listed : IFunctionOutputDTO
    {
        [Parameter("uint256[]", "list", 1)]
        public List<BigInteger> List { get; set; } = [];
    }

    [FunctionOutput]
    public sealed class Nested : IFunctionOutputDTO
    {
        [Parameter("tuple", "inner", 1)]
        public Listed Inner { get; set; } = new();
    }

    [Function("attack")]
    public sealed class Attack : FunctionMessage
    {
        [Parameter("bytes32", "disputed", 1)]
        public byte[] Disputed { get; set; } = [];

        [Parameter("uint256", "parentIndex", 2)]
        public ulong Parent { get; set; }

        [Parameter("bytes32", "claim", 3)]
        public byte[] Claim { get; set; } = [];
    }
}
