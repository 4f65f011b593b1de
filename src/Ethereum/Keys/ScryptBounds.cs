using System.Numerics;

namespace Gavel.Ethereum;

/// <summary>
/// What scrypt may be asked for. Nethereum's scrypt computes the size of its memory in 32 bits and writes there without looking: parameters
/// beyond what fits would end the process, so they are refused before.
/// </summary>
internal static class ScryptBounds
{
    /// <summary>The most memory that parameters may ask for: four times what the usual keystore does (N = 2^18, r = 8).</summary>
    public const long MaxMemory = 1L << 30;

    /// <summary>The most work, as N * r * p: sixteen times the usual keystore's.</summary>
    public const long MaxWork = 1L << 25;

    /// <summary>Says what is wrong with parameters, or null if they are good and within the limits.</summary>
    public static string? Problem(long n, long r, long p)
    {
        if (n < 2 || !BitOperations.IsPow2(n) || n > 1L << 30)
        {
            return $"n is {n}; it is a power of two of at least 2";
        }

        if (r is < 1 or > 1 << 20 || p is < 1 or > 1 << 20)
        {
            return $"r is {r} and p is {p}; both are at least 1";
        }

        long memory = 128 * r * (n + p);
        return memory > MaxMemory ? $"n, r and p ask for {memory} bytes of memory; at most {MaxMemory} are given"
            : n * r * p > MaxWork ? $"n * r * p is {n * r * p}; at most {MaxWork} is worked through"
            : null;
    }
}
