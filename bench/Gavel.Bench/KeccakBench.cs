using Gavel.Ethereum;

namespace Gavel.Bench;

/// <summary>Batched hashing of 64-byte pairs against one plain scalar hash at a time.</summary>
internal static class KeccakBench
{
    private const int Pairs = 1 << 15;

    public static void Run()
    {
        Hash32[] children = new Hash32[2 * Pairs];
        Hash32[] parents = new Hash32[Pairs];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = Hash32.FromUInt256((ulong)i);
        }

        double scalar = Measure.MedianSeconds(5, () =>
        {
            for (int i = 0; i < Pairs; i++)
            {
                parents[i] = Keccak256.HashPair(children[2 * i], children[2 * i + 1]);
            }
        });
        double batch = Measure.MedianSeconds(5, () => Keccak256.HashPairs(children, parents));
        Console.WriteLine($"scalar {scalar / Pairs * 1e9:F0} ns/hash, batch {batch / Pairs * 1e9:F0} ns/hash, ratio {scalar / batch:F2}");
    }
}
