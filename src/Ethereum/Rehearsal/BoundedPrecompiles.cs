using System.Numerics;
using Nethereum.EVM.Execution;

namespace Gavel.Ethereum;

/// <summary>
/// The precompiled contracts that the library can execute in a bounded time. Some of its implementations throw (0x0a to 0x11), and some
/// take far longer for their gas than a node (0x05, 0x08, 0x09) and cannot be interrupted: those are not rehearsed beyond small inputs.
/// </summary>
internal static class BoundedPrecompiles
{
    private const int MostModExpBytes = 256;
    private const int MostPairs = 2;
    private const uint MostBlakeRounds = 4096;
    private static readonly BuiltInPrecompileProvider Library = BuiltInPrecompileProvider.Prague();

    /// <summary>The number of a precompiled contract of these rules; null for any other address.</summary>
    public static int? NumberOf(Address address, ExecutionBlock block)
    {
        ReadOnlySpan<byte> bytes = Address.BytesOf(in address);
        if (bytes[..18].ContainsAnyExcept((byte)0))
        {
            return null;
        }

        int number = (bytes[18] << 8) | bytes[19];
        int last = block.IsPrague ? 0x11 : 0x0a;
        return number switch
        {
            0 => null,
            _ when number <= last => number,
            _ when block.NotExact is not null && number <= 0x1ff => throw new RehearsalStoppedException(
                $"the precompiled contract 0x{number:x2} may exist by rules that the library does not know"),
            _ => null,
        };
    }

    /// <summary>Gas that a run on this input costs.</summary>
    /// <exception cref="RehearsalStoppedException">It is not executed here.</exception>
    public static BigInteger Gas(int number, byte[] input)
    {
        string? why = number switch
        {
            >= 0x0a => "the library cannot execute it",
            5 when ModExpBytes(input) > MostModExpBytes => "its numbers are too long",
            8 when input.Length > MostPairs * 192 => "it has too many pairs",
            9 when input.Length >= 4 && (((uint)input[0] << 24) | ((uint)input[1] << 16) | ((uint)input[2] << 8) | input[3]) > MostBlakeRounds => "it has too many rounds",
            _ => null,
        };
        return why is null
            ? Library.GetGasCost(AddressOf(number), input)
            : throw new RehearsalStoppedException($"it calls the precompiled contract 0x{number:x2}: {why}");
    }

    /// <summary>Runs it.</summary>
    /// <returns>The output, or null where the input is refused by the rules.</returns>
    public static byte[]? Run(int number, byte[] input)
    {
        if (number == 1 && (input.Length < 64 || input[63] is not (27 or 28)))
        {
            return []; // the library would recover from other recovery ids too
        }

        try
        {
            return Library.Execute(AddressOf(number), input) ?? [];
        }
        catch (Exception) when (number is >= 6 and <= 9)
        {
            // The library tells of a point off the curve, or an input of a wrong length, by exceptions of several types.
            return null;
        }
    }

    private static string AddressOf(int number) => $"0x{number:x40}";

    private static BigInteger ModExpBytes(byte[] input)
    {
        BigInteger longest = 0;
        for (int at = 0; at < 96; at += 32)
        {
            byte[] word = new byte[32];
            input.AsSpan(Math.Min(at, input.Length), Math.Clamp(input.Length - at, 0, 32)).CopyTo(word);
            longest = BigInteger.Max(longest, new BigInteger(word, isUnsigned: true, isBigEndian: true));
        }

        return longest;
    }
}
