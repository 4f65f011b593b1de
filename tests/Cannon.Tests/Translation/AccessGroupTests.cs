namespace Gavel.Cannon.Tests.Translation;

/// <summary>Accesses that are tested together: each must be where the one test says that all are.</summary>
public sealed class AccessGroupTests
{
    private const ulong Origin = 0x1000;
    private const ulong EndOfPart = 1ul << 40;

    [Theory]
    [InlineData(EndOfPart - 8)]
    [InlineData((1ul << 44) + EndOfPart - 8)]
    public void LoadsOnBothSidesOfAPartsEnd_ReadWhatIsThere(ulong address)
    {
        // ld t1, 0(s0); ld t2, 8(s0); daddu t3, t3, t1; daddu t4, t4, t2; b start; nop
        using Vm vm = Machine(0xde09_0000, 0xde0a_0008, 0x0169_582d, 0x018a_602d, 0x1000_fffb, 0);
        VmThread thread = vm.State.ActiveThread!;
        vm.State.Memory.WriteUInt64(address, 3);
        vm.State.Memory.WriteUInt64(address + 8, 1000);

        // Translated while all is in the area, then led to its end.
        thread.Registers[16] = 0x20_0000;
        vm.Run(new RunLimits { MaxSteps = 6000 });
        Assert.True(vm.Translator!.TranslatedSteps > 2000);
        thread.Registers[16] = address;
        vm.Run(new RunLimits { MaxSteps = 6000 });
        Assert.Equal((3000ul, 1_000_000ul), (thread.Registers[11], thread.Registers[12]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void StoresToTwoPages_AreBothSeenByTheRoot(int clean)
    {
        // sd t1, 0(s0); sd t1, 8(s0); daddiu t1, t1, 1; b start; nop
        using Vm vm = Machine(0xfe09_0000, 0xfe09_0008, 0x6529_0001, 0x1000_fffc, 0);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[16] = 0x20_0ff8;
        vm.Run(new RunLimits { MaxSteps = 6000 });
        Assert.True(vm.Translator!.TranslatedSteps > 2000);
        vm.State.Memory.Root();

        // One of the two pages is dirty again, the other is not.
        vm.State.Memory.WriteUInt64(clean == 0 ? 0x20_1100ul : 0x20_0100, 7);
        vm.Run(new RunLimits { MaxSteps = 5 });
        using VmState copy = vm.State.CloneAround(Copy(vm.State.Memory));
        Assert.Equal(copy.Memory.Root(), vm.State.Memory.Root());
    }

    [Fact]
    public void AnAddressBesideTheSecondPart_IsNotInTheArea()
    {
        using Vm vm = Machine(0xde09_0000, 0x0169_582d, 0x1000_fffd, 0);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[16] = 0x20_0000;
        vm.Run(new RunLimits { MaxSteps = 6000 });
        Assert.True(vm.Translator!.TranslatedSteps > 2000);
        foreach (int bit in (int[])[40, 41, 42, 43, 45, 46, 47, 55, 63])
        {
            ulong address = 1ul << bit;
            vm.State.Memory.WriteUInt64(address, 5);
            thread.Registers[11] = 0;
            thread.Registers[16] = address;
            vm.Run(new RunLimits { MaxSteps = 400 });
            Assert.Equal(500ul, thread.Registers[11]);
        }
    }

    [Fact]
    public void ABaseThatTheLineChanges_IsTestedAfterIt()
    {
        // daddu t0, s1, zero; ld t1, 0(t0); daddu t3, t3, t1; daddu t0, s0, zero; b start; nop
        using Vm vm = Machine(0x0220_402d, 0xdd09_0000, 0x0169_582d, 0x0200_402d, 0x1000_fffb, 0);
        VmThread thread = vm.State.ActiveThread!;
        thread.Registers[16] = 0x20_0000;
        thread.Registers[17] = 0x20_0000;
        vm.Run(new RunLimits { MaxSteps = 6000 });
        Assert.True(vm.Translator!.TranslatedSteps > 2000);
        vm.State.Memory.WriteUInt64(EndOfPart, 5);
        thread.Registers[17] = EndOfPart;
        vm.Run(new RunLimits { MaxSteps = 600 });
        Assert.Equal(500ul, thread.Registers[11]);
    }

    private static PagedMemory Copy(PagedMemory memory)
    {
        PagedMemory copy = new(64);
        foreach (ulong page in memory.AllocatedPages())
        {
            memory.Page(page).CopyTo(copy.WritablePage(page));
        }

        return copy;
    }

    private static Vm Machine(params uint[] words)
    {
        VmState state = new(VmVersion.MultiThreaded64V5);
        state.LeftThreads.Add(new VmThread { Pc = Origin, NextPc = Origin + 4 });
        for (int i = 0; i < words.Length; i++)
        {
            state.Memory.WriteUInt32(Origin + 4 * (ulong)i, words[i]);
        }

        return new Vm(state, Tunings.Translator, Tunings.Eager);
    }
}
