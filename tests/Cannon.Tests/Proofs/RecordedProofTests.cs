using System.IO.Compression;
using System.Text.Json;
using Gavel.ProofVerifier;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Proofs;

/// <summary>The independent verifier against recorded proofs. Our own proofs are held against it elsewhere.</summary>
public sealed class RecordedProofTests
{
    [Theory]
    [InlineData("mips64-steps.jsonl.gz", 4165)]
    [InlineData("mips32-steps.jsonl.gz", 1938)]
    [Trait("Scale", "full")]
    public void Verifier_AcceptsEveryRecordedStep_AndRecomputesItsMemoryRoot(string file, int expected)
    {
        int stride = Scale.Of(9, 1);
        int seen = 0;
        int withWrites = 0;
        foreach (JsonElement step in Lines(Checkout.PathOf("tests", "vectors", "cannon", file)))
        {
            if (!step.TryGetProperty("proof", out JsonElement proof))
            {
                continue;
            }

            if (seen++ % stride != 0)
            {
                continue;
            }

            string vm = step.GetProperty("vm").GetString()!;
            byte[] preimage = [];
            if (step.TryGetProperty("preimage", out JsonElement served))
            {
                byte[] value = Hex.Decode(served.GetProperty("value").GetString()!);
                preimage = new byte[8 + value.Length];
                System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(preimage, value.Length);
                value.CopyTo(preimage, 8);
            }

            StepProofVerifier verifier = new(vm.StartsWith("multi", StringComparison.Ordinal), vm == "multithreaded64-5");
            VerifiedStep result = verifier.Verify(
                Hash32.Parse(step.GetProperty("preStateHash").GetString()!), Hex.Decode(step.GetProperty("preWitness").GetString()!), Hex.Decode(proof.GetString()!), preimage);
            string name = step.GetProperty("name").GetString()!;
            Assert.True(result.PostMemoryRoot == new Hash32(Hex.Decode(step.GetProperty("postWitness").GetString()!).AsSpan(0, 32)), name);
            withWrites += step.TryGetProperty("memWrites", out _) ? 1 : 0;
        }

        Assert.Equal(expected, seen);
        Assert.True(withWrites > 200 / stride, $"only {withWrites} steps write memory");
    }

    internal static IEnumerable<JsonElement> Lines(string path)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement;
        }
    }
}
