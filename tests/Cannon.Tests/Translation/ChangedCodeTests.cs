namespace Gavel.Cannon.Tests.Translation;

/// <summary>Translated code follows memory: what is overwritten with other instructions runs as those.</summary>
public sealed class ChangedCodeTests
{
    private const uint AddiuT0One = 0x2508_0001;
    private const uint AddiuT0Hundred = 0x2508_0064;
    private const uint Break = 0x0000_000d;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void AStoreFromTheLoopToItself_TakesEffectAtOnce(int place)
    {
        // In round 50 of 100 the loop replaces the addition in its own body by another.
        using Vm vm = Machine(
            place == 0 ? AddiuT0One : 0,
            place == 1 ? AddiuT0One : 0,
            0x256b_ffff,            // addiu t3, t3, -1
            0x156c_0002,            // bne t3, t4, +2
            0,
            0xad2a_0000,            // sw t2, 0(t1)
            0x1560_fff9,            // bne t3, zero, start
            0,
            Break);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[9] = 0x1000 + 4 * (ulong)place;
        thread.Registers[10] = AddiuT0Hundred;
        thread.Registers[11] = 100;
        thread.Registers[12] = 50;
        Assert.Throws<VmFaultException>(() => vm.Run(new RunLimits()));
        Assert.Equal(50ul + 50 * 100, thread.Registers[8]);
        Assert.True(vm.Translator!.TranslatedSteps > 300);
    }

    [Fact]
    public void AStoreToASlotThatIsAloneInItsDoubleword_TakesEffect()
    {
        using Vm vm = Machine(
            0x256b_ffff,            // addiu t3, t3, -1
            0x1000_0002,            // b +2
            AddiuT0One,             // its slot
            Break,                  // never run
            0x156c_0002,            // bne t3, t4, +2
            0,
            0xad2a_0000,            // sw t2, 0(t1)
            0x1560_fff8,            // bne t3, zero, start
            0,
            Break);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[9] = 0x1008;
        thread.Registers[10] = AddiuT0Hundred;
        thread.Registers[11] = 1000;
        thread.Registers[12] = 500;
        Assert.Throws<VmFaultException>(() => vm.Run(new RunLimits()));
        Assert.Equal(500ul + 500 * 100, thread.Registers[8]);
        Assert.True(vm.Translator!.TranslatedSteps > 2000);
    }

    [Fact]
    public void AStoreToCalledCodeOnAnotherPage_TakesEffect()
    {
        using Vm vm = Machine(
            0x0c00_0800,            // jal 0x2000
            0,
            0x256b_ffff,            // addiu t3, t3, -1
            0x156c_0002,            // bne t3, t4, +2
            0,
            0xad2a_0000,            // sw t2, 0(t1)
            0x1560_fff9,            // bne t3, zero, start
            0,
            Break);
        Write(vm.State, 0x2000, AddiuT0One, 0x03e0_0008, 0);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[9] = 0x2000;
        thread.Registers[10] = AddiuT0Hundred;
        thread.Registers[11] = 100;
        thread.Registers[12] = 50;
        Assert.Throws<VmFaultException>(() => vm.Run(new RunLimits()));
        Assert.Equal(50ul + 50 * 100, thread.Registers[8]);
    }

    [Fact]
    public void AWriteFromOutsideBetweenRuns_TakesEffect()
    {
        using Vm vm = Machine(AddiuT0One, AddiuT0One, 0x1000_fffd, 0);
        vm.Run(new RunLimits { MaxSteps = 4000 });
        Assert.True(vm.Translator!.Regions.Count > 0);
        vm.State.Memory.WriteUInt32(0x1004, AddiuT0Hundred);
        Assert.Equal(0, vm.Translator.Regions.Count);
        vm.Run(new RunLimits { MaxSteps = 4000 });
        Assert.Equal(2000ul + 1000 * 101, vm.State.ActiveThread!.Registers[8]);
    }

