using System.Text;

namespace Gavel.Ethereum.Tests;

public sealed class RevertDecoderTests
{
    private static readonly AbiError Text = new("Error(string)");

    [Fact]
    public void Names_text_and_panics()
    {
        byte[] data = Text.Encode(encoder => encoder.String("DelayedWETH: withdrawal delay not met"));
        Assert.StartsWith("0x08c379a0", Hex.Encode(data), StringComparison.Ordinal);
        Assert.Equal("Error(message: \"DelayedWETH: withdrawal delay not met\")", RevertDecoder.BuiltIn.Decode(data).ToString());
        data = new AbiError("Panic(uint256)").Encode(encoder => encoder.UInt(0x32));
        Assert.Equal("Panic(code: 0x32 (array index out of bounds))", RevertDecoder.BuiltIn.Decode(data).ToString());
        data = new AbiError("Panic(uint256)").Encode(encoder => encoder.UInt(UInt256.MaxValue));
        Assert.Equal($"Panic(code: {UInt256.MaxValue.ToQuantity()})", RevertDecoder.BuiltIn.Decode(data).ToString());
    }

    [Fact]
    public void Escapes_what_could_forge_a_log_line()
    {
        byte[] data = Text.Encode(encoder => encoder.String("a\n\"b\"\u001b[0m\u2028\u202e"));
        Assert.Equal("Error(message: \"a\\u{a}\\\"b\\\"\\u{1b}[0m\\u{2028}\\u{202e}\")", RevertDecoder.BuiltIn.Decode(data).ToString());
        data = Text.Encode(encoder => encoder.Bytes(Encoding.UTF8.GetBytes(new string('x', 100_000))));
        Assert.True(RevertDecoder.BuiltIn.Decode(data).ToString().Length < 1200);
    }

    [Fact]
    public void Shows_every_kind_of_argument()
    {
        AbiError error = new("E(uint8 a, int16 b, bool c, address d, bytes2 e, bytes f, string, uint256[] h, int8[2] i, (bytes32 x, bytes y)[1] j)");
        byte[] data = error.Encode(encoder => encoder
            .UInt8(1).Bytes32(new Hash32(Enumerable.Repeat((byte)0xff, 32).ToArray())).Bool(true).Address(Address.Zero).FixedBytes([1, 2]).Bytes([3])
            .String("s").Array<ulong>([5, 6], (array, item) => array.UInt64(item)).StaticTuple(array => array.UInt(7).UInt(8))
            .DynamicTuple(array => array.DynamicTuple(tuple => tuple.Bytes32(Hash32.Zero).Bytes([]))));
        Assert.Equal(
            $"E(a: 1, b: -1, c: true, d: {Address.Zero}, e: 0x0102, f: 0x03, \"s\", h: [5, 6], i: [7, 8], j: [(x: {Hash32.Zero}, y: 0x)])",
            new RevertDecoder([error]).Decode(data).ToString());
    }

    [Fact]
    public void Describes_what_it_does_not_know()
    {
        Assert.Equal("reverted without a reason", RevertDecoder.BuiltIn.Decode(default).ToString());
        Assert.Equal("reverted with 0x010203", RevertDecoder.BuiltIn.Decode(new byte[] { 1, 2, 3 }).ToString());
        Assert.Equal("unknown error 0x01020304 with 5 bytes of data", RevertDecoder.BuiltIn.Decode(new byte[] { 1, 2, 3, 4, 5 }).ToString());
    }

    [Fact]
    public void Keeps_the_name_when_arguments_are_malformed()
    {
        byte[] data = Text.Encode(encoder => encoder.String("cut"));
        RevertReason reason = RevertDecoder.BuiltIn.Decode(data.AsMemory(0, 40));
        Assert.Equal("Error", reason.Name);
        Assert.Contains("Error.message", reason.Fault, StringComparison.Ordinal);
        RevertReason longer = RevertDecoder.BuiltIn.Decode((byte[])[.. data, 0]);
        Assert.Contains("left over", longer.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_two_errors_of_one_selector() =>
        Assert.Throws<AbiException>(() => new RevertDecoder([new AbiError("Mine()", Selector.Of("Error(string)"))]));
}
