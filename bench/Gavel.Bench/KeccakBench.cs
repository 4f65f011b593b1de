namespace Gavel.Bench;

/// <summary>
/// Nanoseconds per hash of a pair of 32 bytes: the plain scalar loop, one unrolled hash at a time, and each kernel that the processor has, in
/// one run. The rounds of all are interleaved, so that a disturbance of the machine hits them alike.
/// </summary>
internal static class KeccakBench
{
    private const int Pairs = 1 << 14;
    private const int Rounds = 15;

    public static void Run()
    {
        Hash32[] children = new Hash32[2 * Pairs];
        Hash32[] parents = new Hash32[Pairs];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = Hash32.FromUInt256((ulong)i);
        }

        List<(string Name, Action Hash)> subjects =
        [
            ("plain scalar", () =>
            {
                for (int i = 0; i < Pairs; i++)
                {
                    parents[i] = PlainKeccak.HashPair(children[2 * i], children[2 * i + 1]);
                }
            }),
        ];
        foreach (KeccakKernel kernel in Enum.GetValues<KeccakKernel>().Where(KeccakKernels.IsSupported))
        {
            subjects.Add((kernel.ToString(), () => KeccakKernels.HashPairs(kernel, children, parents)));
        }

        subjects.Add(("HashPairs", () => Keccak256.HashPairs(children, parents)));
        double[] seconds = Measure.MedianSecondsInterleaved(Rounds, [.. subjects.Select(static subject => subject.Hash)]);
        for (int i = 0; i < subjects.Count; i++)
        {
            Console.WriteLine(
                $"{subjects[i].Name,-12} {seconds[i] / Pairs * 1e9,7:F1} ns/hash, {seconds[0] / seconds[i],6:F2} x plain scalar, "
                + $"{seconds[1] / seconds[i],6:F2} x portable");
        }
    }
}
