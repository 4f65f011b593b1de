namespace Gavel.Primitives.Tests;

/// <summary>Every kernel that this processor has gives what the plain loop gives; <see cref="KeccakSwitchTests"/> takes kernels away.</summary>
public sealed class KeccakKernelTests
{
    /// <summary>Set by <see cref="KeccakSwitchTests"/>: the kernel that the run must choose.</summary>
    public const string ExpectedKernel = "GAVEL_EXPECTED_KERNEL";

    public static TheoryData<string> Supported() => [.. Enum.GetValues<KeccakKernel>().Where(KeccakKernels.IsSupported).Select(static kernel => kernel.ToString())];

    [Theory]
    [MemberData(nameof(Supported))]
    public void Every_count_of_pairs_hashes_as_the_plain_loop(string name)
    {
        KeccakKernel kernel = Enum.Parse<KeccakKernel>(name);
        for (int count = 0; count <= 70; count++)
        {
            Hash32[] children = Random(2 * count, seed: count);
            Hash32[] expected = Plain(children);
            Hash32[] parents = new Hash32[count + 1];
            KeccakKernels.HashPairs(kernel, children, parents.AsSpan(0, count));
            Assert.Equal(expected, parents[..count]);
            Assert.True(parents[count].IsZero);
        }
    }

    [Theory]
    [MemberData(nameof(Supported))]
    public void Parents_may_overwrite_their_children(string name)
    {
        KeccakKernel kernel = Enum.Parse<KeccakKernel>(name);
        foreach (int count in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 31, 64, 1000 })
        {
            Hash32[] values = Random(2 * count, seed: count);
            Hash32[] expected = [.. Plain(values), .. values[count..]];
            KeccakKernels.HashPairs(kernel, values, values.AsSpan(0, count));
            Assert.Equal(expected, values);
        }
    }

    [Theory]
    [MemberData(nameof(Supported))]
    public void Slices_at_any_offset_may_be_hashed_by_several_threads(string name)
    {
        KeccakKernel kernel = Enum.Parse<KeccakKernel>(name);
        const int Count = 20_001;
        Hash32[] children = Random((2 * Count) + 2, seed: 3)[1..^1];
        Hash32[] expected = Plain(children);
        Hash32[] parents = new Hash32[Count];
        Parallel.For(0, 8, part =>
        {
            int from = Count * part / 8;
            int to = Count * (part + 1) / 8;
            KeccakKernels.HashPairs(kernel, children.AsSpan(2 * from, 2 * (to - from)), parents.AsSpan(from, to - from));
        });
        Assert.Equal(expected, parents);
    }

    [Fact]
    public void The_public_call_uses_the_best_kernel_and_refuses_wrong_spans()
    {
        Hash32[] children = Random(2000, seed: 1);
        Hash32[] parents = new Hash32[1000];
        Keccak256.HashPairs(children, parents);
        Assert.Equal(Plain(children), parents);
        Assert.Equal(parents[0], Keccak256.HashPair(children[0], children[1]));
        Assert.Throws<ArgumentException>(() => Keccak256.HashPairs(children, parents.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => Keccak256.HashPairs(children, children.AsSpan(1, 1000)));
        Keccak256.HashPairs(children.AsSpan(2), children.AsSpan(1, 999));
        Assert.Equal(parents[1..], children[1..1000]);
    }

    [Fact]
    public void A_node_of_zeros_is_the_known_one()
    {
        // The first inner node of every empty Ethereum Merkle tree.
        Hash32 parent = Keccak256.HashPair(Hash32.Zero, Hash32.Zero);
        Assert.Equal("0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5", parent.ToString());
        Hash32[] parents = new Hash32[8];
        Keccak256.HashPairs(new Hash32[16], parents);
        Assert.All(parents, other => Assert.Equal(parent, other));
    }

    [Fact]
    public void Kernels_that_are_missing_are_refused_and_the_expected_one_is_chosen()
    {
        foreach (KeccakKernel kernel in Enum.GetValues<KeccakKernel>().Where(static kernel => !KeccakKernels.IsSupported(kernel)))
        {
            Assert.Throws<PlatformNotSupportedException>(() => KeccakKernels.HashPairs(kernel, new Hash32[2], new Hash32[1]));
        }

        Assert.True(KeccakKernels.IsSupported(KeccakKernels.Best));
        string? expected = Environment.GetEnvironmentVariable(ExpectedKernel);
        Assert.Equal(expected ?? KeccakKernels.Best.ToString(), KeccakKernels.Best.ToString());
    }

    private static Hash32[] Plain(Hash32[] children) =>
        [.. Enumerable.Range(0, children.Length / 2).Select(i => PlainKeccak.HashPair(children[2 * i], children[(2 * i) + 1]))];

    private static Hash32[] Random(int count, int seed)
    {
        Random random = new(seed);
        Hash32[] values = new Hash32[count];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
