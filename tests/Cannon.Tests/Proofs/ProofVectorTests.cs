using System.Text.Json;

namespace Gavel.Cannon.Tests.Proofs;

/// <summary>Proofs taken inside real runs are byte-equal to the recorded ones. Recorded slots that a step does not use are zero, as ours.</summary>
public sealed class ProofVectorTests
{
    [Fact]
    public void EveryProofAgrees()
    {
        string programs = VectorFiles.FullSet is { } full ? Path.Combine(full, "programs") : VectorFiles.PathOf("programs");
        string proofs = VectorFiles.FullSet is { } set ? Path.Combine(set, "proofs") : VectorFiles.PathOf("proofs");
        int files = 0;
        foreach (string path in Directory.EnumerateFiles(proofs, "*.jsonl.gz").Order())
        {
            string[] name = Path.GetFileName(path).Split('.');
            ProgramRun? run = ProgramRun.All(programs).FirstOrDefault(run => run.Name == name[0] && run.Version.Name == name[1]);
            if (run is not null)
            {
                Check(run, path);
                files++;
            }
        }

        Assert.True(files >= 3, $"only {files} files of proofs have their program");
    }

    private static void Check(ProgramRun run, string path)
    {
        using Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages() });
        int seen = 0;
        foreach (JsonElement expected in VectorFiles.Lines(path))
        {
            ulong step = expected.GetProperty("step").GetUInt64();
            vm.Run(new RunLimits { UntilStep = step });
            StepProof proof = vm.Prove();
            string place = $"{run} step {step}";
            Assert.True(expected.GetProperty("pre").GetString() == proof.Pre.ToString(), place);
            Assert.True(expected.GetProperty("post").GetString() == proof.Post.ToString(), place);
            Assert.True(expected.GetProperty("state-data").GetString() == Hex.Encode(proof.StateData), place);
            Assert.True(expected.GetProperty("proof-data").GetString() == Hex.Encode(proof.ProofData), place);
            Assert.True(Text(expected, "oracle-key") == proof.Preimage?.Key.ToString(), place);
            Assert.True(Text(expected, "oracle-value") == (proof.Preimage is { } read ? Hex.Encode(read.Value) : null), place);
            ulong offset = expected.TryGetProperty("oracle-offset", out JsonElement value) ? value.GetUInt64() : 0;
            Assert.True(offset == (proof.Preimage?.Offset ?? 0), place);
            seen++;
        }

        Assert.True(seen > 5, $"{run}: only {seen} proofs");
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
