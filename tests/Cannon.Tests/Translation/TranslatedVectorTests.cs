using Gavel.Cannon.Checking;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Translation;

/// <summary>The recorded steps and programs, through translated code.</summary>
public sealed class TranslatedVectorTests
{
    /// <summary>
    /// Each recorded step is run once, so that its instruction is known; then all is put back, the instruction translated, and the step
    /// run again. A branch is run with its slot, and compared with the interpreter.
    /// </summary>
    [Theory]
    [InlineData(false, 2000)]
    [InlineData(true, 2400)]
    public void RecordedSteps_AllEqual(bool thorough, int leastTranslated)
    {
        int translated = 0;
        foreach (InputNode json in InputFile.Lines(Checkout.PathOf("tests", "vectors", "cannon", "mips64-steps.jsonl.gz")))
        {
            VmVersion version = json["vm"].Version();
            if (version.Is64 && json.Find("error") is null && IsPlain(json, version))
            {
                translated += Check(json, version, thorough) ? 1 : 0;
            }
        }

        Assert.True(translated >= leastTranslated, $"only {translated} steps were translated");
    }

    [Fact]
    public void RecordedPrograms_AllEqual()
    {
        long translated = 0;
        foreach (ProgramRun run in ProgramRun.All(VectorFiles.PathOf("programs")).Where(run => run.Version.Is64))
        {
            ProgramVectorTests.Check(run, reserveAddressSpace: true, vm => translated += vm.Translator!.TranslatedSteps, Tunings.Brisk);
        }

        Assert.True(translated > 300_000, $"only {translated} steps were translated");
    }

    private static bool IsPlain(InputNode json, VmVersion version)
    {
        using VmState state = StateJson.Read(json["pre"], version);
        return state.ActiveThread is { Exited: false } thread && thread.NextPc == thread.Pc + 4 && state.StepsSinceSwitch < 99_990
            && !OpKind.IsLeft(Decode(state, thread.Pc).Op);
    }

    private static Insn Decode(VmState state, ulong pc) => Decoder.Decode(state.Memory.ReadUInt32(pc), pc, state.Version);

    private static bool Check(InputNode json, VmVersion version, bool thorough)
    {
        using VmState pre = StateJson.Read(json["pre"], version);
        ulong pc = pre.ActiveThread!.Pc;
        ulong steps = OpKind.IsBranch(Decode(pre, pc).Op) ? 2ul : 1;
        using Vm interpreter = new(StateJson.Read(json["pre"], version), Tunings.Interpreter);
        using VmState loaded = StateJson.Read(json["pre"], version);
        using Vm vm = new(Reserved(loaded), Tunings.Translator, Tunings.Eager with { IsThorough = thorough });
        interpreter.Run(new RunLimits { MaxSteps = steps });
        vm.Run(new RunLimits { MaxSteps = steps });
        PutBack(pre, vm.State);
        long before = vm.Translator!.TranslatedSteps;
        vm.Translator.Planner.Seen(pc);
        vm.Run(new RunLimits { MaxSteps = steps });
        Differences differences = new();
        StateJson.Compare(differences, "post", interpreter.State, vm.State);
        differences.CompareBytes("witness", interpreter.State.EncodeWitness(), vm.State.EncodeWitness());
        if (steps == 1)
        {
            differences.CompareBytes("postWitness", json["postWitness"].Bytes(), vm.State.EncodeWitness());
        }

        Assert.True(differences.Found.Count == 0, $"{json["name"].Text()}: {string.Join("; ", differences.Found.Take(5))}");
        return vm.Translator.TranslatedSteps > before;
    }

    /// <summary>The same state in memory that lies in the main area.</summary>
    private static VmState Reserved(VmState state)
    {
        PagedMemory memory = new(state.Version.AddressBits);
        foreach (ulong page in state.Memory.AllocatedPages())
        {
            state.Memory.Page(page).CopyTo(memory.WritablePage(page));
        }

        return state.CloneAround(memory);
    }

    /// <summary>Puts a state back without touching what is as it was: a write to the instruction would make it unknown again.</summary>
    private static void PutBack(VmState before, VmState state)
    {
        VmThread from = before.ActiveThread!;
        VmThread to = state.ActiveThread!;
        from.Registers.CopyTo(to.Registers, 0);
        (to.Pc, to.NextPc, to.Hi, to.Lo) = (from.Pc, from.NextPc, from.Hi, from.Lo);
        (state.Step, state.StepsSinceSwitch) = (before.Step, before.StepsSinceSwitch);
        (state.LlStatus, state.LlAddress, state.LlOwner) = (before.LlStatus, before.LlAddress, before.LlOwner);
        foreach (ulong page in state.Memory.AllocatedPages())
        {
            for (ulong address = page << PagedMemory.PageBits; address >> PagedMemory.PageBits == page; address += 8)
            {
                ulong value = before.Memory.ReadUInt64(address);
                if (state.Memory.ReadUInt64(address) != value)
                {
                    state.Memory.WriteUInt64(address, value);
                }

                if (address > ulong.MaxValue - 8)
                {
                    break;
                }
            }
        }
    }
}
