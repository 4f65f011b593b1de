using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Gavel.Cannon.Preimages;
using Gavel.TestKit;

namespace Gavel.Cannon.OnChain.Tests;

/// <summary>
/// The 32-bit VM against the real contract: the same state hash after each step, and a revert where the VM faults. Two old rules of this contract are not those of
/// the VM (docs/cannon.md); they are asserted to differ, so that nobody mends the VM towards an obsolete contract.
/// </summary>
[Trait("Scale", "full")]
public sealed class ContractDifferentialTests(MipsContract contract) : IClassFixture<MipsContract>
{
    private const int Seed = 4004;
    private const uint Srav = 0x07;

    [Fact]
    public async Task RandomInstructions_GiveTheContractsState()
    {
        StepTranscript transcript = new();
        RandomStates states = new(Seed);
        int shifts = 0;
        int faults = 0;
        for (int i = 0; i < Scale.Of(600, 4_000); i++)
        {
            using Vm vm = new(states.Next());
            bool isOldShift = IsOldShift(states.Instruction, vm.State);
            shifts += isOldShift ? 1 : 0;
            faults += transcript.Take($"{(isOldShift ? "old shift " : "")}seed {Seed} number {i}", states.Instruction, vm) ? 0 : 1;
        }

        List<(string Name, uint Instruction, Hash32? Ours, Hash32? Contract)> differences = await transcript.DifferencesAsync(contract);
        Assert.True(differences.All(difference => difference.Name.StartsWith("old shift", StringComparison.Ordinal)), Shown(differences));
        Assert.InRange(faults, 1, transcript.Count / 4);
        Assert.True(shifts > 0, "no srav by 32 or more was among them");
    }

    [Fact]
    public async Task RandomSyscalls_GiveTheContractsState()
    {
        StepTranscript transcript = new();
        RandomStates states = new(Seed + 1);
        int withoutLimit = 0;
        for (int i = 0; i < Scale.Of(200, 1_000); i++)
        {
            using Vm vm = new(states.NextSyscall());
            bool isOverLimit = IsMapOverTheLimit(vm.State);
            withoutLimit += isOverLimit ? 1 : 0;
            transcript.Take($"{(isOverLimit ? "over the limit " : "")}seed {Seed + 1} number {i}: {vm.State.ActiveThread!.Registers[2]}", states.Instruction, vm);
        }

        List<(string Name, uint Instruction, Hash32? Ours, Hash32? Contract)> differences = await transcript.DifferencesAsync(contract);
        Assert.True(differences.All(difference => difference.Name.StartsWith("over the limit", StringComparison.Ordinal)), Shown(differences));
        Assert.Equal(withoutLimit, differences.Count);
        Assert.True(withoutLimit > 0);
    }

    [Fact]
    public async Task PreimageReads_FromTheRealOracle_GiveTheContractsState()
    {
        Random random = new(Seed + 2);
        RandomStates states = new(Seed + 2);
        StepTranscript transcript = new();
        for (int i = 0; i < Scale.Of(60, 400); i++)
        {
            (Hash32 key, byte[] value) = RandomPreimage(random);
            // Up to the last byte: a read from the end is a fault, and the oracle refuses to hold it.
            ulong offset = (ulong)random.Next(value.Length + 8);
            await contract.LoadAsync(key, value, offset);
            using Vm vm = new(states.NextRead(key, offset), new VmOptions { Preimages = new OnePreimage(key, value) });
            Assert.True(transcript.Take($"seed {Seed + 2} number {i}: {key} of {value.Length} bytes at {offset}", states.Instruction, vm));
        }

        List<(string Name, uint Instruction, Hash32? Ours, Hash32? Contract)> differences = await transcript.DifferencesAsync(contract);
        Assert.True(differences.Count == 0, Shown(differences));
    }

