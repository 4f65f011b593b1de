namespace Gavel.Cannon.Tests.Execution;

/// <summary>Execution follows memory: an instruction that is overwritten runs in its new form, wherever the store comes from.</summary>
public sealed class SelfModifyingCodeTests
{
    private const uint AddiuT0One = 0x2508_0001;
    private const uint AddiuT0Two = 0x2508_0002;

    [Theory]
    [InlineData("multithreaded64-5", 0)]
    [InlineData("multithreaded64-5", 4)]
    [InlineData("singlethreaded-2", 0)]
    [InlineData("singlethreaded-2", 4)]
    public void AStoreToAnInstructionOfTheLoopTakesEffect(string version, int place)
    {
        // Round a loop that has already run (and so is decoded) before it changes its own body, in either half of a doubleword.
        using Vm vm = Machine(version,
            place == 0 ? AddiuT0One : 0,
            place == 4 ? AddiuT0One : 0,
            0xad2a_0000,            // sw t2, 0(t1): replaces the addition from the second round on
            0x256b_ffff,            // addiu t3, t3, -1
            0x1560_fffb,            // bne t3, zero, 0x1000
            0,                      // nop
            0x0000_000d);           // break: faults
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[9] = 0x1000 + (ulong)place;
        thread.Registers[10] = AddiuT0Two;
        thread.Registers[11] = 3;
        Assert.Throws<VmFaultException>(() => vm.Run(new RunLimits()));
        Assert.Equal(1ul + 2 + 2, thread.Registers[8]);
    }

    [Theory]
    [InlineData("multithreaded64-5")]
    [InlineData("singlethreaded-2")]
    public void AStoreInADelaySlotToTheTargetTakesEffect(string version)
    {
        using Vm vm = Machine(version,
            0x1000_0003,            // b 0x1010
            0xad2a_0010,            // sw t2, 16(t1): writes the word at 0x1010
            0,
            0,
            AddiuT0One,             // 0x1010
            0x0000_000d);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[9] = 0x1000;
        thread.Registers[10] = AddiuT0Two;
        Assert.Throws<VmFaultException>(() => vm.Run(new RunLimits()));
        Assert.Equal(2ul, thread.Registers[8]);
    }

    [Fact]
    public void AWriteFromOutsideBetweenRunsTakesEffect()
    {
        using Vm vm = Machine("multithreaded64-5", AddiuT0One, AddiuT0One, 0x1000_fffd, 0);
        vm.Run(new RunLimits { MaxSteps = 4 });
        vm.State.Memory.WriteUInt32(0x1000, AddiuT0Two);
        vm.Run(new RunLimits { MaxSteps = 4 });
        Assert.Equal(1ul + 1 + 2 + 1, vm.State.ActiveThread!.Registers[8]);
    }

    [Fact]
    public void CodeThatFillsMoreThanTheCacheStillRuns()
    {
        // Jumps from page to page through more pages than are kept decoded, and back to the first.
        using Vm vm = Machine("multithreaded64-5", 0);
        const ulong Pages = CodeCache.Capacity + 100;
        for (ulong page = 1; page <= Pages; page++)
        {
            ulong target = (page == Pages ? 1 : page + 1) << 12;
            vm.State.Memory.WriteUInt32(page << 12, 0x0800_0000 | (uint)(target >> 2));
        }

        vm.Run(new RunLimits { MaxSteps = 4 * Pages + 1 });
        Assert.Equal(0x1004ul, vm.State.ActiveThread!.Pc);
        Assert.Equal(0x2000ul, vm.State.ActiveThread!.NextPc);
    }

    private static Vm Machine(string version, params uint[] words)
    {
        VmState state = new(VmVersion.FromName(version)!);
        state.LeftThreads.Add(new VmThread { Pc = 0x1000, NextPc = 0x1004 });
        for (int i = 0; i < words.Length; i++)
        {
            state.Memory.WriteUInt32(0x1000 + 4 * (ulong)i, words[i]);
        }

        return new Vm(state);
    }
}
