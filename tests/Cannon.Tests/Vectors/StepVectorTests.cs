using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Cannon.Tests;

/// <summary>Every recorded single step: state hashes, witness, proof, output and faults.</summary>
public sealed class StepVectorTests
{
    [Theory]
    [InlineData("mips64-steps.jsonl.gz", 4471, 306)]
    [InlineData("mips32-steps.jsonl.gz", 2103, 165)]
    public void EveryStepAgrees(string file, int cases, int faults)
    {
        int seen = 0;
        int faulted = 0;
        List<string> differences = [];
        foreach (JsonElement step in VectorFiles.Lines(VectorFiles.PathOf(file)))
        {
            VmVersion version = StepCase.VersionOf(step);
            seen++;
            faulted += step.TryGetProperty("error", out _) ? 1 : 0;
            Collect(differences, step, version);
            bool alsoV4 = version == VmVersion.MultiThreaded64V5 && !step.GetProperty("name").GetString()!.Contains("getrandom", StringComparison.Ordinal);
            if (alsoV4)
            {
                Collect(differences, step, VmVersion.MultiThreaded64V4);
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join('\n', differences.Take(40))}");
        Assert.Equal((cases, faults), (seen, faulted));
    }

    private static void Collect(List<string> differences, JsonElement step, VmVersion version)
    {
        if (Difference(step, version) is { } difference)
        {
            differences.Add($"{step.GetProperty("name").GetString()} ({version}): {difference}");
        }
    }

    private static string? Difference(JsonElement step, VmVersion version)
    {
        FixedPreimage source = new(step);
        MemoryStream output = new();
        MemoryStream error = new();
        using Vm vm = new(StepCase.Load(step.GetProperty("pre"), version), new VmOptions
        {
            Preimages = source,
            StandardOutput = output,
            StandardError = error,
        });
        if (!vm.State.EncodeWitness().AsSpan().SequenceEqual(StepCase.Bytes(step.GetProperty("preWitness"))))
        {
            return "witness before the step";
        }

        StepProof proof;
        try
        {
            proof = vm.Prove();
        }
        catch (Exception fault) when (fault is VmFaultException or PreimageException)
        {
            return step.TryGetProperty("error", out _) ? null : $"fault: {fault.Message}";
        }

        if (step.TryGetProperty("error", out JsonElement expected))
        {
            return $"no fault, expected {expected.GetString()}";
        }

        byte[] wanted = StepCase.Bytes(step.GetProperty("proof"));
        return !proof.ProofData.AsSpan().SequenceEqual(wanted) ? $"proof at byte {proof.ProofData.AsSpan().CommonPrefixLength(wanted)}"
            : !vm.State.EncodeWitness().AsSpan().SequenceEqual(StepCase.Bytes(step.GetProperty("postWitness"))) ? "witness after the step"
            : proof.Post.ToString() != step.GetProperty("postStateHash").GetString() ? "state hash after the step"
            : proof.Pre.ToString() != step.GetProperty("preStateHash").GetString() ? "state hash before the step"
            : !vm.State.LastHint.AsSpan().SequenceEqual(StepCase.Bytes(step.GetProperty("post").GetProperty("lastHint"))) ? "last hint"
            : !Emitted(step, "stdout", output) ? "stdout"
            : !Emitted(step, "stderr", error) ? "stderr"
            : !source.HintsAgree() ? "hints"
            : !PreimageAgrees(step, proof.Preimage) ? "preimage part"
            : null;
    }

    private static bool Emitted(JsonElement step, string name, MemoryStream stream) =>
        stream.ToArray().AsSpan().SequenceEqual(step.TryGetProperty(name, out JsonElement bytes) ? StepCase.Bytes(bytes) : []);

    private static bool PreimageAgrees(JsonElement step, StepPreimage? read) =>
        !step.TryGetProperty("preimage", out JsonElement expected)
            ? read is null
            : read is not null
                && read.Key == new Hash32(StepCase.Bytes(expected.GetProperty("key")))
                && read.Value.AsSpan(8).SequenceEqual(StepCase.Bytes(expected.GetProperty("value")))
                && read.Offset == StepCase.Number(expected.GetProperty("offset"));

    private sealed class FixedPreimage(JsonElement step) : IPreimageSource
    {
        private readonly List<string> _hints = [];

        public bool HintsAgree() => _hints.SequenceEqual(
            step.TryGetProperty("hints", out JsonElement hints) ? hints.EnumerateArray().Select(hint => hint.GetString()!) : []);

        public void Hint(ReadOnlySpan<byte> hint) => _hints.Add(Hex.Encode(hint));

        public byte[] GetPreimage(Hash32 key) =>
            step.TryGetProperty("preimage", out JsonElement preimage) && key == new Hash32(StepCase.Bytes(preimage.GetProperty("key")))
                ? StepCase.Bytes(preimage.GetProperty("value"))
                : throw new PreimageException($"the case has no preimage {key}");
    }
}
