using System.Numerics;

namespace Gavel.GameSolver;

/// <summary>
/// Natural logarithm and exponential of numbers with 18 decimal digits, rounded down, as the contract's fixed-point library has them.
/// Computed with 30 digits more than are returned.
/// </summary>
internal static class FixedPoint
{
    /// <summary>1 with 18 digits.</summary>
    public static readonly BigInteger One = BigInteger.Pow(10, 18);

    private static readonly BigInteger Guard = BigInteger.Pow(10, 30);
    private static readonly BigInteger Unit = One * Guard;
    private static readonly BigInteger LnTwo = 2 * InverseHyperbolicTangent(Unit / 3);

    /// <summary>e^x for x ≥ 0.</summary>
    public static BigInteger Exp(BigInteger x)
    {
        BigInteger wide = x * Guard;
        int halvings = (int)(wide / LnTwo);
        wide -= halvings * LnTwo;
        BigInteger sum = Unit;
        BigInteger term = Unit;
        for (int n = 1; !term.IsZero; n++)
        {
            term = term * wide / Unit / n;
            sum += term;
        }

        return (sum << halvings) / Guard;
    }

    /// <summary>ln x for x ≥ 1.</summary>
    public static BigInteger Ln(BigInteger x)
    {
        BigInteger wide = x * Guard;
        int doublings = 0;
        for (; wide >= 2 * Unit; wide /= 2)
        {
            doublings++;
        }

        return (doublings * LnTwo + 2 * InverseHyperbolicTangent((wide - Unit) * Unit / (wide + Unit))) / Guard;
    }

    private static BigInteger InverseHyperbolicTangent(BigInteger x)
    {
        BigInteger square = x * x / Unit;
        BigInteger power = x;
        BigInteger sum = BigInteger.Zero;
        for (int n = 1; !power.IsZero; n += 2)
        {
            sum += power / n;
            power = power * square / Unit;
        }

        return sum;
    }
}
