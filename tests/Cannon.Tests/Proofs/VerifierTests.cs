using Gavel.Cannon.Checking;
using Gavel.ProofVerifier;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Proofs;

/// <summary>Our proofs before the independent verifier: they hold, and no byte of a used slot can change without its seeing it.</summary>
[Trait("Scale", "full")]
public sealed class VerifierTests
{
    private const int Seed = 77;

    [Theory]
    [InlineData("claim.mips64.elf.gz", "multithreaded64-5")]
    [InlineData("misc.mips64.elf.gz", "multithreaded64-5")]
    [InlineData("claim.mips32.elf.gz", "singlethreaded")]
    public void ProofsOfARun_Hold_AndFailWithAnyChangedByte(string program, string versionName)
    {
        VmVersion version = VmVersion.FromName(versionName)!;
        StepProofVerifier verifier = new(version.Is64, version.HasGetRandom);
        Random random = new(Seed);
        RecordedPreimages preimages = new(Preimages(program));
        using Vm vm = new(ElfLoader.LoadProgram(InputFile.Bytes(Path.Combine(Folder, program)), version).State, new VmOptions { Preimages = preimages });
        HashSet<int> slotCounts = [];
        int proofs = Scale.Of(40, 400);
        int wholly = 0;
        for (int i = 0; i < proofs; i++)
        {
            vm.Run(new RunLimits { MaxSteps = (ulong)random.Next(600_000 / proofs) });
            // From there to the next step that touches memory, so that every slot is seen.
            StepProof proof = vm.Prove();
            for (int more = 0; more < 20 && i % 2 == 0 && Check(verifier, proof).UsedSlots.Count < (version.Is64 ? 3 : 2); more++)
            {
                proof = vm.Prove();
            }

            VerifiedStep verified = Check(verifier, proof);
            Assert.Equal(vm.State.Memory.Root(), verified.PostMemoryRoot);
            slotCounts.Add(verified.UsedSlots.Count);
            bool everyByte = wholly < Scale.Of(1, 4) && verified.UsedSlots.Count == (version.Is64 ? 3 : 2);
            wholly += everyByte ? 1 : 0;
            AssertRejected(verifier, proof, verified, everyByte ? null : random);
            if (vm.State.Exited)
            {
                break;
            }
        }

        Assert.True(wholly > 0 && slotCounts.Count > 1, $"slots used: {string.Join(", ", slotCounts)}");
    }

    [Fact]
    public void ProofsOfRecordedStates_Hold_ForEachKindOfStep()
    {
        Random random = new(Seed);
        int stride = Scale.Of(11, 1);
        int number = 0;
        int verifiedSteps = 0;
        HashSet<int> slotCounts = [];
        foreach (InputNode json in InputFile.Lines(Checkout.PathOf("tests", "vectors", "cannon", "mips64-steps.jsonl.gz")))
        {
            // clock_gettime is the one call that uses all slots.
            bool isClock = json["name"].Text().Contains("clock", StringComparison.Ordinal);
            if (json.Find("error") is not null || (number++ % stride != 0 && !isClock))
            {
                continue;
            }

            VmVersion version = json["vm"].Version();
            Dictionary<Hash32, byte[]> values = json.Find("preimage") is { } preimage ? new() { [preimage["key"].Hash()] = preimage["value"].Bytes() } : [];
            using Vm vm = new(StateJson.Read(json["pre"], version), new VmOptions { Preimages = new RecordedPreimages(values) });
            if (vm.State.Exited)
            {
                continue;
            }

            StepProofVerifier verifier = new(true, version.HasGetRandom);
            StepProof proof = vm.Prove();
            VerifiedStep verified = Check(verifier, proof);
            Assert.True(verified.PostMemoryRoot == vm.State.Memory.Root(), json["name"].Text());
            slotCounts.Add(verified.UsedSlots.Count);
            AssertRejected(verifier, proof, verified, random);
            verifiedSteps++;
        }

        Assert.True(verifiedSteps >= Scale.Of(370, 4100), $"{verifiedSteps} steps");
        Assert.Equal([1, 2, 3, 4], slotCounts.Order());
    }

    private static string Folder => Checkout.PathOf("tests", "vectors", "cannon", "programs");

    private static VerifiedStep Check(StepProofVerifier verifier, StepProof proof) =>
        verifier.Verify(proof.Pre, proof.StateData, proof.ProofData, proof.Preimage?.Value ?? []);

    // Every byte, or a few of each slot.
    private static void AssertRejected(StepProofVerifier verifier, StepProof proof, VerifiedStep verified, Random? sample)
    {
        foreach ((int offset, int length) in verified.UsedSlots)
        {
            IEnumerable<int> places = sample is null ? Enumerable.Range(offset, length) : Enumerable.Range(0, 3).Select(_ => offset + sample.Next(length));
            foreach (int place in places)
            {
                byte[] changed = [.. proof.ProofData];
                changed[place] ^= (byte)(sample?.Next(1, 256) ?? 1);
                Assert.True(IsRejected(verifier, proof.Pre, proof.StateData, changed, proof.Preimage), $"seed {Seed}, step {proof.Step}: byte {place} can change");
            }
        }

        for (int i = 0; i < proof.StateData.Length; i += sample is null ? 1 : 23)
        {
            byte[] changed = [.. proof.StateData];
            changed[i] ^= 0x10;
            Assert.True(IsRejected(verifier, proof.Pre, changed, proof.ProofData, proof.Preimage), $"seed {Seed}, step {proof.Step}: byte {i} of the witness can change");
        }
    }

    private static bool IsRejected(StepProofVerifier verifier, Hash32 claim, byte[] witness, byte[] proof, StepPreimage? preimage)
    {
        try
        {
            verifier.Verify(claim, witness, proof, preimage?.Value ?? []);
            return false;
        }
        catch (ProofRejectedException)
        {
            return true;
        }
    }

    private static IReadOnlyDictionary<Hash32, byte[]> Preimages(string program) =>
        Manifest.Read(Folder).Single(item => Path.GetFileName(item.ElfFile) == program).Runs[0].Preimages;
}
