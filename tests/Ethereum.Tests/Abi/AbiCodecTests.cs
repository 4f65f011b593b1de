using System.Text.Json;
using Gavel.TestKit;
using AbiDecoder = Gavel.TestKit.Judges.AbiDecoder;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiEvent = Gavel.TestKit.Judges.AbiEvent;
using AbiException = Gavel.TestKit.Judges.AbiException;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Ethereum.Tests;

/// <summary>Encoding and decoding against answers of <c>cast abi-encode</c>, kept in <c>vectors/abi.json</c> with the command that gave them.</summary>
public sealed class AbiCodecTests
{
    private static readonly Hash32 Ones = new(Enumerable.Repeat((byte)0x11, 32).ToArray());
    private static readonly Hash32 Twos = new(Enumerable.Repeat((byte)0x22, 32).ToArray());
    private static readonly Hash32 Threes = new(Enumerable.Repeat((byte)0x33, 32).ToArray());
    private static readonly Address Beef = Address.Parse("0x00000000000000000000000000000000deadbeef");

    [Fact]
    public void Encodes_tuples_and_arrays_as_cast_does()
    {
        byte[] data = AbiEncoder.Encode(encoder => encoder
            .StaticTuple(tuple => tuple.Bytes32(Ones).Bytes32(Twos))
            .Bytes([1, 2, 3])
            .String("héllo")
            .Array<ulong>([1, 2, ulong.MaxValue], (array, item) => array.UInt64(item))
            .Array<(uint Number, byte[] Data)>([(7, [0xaa]), (8, [])], (array, item) =>
                array.DynamicTuple(tuple => tuple.UInt32(item.Number).Bytes(item.Data)))
            .Array<byte[]>([[], [0xbb, 0xcc]], (array, item) => array.Bytes(item))
            .Bool(true));
        Assert.Equal(Known("mixed"), Hex.Encode(data));
    }

    [Fact]
    public void Decodes_tuples_and_arrays()
    {
        AbiDecoder decoder = new(Hex.Decode(Known("mixed")));
        Assert.Equal((Ones, Twos), decoder.StaticTuple(tuple => (tuple.Bytes32(), tuple.Bytes32())));
        Assert.Equal([1, 2, 3], decoder.Bytes().ToArray());
        Assert.Equal("héllo", decoder.String());
        Assert.Equal([1, 2, ulong.MaxValue], decoder.Array(array => array.UInt64()));
        (uint Number, byte[] Data)[] pairs = decoder.Array(array => array.DynamicTuple(tuple => (tuple.UInt32(), tuple.Bytes().ToArray())));
        Assert.Equal([7u, 8u], pairs.Select(static pair => pair.Number));
        Assert.Equal([0xaa], pairs[0].Data);
        Assert.Empty(pairs[1].Data);
        byte[][] list = decoder.Array(array => array.Bytes().ToArray());
        Assert.Equal([[], [0xbb, 0xcc]], list);
        Assert.True(decoder.Bool());
        decoder.End();
    }

    [Fact]
    public void Encodes_and_decodes_fixed_arrays_and_short_bytes()
    {
        byte[] blob = [.. Enumerable.Repeat((byte)0xab, 40)];
        byte[] data = AbiEncoder.Encode(encoder => encoder
            .DynamicTuple(tuple => tuple.Bytes(blob).UInt(9).Bytes32(Threes))
            .StaticTuple(array => array.UInt(1).UInt(2))
            .Address(Beef)
            .FixedBytes([0xd8, 0xcc, 0x1a, 0x3c])
            .DynamicTuple(array => array
                .DynamicTuple(tuple => tuple.UInt8(1).String("a"))
                .DynamicTuple(tuple => tuple.UInt8(2).String("b")))
            .StaticTuple(array => array.UInt128(1).UInt128(2).UInt128(UInt128.MaxValue)));
        Assert.Equal(Known("fixed"), Hex.Encode(data));

        AbiDecoder decoder = new(data);
        Assert.Equal(blob, decoder.DynamicTuple(tuple =>
        {
            byte[] first = tuple.Bytes().ToArray();
            Assert.Equal((UInt256)9, tuple.UInt());
            Assert.Equal(Threes, tuple.Bytes32());
            return first;
        }));
        Assert.Equal(((UInt256)1, (UInt256)2), decoder.StaticTuple(array => (array.UInt(), array.UInt())));
        Assert.Equal(Beef, decoder.Address());
        Assert.Equal([0xd8, 0xcc, 0x1a, 0x3c], decoder.FixedBytes(4));
        Assert.Equal("1a2b", decoder.DynamicTuple(array => string.Concat(Enumerable.Range(0, 2).Select(_ =>
            array.DynamicTuple(tuple => $"{tuple.UInt8()}{tuple.String()}")))));
        Assert.Equal(UInt128.MaxValue, decoder.StaticTuple(array => (array.UInt128(), array.UInt128(), array.UInt128())).Item3);
        decoder.End();
    }