    [Fact]
    public async Task CodeThatChangesWhileItIsBeingCompiled_IsNotRun()
    {
        // The compiling thread may be before, in or after its work when the store comes.
        for (int attempt = 0; attempt < 30; attempt++)
        {
            using Vm vm = Machine(Tunings.Eager with { InBackground = true }, AddiuT0One, AddiuT0One, 0x1000_fffd, 0);
            vm.Run(new RunLimits { MaxSteps = 40_000 });
            if (attempt % 3 > 0)
            {
                await Task.Delay(attempt % 3);
            }

            vm.State.Memory.WriteUInt32(0x1004, AddiuT0Hundred);
            vm.Run(new RunLimits { MaxSteps = 40_000 });
            Assert.Equal(20_000ul + 10_000 * 101, vm.State.ActiveThread!.Registers[8]);
        }
    }

    [Fact]
    public void CodeThatIsForgottenForWantOfRoom_IsNotRunAfterItChanged()
    {
        using Vm vm = Machine(AddiuT0One, AddiuT0One, 0x1000_fffd, 0);
        vm.Run(new RunLimits { MaxSteps = 4000 });

        // Through more pages than are kept decoded, and on the spot at the end.
        const ulong Pages = 4 * CodeCache.Capacity;
        for (ulong page = 0x10; page < 0x10 + Pages; page++)
        {
            ulong target = page == 0x0f + Pages ? page << 12 : (page + 1) << 12;
            Write(vm.State, page << 12, 0x0800_0000 | (uint)(target >> 2), 0);
        }

        VmThread thread = vm.State.ActiveThread!;
        (thread.Pc, thread.NextPc) = (0x1_0000, 0x1_0004);
        vm.Run(new RunLimits { MaxSteps = 2 * Pages });
        vm.State.Memory.WriteUInt32(0x1004, AddiuT0Hundred);
        (thread.Pc, thread.NextPc) = (0x1000, 0x1004);
        vm.Run(new RunLimits { MaxSteps = 4000 });
        Assert.Equal(2000ul + 1000 * 101, thread.Registers[8]);
    }

    [Fact]
    public void TheReservationStaysWatched_WhenTheInterpreterStoresBesideIt()
    {
        // LL; a loop, so that translated code goes on; a store beside the reserved word to a page made clean by a root; one to the word
        // itself; SC, which must fail.
        using Vm vm = Machine(
            0xd20a_0000,            // lld t2, 0(s0)
            0x3408_0003,            // ori t0, zero, 3
            0x6508_ffff,            // daddiu t0, t0, -1
            0x1500_fffe,            // bne t0, zero, -2
            0,
            0xfe09_0040,            // sd t1, 64(s0)
            0x3408_0003,
            0x6508_ffff,
            0x1500_fffe,
            0,
            0xfe09_0000,            // sd t1, 0(s0)
            0xf20a_0000,            // scd t2, 0(s0)
            0x016a_582d,            // daddu t3, t3, t2: counts successes
            0x1000_fff2,            // b start
            0);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[16] = 0x20_0000;
        for (int round = 0; round < 8; round++)
        {
            vm.Run(new RunLimits { MaxSteps = 1100 });
            vm.State.Memory.Root();
        }

        Assert.True(vm.Translator!.TranslatedSteps > 2000);
        Assert.Equal(0ul, thread.Registers[11]);
    }

    private static Vm Machine(params uint[] words) => Machine(Tunings.Eager, words);

    private static Vm Machine(TranslatorTuning tuning, params uint[] words)
    {
        VmState state = new(VmVersion.MultiThreaded64V5);
        state.LeftThreads.Add(new VmThread { Pc = 0x1000, NextPc = 0x1004 });
        Write(state, 0x1000, words);
        return new Vm(state, Tunings.Translator, tuning);
    }

    private static void Write(VmState state, ulong address, params uint[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            state.Memory.WriteUInt32(address + 4 * (ulong)i, words[i]);
        }
    }
}
