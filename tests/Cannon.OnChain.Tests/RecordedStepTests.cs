using System.IO.Compression;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.Cannon.OnChain.Tests;

/// <summary>The recorded 32-bit steps on the contract: which of its two old rules (cannon-vm section 16) each difference is due to.</summary>
public sealed class RecordedStepTests(MipsContract contract) : IClassFixture<MipsContract>
{
    [Fact]
    public async Task RecordedSteps_HoldOnTheContract_ButForItsTwoOldRules()
    {
        List<(string Name, uint Instruction, byte[] Witness, byte[] Proof, Hash32 Post)> steps = [];
        string path = Checkout.PathOf("tests", "vectors", "cannon", "mips32-steps.jsonl.gz");
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (await reader.ReadLineAsync() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement step = document.RootElement;
            // The keys of recorded preimage reads are made up, so the real oracle cannot be given their values.
            if (step.GetProperty("vm").GetString() != "singlethreaded" || step.TryGetProperty("error", out _) || step.TryGetProperty("preimage", out _))
            {
                continue;
            }

            steps.Add((
                step.GetProperty("name").GetString()!,
                Convert.ToUInt32(step.GetProperty("insn").GetString(), 16),
                Hex.Decode(step.GetProperty("preWitness").GetString()!),
                Hex.Decode(step.GetProperty("proof").GetString()!),
                Hash32.Parse(step.GetProperty("postStateHash").GetString()!)));
        }

        Hash32?[] results = await contract.StepAsync([.. steps.Select(step => (step.Witness, step.Proof))]);
        int differences = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            if (results[i] != steps[i].Post)
            {
                differences++;
                bool isShift = (steps[i].Instruction & 0xfc00003f) == 0x07;
                bool isMap = steps[i].Instruction == 0x0c && steps[i].Name.Contains("mmap", StringComparison.Ordinal);
                Assert.True(isShift || isMap, $"{steps[i].Name}: the contract gives {results[i]}, recorded is {steps[i].Post}");
            }
        }

        Assert.Equal(21, differences);
    }
}