    [Fact]
    public void Encodes_nested_arrays()
    {
        int[][] numbers = [[1, 2], [], [3]];
        string[][] texts = [["a", "bb"], ["ccc"]];
        byte[] data = AbiEncoder.Encode(encoder => encoder
            .Array(numbers, (outer, row) => outer.Array(row, (inner, item) => inner.UInt32((uint)item)))
            .DynamicTuple(outer =>
            {
                foreach (string[] row in texts)
                {
                    outer.Array(row, (inner, item) => inner.String(item));
                }
            }));
        Assert.Equal(Known("nested"), Hex.Encode(data));
        AbiDecoder decoder = new(data);
        Assert.Equal(numbers, decoder.Array(outer => outer.Array(inner => (int)inner.UInt32())));
        Assert.Equal(texts, decoder.DynamicTuple(outer => new[] { outer.Array(inner => inner.String()), outer.Array(inner => inner.String()) }));
        decoder.End();
    }

    [Theory]
    [InlineData("attack(bytes32 disputed, uint256 parentIndex, bytes32 claim)", 0x472777c6)]
    [InlineData("step(uint256,bool,bytes,bytes)", 0xd8cc1a3c)]
    [InlineData("create(uint32 gameType, bytes32 rootClaim, bytes extraData)", 0x82ecf2f6)]
    [InlineData("challengeRootL2Block((bytes32 version, bytes32 stateRoot, bytes32 storageRoot, bytes32 blockHash) proof, bytes header)", 0x01935130)]
    [InlineData(
        "squeezeLPP(address,uint256,(uint64[25]),(bytes,uint256,bytes32),bytes32[],(bytes,uint256,bytes32),bytes32[])", 0xd18534b5)]
    public void Computes_selectors(string signature, uint selector) =>
        Assert.Equal(new Gavel.TestKit.Judges.AbiSelector(selector), new AbiFunction(signature).Selector);

    [Fact]
    public void Puts_the_selector_before_the_arguments_and_reads_them_back()
    {
        AbiFunction function = new("claimData(uint256 index)");
        byte[] call = function.Encode(encoder => encoder.UInt(5));
        Assert.Equal("0xc6f0308c0000000000000000000000000000000000000000000000000000000000000005", Hex.Encode(call));
        Assert.Equal((UInt256)5, function.Arguments(call).UInt());
        Assert.Throws<AbiException>(() => new AbiFunction("claimDataLen()").Arguments(call));
    }

    [Fact]
    public void Reads_indexed_arguments_of_an_event()
    {
        AbiEvent move = new("Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)");
        Assert.Equal("Move(uint256,bytes32,address)", move.Signature);
        Assert.Equal("0x9b3245740ec3b155098a55be84957a4da13eaf7f14a8bc6f53126c0b9350f2be", move.Topic0.ToString());
        Hash32[] topics = [move.Topic0, AbiEvent.TopicOf(7), Ones, AbiEvent.TopicOf(Beef)];
        AbiDecoder decoder = move.Indexed(topics);
        Assert.Equal((7ul, Ones, Beef), (decoder.UInt64("parentIndex"), decoder.Bytes32("claim"), decoder.Address("claimant")));
        topics[3] = Ones;
        decoder = move.Indexed(topics);
        decoder.UInt();
        decoder.Bytes32();
        Assert.Equal("Move.claimant", Assert.Throws<AbiException>(() => decoder.Address("claimant")).Place);
        Assert.False(move.IsIn(topics[..3]));
        Assert.Throws<AbiException>(() => move.Indexed(topics[..3]));
    }

    [Theory]
    [InlineData("f(uint)")]
    [InlineData("f(uint257)")]
    [InlineData("f(uint7)")]
    [InlineData("f(uint08)")]
    [InlineData("f(bytes0)")]
    [InlineData("f(bytes33)")]
    [InlineData("f(address")]
    [InlineData("f(address,)")]
    [InlineData("f(())")]
    [InlineData("f(address)x")]
    [InlineData("(address)")]
    [InlineData("f(uint256[0])")]
    [InlineData("f(uint256[99999999999])")]
    [InlineData("f(Claim)")]
    [InlineData("")]
    public void Refuses_signatures_that_are_not_canonical(string signature) =>
        Assert.Contains("signature", Assert.Throws<AbiException>(() => new AbiFunction(signature)).Place, StringComparison.Ordinal);

    [Fact]
    public void Refuses_numbers_that_do_not_fit_when_encoding()
    {
        Assert.Throws<AbiException>(() => AbiEncoder.Encode(encoder => encoder.UInt(256, 8)));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode(encoder => encoder.StaticTuple(tuple => tuple.Bytes([]))));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode(encoder => encoder.DynamicTuple(tuple => tuple.UInt(1))));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode(encoder => encoder.Array<int>([1], (array, _) => array.UInt(1).UInt(2))));
    }

    private static string Known(string name)
    {
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("tests", "Ethereum.Tests", "vectors", "abi.json")));
        return vectors.RootElement.GetProperty(name).GetProperty("data").GetString()!;
    }
}
