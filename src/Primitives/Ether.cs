using System.Globalization;
using System.Numerics;

namespace Gavel.Primitives;

/// <summary>Wei as people read them.</summary>
public static class Ether
{
    private const int Decimals = 18;

    /// <summary>Ether with up to 18 decimals and no trailing zeros: 80000000000000000 wei give <c>0.08</c>.</summary>
    public static string Format(UInt256 wei) => Format(wei.ToBigInteger());

    /// <summary>The same for a difference, which may be negative.</summary>
    public static string Format(BigInteger wei)
    {
        string digits = BigInteger.Abs(wei).ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        string text = $"{digits[..^Decimals]}.{digits[^Decimals..]}".TrimEnd('0').TrimEnd('.');
        return wei.Sign < 0 ? $"-{text}" : text;
    }
}
