using System.Text;
using FsCheck.Fluent;
using AbiError = Gavel.TestKit.Judges.AbiError;
using AbiEvent = Gavel.TestKit.Judges.AbiEvent;
using AbiException = Gavel.TestKit.Judges.AbiException;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Ethereum.Tests;

/// <summary>Hostile text and JSON into every reader of text.</summary>
[Trait("Scale", "full")]
public sealed class TextFuzzTests
{
    private static readonly string Word = Hash32.FromUInt256(77).ToString();

    [Fact]
    public void Hex_numbers_and_addresses()
    {
        byte[][] samples = [.. new[] { Word, "0x", "0x0", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "123456789", "0x1234567890abcdef" }.Select(Encoding.UTF8.GetBytes)];
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Hex.Decode(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Hash32.Parse(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Address.Parse(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => UInt256.Parse(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Hex.QuantityToUInt64(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Selector.Parse(Encoding.Latin1.GetString(input)));
    }

    [Fact]
    public void Signatures()
    {
        byte[][] samples =
        [
            .. new[]
            {
                "squeezeLPP(address,uint256,(uint64[25]),(bytes,uint256,bytes32),bytes32[],(bytes,uint256,bytes32) post,bytes32[])",
                "Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)", "f(" + new string('(', 3000), "f(uint8" + new string('[', 99),
                "f(uint8[1][2][3][4][5])",
            }.Select(Encoding.UTF8.GetBytes),
        ];
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
        {
            AbiFunction function = new(Encoding.Latin1.GetString(input));
            Assert.Equal(function.Signature, new AbiFunction(function.Signature).Signature);
        });
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
            Assert.NotEmpty(new AbiEvent(Encoding.Latin1.GetString(input)).Name));
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
            Assert.NotEmpty(new AbiError(Encoding.Latin1.GetString(input)).Name));
    }
}
