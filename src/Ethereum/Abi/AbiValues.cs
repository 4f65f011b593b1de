using System.Numerics;

namespace Gavel.Ethereum;

/// <summary>Between this library's values and those that Nethereum's typed messages hold. The only place where they are turned into each other.</summary>
public static class AbiValues
{
    /// <summary>An <c>address</c> as messages hold it.</summary>
    public static string ToAbi(this Address address) => address.ToString();

    /// <summary>A <c>bytes32</c> as messages hold it.</summary>
    public static byte[] ToAbi(this Hash32 hash) => hash.ToArray();

    /// <summary>A <c>uint256</c> as messages hold it.</summary>
    public static BigInteger ToAbi(this UInt256 number) => number.ToBigInteger();

    /// <summary>An <c>address</c> of a message.</summary>
    /// <exception cref="FormatException">Not an address, which a strictly decoded one always is.</exception>
    public static Address ToAddress(this string address) => Address.Parse(address);

    /// <summary>A <c>bytes32</c> of a message.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes, which a strictly decoded one always has.</exception>
    public static Hash32 ToHash32(this byte[] bytes) => new(bytes);

    /// <summary>A <c>uint256</c> of a message.</summary>
    /// <exception cref="OverflowException">Negative or wider than 256 bits, which a strictly decoded one never is.</exception>
    public static UInt256 ToUInt256(this BigInteger number) => UInt256.FromBigInteger(number);
}
