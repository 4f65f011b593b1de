using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.TestKit.Judges;
using Nethereum.ABI.FunctionEncoding;

namespace Gavel.Bench;

/// <summary>Decoding what <c>claimData(uint256)</c> returns: the strict ABI against Nethereum's bare decoder, which believes anything, and the old decoder.</summary>
internal static class AbiBench
{
    private const int Batch = 2_000;

    public static void Run()
    {
        byte[] data = AbiEncoder.Encode(e => e
            .UInt32(3).Address(Address.Zero).Address(Address.Parse("0x00000000000000000000000000000000deadbeef")).UInt(80_000_000_000_000_000)
            .Bytes32(Keccak256.Empty).UInt128(1024).UInt128(((UInt128)77 << 64) + 1_700_000_000));
        double[] seconds = Measure.MedianSecondsInterleaved(
            9,
            () => Repeat(() => new ParameterDecoder().DecodeAttributes(data, typeof(ClaimDataAnswer))),
            () => Repeat(() => StrictAbi.Decode<ClaimDataAnswer>(data, "claimData(uint256)")),
            () => Repeat(() => Judge(data)));
        Console.WriteLine($"bare    {Micros(seconds[0])} µs a claim");
        Console.WriteLine($"strict  {Micros(seconds[1])} µs a claim, {seconds[1] / seconds[0]:0.00} x bare Nethereum");
        Console.WriteLine($"judge   {Micros(seconds[2])} µs a claim, {seconds[2] / seconds[0]:0.000} x bare Nethereum");
    }

    private static void Judge(byte[] data)
    {
        AbiDecoder decoder = new(data);
        _ = (decoder.UInt32(), decoder.Address(), decoder.Address(), decoder.UInt128(), decoder.Bytes32(), decoder.UInt128(), decoder.UInt128());
        decoder.End();
    }

    private static void Repeat(Action action)
    {
        for (int i = 0; i < Batch; i++)
        {
            action();
        }
    }

    private static string Micros(double seconds) => $"{seconds / Batch * 1e6:0.00}";
}
