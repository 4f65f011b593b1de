using System.Text;
using Nethereum.ABI.FunctionEncoding.Attributes;
using AbiError = Gavel.TestKit.Judges.AbiError;

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
        byte[] data = new AbiError("E(uint8,bool,address,bytes2,bytes,string)").Encode(encoder => encoder
            .UInt8(1).Bool(true).Address(Address.Zero).FixedBytes([1, 2]).Bytes([3]).String("s\n"));
        Assert.Equal(
            $"E(a: 1, b: true, d: {Address.Zero}, e: 0x0102, f: 0x03, \"s\\u{{a}}\")",
            new RevertDecoder([ContractError.Of<EveryKindError>()]).Decode(data).ToString());
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
        Assert.Contains("no whole number of words", reason.Fault, StringComparison.Ordinal);
        RevertReason longer = RevertDecoder.BuiltIn.Decode((byte[])[.. data, 0]);
        Assert.NotNull(longer.Fault);

        // Text that is none is not shown as if it were.
        data = Text.Encode(encoder => encoder.Bytes([0xc3, 0x28]));
        Assert.StartsWith("Error(?) with malformed arguments", RevertDecoder.BuiltIn.Decode(data).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_two_errors_of_one_selector() =>
        Assert.Throws<ArgumentException>(() => new RevertDecoder([ContractError.Of<MineError>(Selector.Of("Error(string)"))]));

    [Error("E")]
    public sealed class EveryKindError : IErrorDTO
    {
        [Parameter("uint8", "a", 1)]
        public byte A { get; set; }

        [Parameter("bool", "b", 2)]
        public bool B { get; set; }

        [Parameter("address", "d", 3)]
        public string D { get; set; } = "";

        [Parameter("bytes2", "e", 4)]
        public byte[] E { get; set; } = [];

        [Parameter("bytes", "f", 5)]
        public byte[] F { get; set; } = [];

        [Parameter("string", "", 6)]
        public string G { get; set; } = "";
    }

    [Error("Mine")]
    public sealed class MineError : IErrorDTO;
}
