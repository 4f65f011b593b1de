using System.Text.Json;
using Gavel.TestKit;
using AbiDecoder = Gavel.TestKit.Judges.AbiDecoder;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiError = Gavel.TestKit.Judges.AbiError;
using AbiException = Gavel.TestKit.Judges.AbiException;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Ethereum.Tests;

/// <summary>Hostile bytes into every binary decoder. What a canonical decoder accepts, it must write back byte for byte.</summary>
[Trait("Scale", "full")]
public sealed class DecoderFuzzTests
{
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000deadbeef");

    [Fact]
    public void Abi_values()
    {
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("tests", "Ethereum.Tests", "vectors", "abi.json")));
        byte[][] samples = [.. vectors.RootElement.EnumerateObject().Select(static item => Hex.Decode(item.Value.GetProperty("data").GetString()!))];
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
        {
            AbiDecoder decoder = new(input);
            (Hash32, Hash32) pair = decoder.StaticTuple(tuple => (tuple.Bytes32("a"), tuple.Bytes32("b")), "pair");
            byte[] bytes = decoder.Bytes("bytes").ToArray();
            string text = decoder.String("text");
            ulong[] numbers = decoder.Array(array => array.UInt64(), "numbers");
            (uint, byte[])[] tuples = decoder.Array(array => array.DynamicTuple(tuple => (tuple.UInt32(), tuple.Bytes().ToArray())), "tuples");
            byte[][] list = decoder.Array(array => array.Bytes().ToArray(), "list");
            bool flag = decoder.Bool("flag");
            decoder.End();

            // Tails may be in another order, but none may be longer or shorter.
            Assert.Equal(input.Length, AbiEncoder.Encode(encoder => encoder
                .StaticTuple(tuple => tuple.Bytes32(pair.Item1).Bytes32(pair.Item2)).Bytes(bytes).String(text)
                .Array(numbers, (array, item) => array.UInt64(item))
                .Array(tuples, (array, item) => array.DynamicTuple(tuple => tuple.UInt32(item.Item1).Bytes(item.Item2)))
                .Array(list, (array, item) => array.Bytes(item)).Bool(flag)).Length);
        });
    }

    [Fact]
    public void Abi_nested_arrays()
    {
        byte[] sample = AbiEncoder.Encode(encoder => encoder.Array<int[]>([[1, 2], [], [3]], (outer, row) =>
            outer.Array(row, (inner, item) => inner.Array<int>([item], (one, value) => one.UInt32((uint)value)))));
        Hostile.Check<AbiException>(Hostile.Bytes(sample), static input =>
            new AbiDecoder(input).Array(outer => outer.Array(inner => inner.Array(one => one.UInt()))));
    }

    [Fact]
    public void Reverts_never_throw()
    {
        RevertDecoder decoder = new([ContractError.Of<RevertDecoderTests.EveryKindError>()]);
        byte[][] samples =
        [
            new AbiError("E(uint8,bool,address,bytes2,bytes,string)").Encode(encoder => encoder
                .UInt8(1).Bool(true).Address(Someone).FixedBytes([1, 2]).Bytes([3]).String("a\n")),
            new AbiError("Error(string)").Encode(encoder => encoder.String("reason")),
            new AbiError("Panic(uint256)").Encode(encoder => encoder.UInt(0x11)),
        ];
        Hostile.Check<UnreachableFault>(Hostile.Bytes(samples), input =>
        {
            string text = decoder.Decode(input).ToString();
            Assert.DoesNotContain(text, static c => char.IsControl(c));
        });
    }

    [Fact]
    public void Call_data_and_topics()
    {
        AbiFunction function = new("move(bytes32,uint256,bytes32,bool)");
        byte[] call = function.Encode(encoder => encoder.Bytes32(Hash32.Zero).UInt(1).Bytes32(Hash32.Zero).Bool(true));
        Hostile.Check<AbiException>(Hostile.Bytes(call), input =>
        {
            AbiDecoder arguments = function.Arguments(input);
            (Hash32, UInt256, Hash32, bool) read = (arguments.Bytes32(), arguments.UInt(), arguments.Bytes32(), arguments.Bool());
            arguments.End();
            Assert.Equal(input, function.Encode(encoder => encoder.Bytes32(read.Item1).UInt(read.Item2).Bytes32(read.Item3).Bool(read.Item4)));
        });
    }

    /// <summary>No decoder throws this: every exception is a failure.</summary>
    private sealed class UnreachableFault : Exception;
}