    [Fact]
    public async Task StretchesOfAGoProgram_GiveTheContractsStates()
    {
        string folder = Checkout.PathOf("tests", "vectors", "cannon", "programs");
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "manifest.json")));
        JsonElement run = manifest.RootElement.GetProperty("programs").EnumerateArray()
            .Single(program => program.GetProperty("elf").GetString() == "claim.mips32.elf.gz").GetProperty("runs").EnumerateArray()
            .First(item => item.GetProperty("vm").GetString() == "singlethreaded");
        Dictionary<Hash32, byte[]> preimages = run.GetProperty("preimages").EnumerateObject().ToDictionary(item => Hash32.Parse(item.Name), item => Hex.Decode(item.Value.GetString()!));
        using MemoryStream elf = new();
        using (GZipStream zipped = new(File.OpenRead(Path.Combine(folder, "claim.mips32.elf.gz")), CompressionMode.Decompress))
        {
            await zipped.CopyToAsync(elf);
        }

        StepTranscript transcript = new();
        int reads = 0;
        using Vm vm = new(ElfLoader.LoadProgram(elf.ToArray(), VmVersion.SingleThreaded).State, new VmOptions { Preimages = new ManyPreimages(preimages) });
        int stretch = Scale.Of(20, 60);
        ulong total = run.GetProperty("totalSteps").GetUInt64();
        ulong stride = total / (ulong)Scale.Of(10, 25);
        List<ulong> starts = RecordedReads(Checkout.PathOf("tests", "vectors", "cannon", "proofs", "claim.singlethreaded.jsonl.gz"));
        int recordedReads = starts.Count;
        for (ulong start = 0; start < total; start += stride)
        {
            starts.Add(start);
        }

        foreach (ulong start in starts.Order())
        {
            vm.Run(new RunLimits { UntilStep = start });
            for (int i = 0; i < stretch && !vm.State.Exited; i++)
            {
                await TakeAsync(vm);
            }
        }

        Assert.True(recordedReads > 0 && reads >= recordedReads, $"{reads} preimage reads, {recordedReads} recorded");
        Assert.True(transcript.Count >= Scale.Of(190, 1_400));
        List<(string Name, uint Instruction, Hash32? Ours, Hash32? Contract)> differences = await transcript.DifferencesAsync(contract);
        Assert.True(differences.Count == 0, Shown(differences));

        async Task TakeAsync(Vm running)
        {
            VmThread thread = running.State.ActiveThread!;
            uint instruction = running.State.Memory.ReadUInt32(thread.Pc);
            if (instruction == 0x0c && thread.Registers[2] == 4003 && thread.Registers[4] == 5)
            {
                Hash32 key = running.State.PreimageKey;
                await contract.LoadAsync(key, preimages[key], running.State.PreimageOffset);
                reads++;
            }

            Assert.True(transcript.Take($"claim step {running.State.Step}", instruction, running));
        }
    }

    [Fact]
    public async Task Transactions_LogOurWitness()
    {
        RandomStates states = new(Seed + 3);
        int logged = 0;
        for (int i = 0; logged < 10; i++)
        {
            using Vm vm = new(states.Next());
            if (IsOldShift(states.Instruction, vm.State))
            {
                continue;
            }

            StepProof proof;
            try
            {
                proof = vm.Prove();
            }
            catch (VmFaultException)
            {
                continue;
            }

            Assert.Equal(Convert.ToHexStringLower(vm.State.EncodeWitness()), Convert.ToHexStringLower(await contract.StepInTransactionAsync(proof.StateData, proof.ProofData)));
            logged++;
        }
    }

    [Theory]
    [InlineData(31u, false)]
    [InlineData(32u, true)]
    [InlineData(33u, true)]
    [InlineData(0x8000_0001u, true)]
    public async Task OldShift_ByMoreThan31_DiffersFromTheVm(uint amount, bool differs)
    {
        using VmState state = new(VmVersion.SingleThreaded, new PagedMemory(32, reserveAddressSpace: false)) { Heap = 0x0500_0000 };
        VmThread thread = new() { Pc = 0x4000, NextPc = 0x4004 };
        thread.Registers[8] = (ulong)(int)amount;
        thread.Registers[9] = 0xffff_ffff_8765_4321;
        state.LeftThreads.Add(thread);
        const uint instruction = 8u << 21 | 9u << 16 | 10u << 11 | Srav;
        state.Memory.WriteUInt32(0x4000, instruction);
        StepTranscript transcript = new();
        using Vm vm = new(state);
        transcript.Take("srav", instruction, vm);
        Assert.Equal(differs ? 1 : 0, (await transcript.DifferencesAsync(contract)).Count);
    }

    private static List<ulong> RecordedReads(string file)
    {
        List<ulong> steps = [];
        using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument proof = JsonDocument.Parse(line);
            if (proof.RootElement.TryGetProperty("oracle-key", out _))
            {
                steps.Add(proof.RootElement.GetProperty("step").GetUInt64());
            }
        }

        return steps;
    }

    private static bool IsOldShift(uint instruction, VmState state) =>
        (instruction & 0xfc00_003f) == Srav && (uint)state.ActiveThread!.Registers[(instruction >> 21) & 31] > 31;

    private static bool IsMapOverTheLimit(VmState state)
    {
        VmThread thread = state.ActiveThread!;
        ulong size = ((uint)thread.Registers[5] + 4095ul) & ~4095ul;
        return thread.Registers[2] == 4090 && thread.Registers[4] == 0 && state.Heap + size > 0x6000_0000;
    }

    private static (Hash32 Key, byte[] Value) RandomPreimage(Random random)
    {
        byte[] value = new byte[random.Next(3) == 0 ? random.Next(3) : random.Next(300)];
        random.NextBytes(value);
        switch (random.Next(3))
        {
            case 0:
                return (PreimageKey.Keccak(Keccak256.Hash(value)), value);
            case 1:
                return (new Hash32(SHA256.HashData(value)).WithFirstByte(4), value);
            default:
                byte[] local = new byte[random.Next(2) == 0 ? 8 : 32];
                random.NextBytes(local);
                return (PreimageKey.Local((ulong)random.NextInt64(1, long.MaxValue)), local);
        }
    }

    private static string Shown(List<(string Name, uint Instruction, Hash32? Ours, Hash32? Contract)> differences) =>
        string.Join('\n', differences.Take(10).Select(d => $"{d.Name}, instruction {d.Instruction:x8}: ours {d.Ours?.ToString() ?? "fault"}, the contract's {d.Contract?.ToString() ?? "revert"}"));

    private sealed class OnePreimage(Hash32 key, byte[] value) : IPreimageSource
    {
        public void Hint(ReadOnlySpan<byte> hint)
        {
        }

        public byte[] GetPreimage(Hash32 asked) => asked == key ? value : throw new PreimageException($"asked for {asked}");
    }

    private sealed class ManyPreimages(Dictionary<Hash32, byte[]> values) : IPreimageSource
    {
        public void Hint(ReadOnlySpan<byte> hint)
        {
        }

        public byte[] GetPreimage(Hash32 key) => values[key];
    }
}
