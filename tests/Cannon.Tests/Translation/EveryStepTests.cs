namespace Gavel.Cannon.Tests.Translation;

/// <summary>Small programs, stopped after each number of steps there is: a region ends exactly where it is told to.</summary>
public sealed class EveryStepTests
{
    private const ulong Origin = 0x1_0000;
    private const ulong Data = 0x20_0000;

    /// <summary>Long blocks, short blocks, slots that do something, calls, stores, reservations in a loop.</summary>
    public static TheoryData<string, uint[]> Programs => new()
    {
        { "sum", [0x6508_0001, 0x0128_482d, 0x1500_fffd, 0x6529_0003, 0x0000_000d] },
        { "store and load", [0xfe08_0000, 0xde09_0000, 0x0149_502d, 0x6508_ffff, 0x1d00_fffb, 0xa20a_0011, 0x1000_fff9, 0x6508_0009] },
        { "call", [0x0c00_4006, 0x6508_0001, 0x6529_0001, 0x1000_fffc, 0, 0, 0x014b_502d, 0x03e0_0008, 0x0148_502d] },
        { "reservation", [0xd209_0000, 0x6529_0001, 0xf209_0000, 0x1120_fffc, 0, 0xae09_0008, 0x1000_fff9, 0xde0a_0000] },
        { "call through a register", [0x3c0b_0001, 0x656b_0018, 0x0160_f809, 0xde08_0000, 0x1000_fffb, 0, 0x6529_0001, 0x03e0_0008, 0xfe09_0000] },
        { "ends", [0x6508_ffff, 0x1d00_fffe, 0x6529_0001, 0x0000_000d] },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void AnyNumberOfSteps_IsExact(string name, uint[] words)
    {
        const int Steps = 150;
        using Vm expected = new(State(words), Tunings.Interpreter);
        using Vm actual = new(State(words), Tunings.Translator, Tunings.Eager);
        bool ends = false;
        Go(actual, 200);
        for (int i = 0; i < words.Length; i++)
        {
            actual.Translator!.Planner.Seen(Origin + 4 * (ulong)i);
        }

        for (ulong steps = 0; steps <= Steps && !ends; steps++)
        {
            Reset(actual.State);
            ends = Go(actual, steps);
            string? difference = StateComparer.Difference(expected.State, actual.State);
            Assert.True(difference is null, $"{name} after {steps} steps: {difference}");
            Assert.Equal(ends, Go(expected, 1) && ends);
        }

        Assert.True(actual.Translator!.TranslatedSteps > Steps * 2, $"{name}: only {actual.Translator.TranslatedSteps} translated");
    }

    private static bool Go(Vm vm, ulong steps)
    {
        try
        {
            vm.Run(new RunLimits { MaxSteps = steps });
            return false;
        }
        catch (VmFaultException)
        {
            return true;
        }
    }

    private static VmState State(uint[] words)
    {
        VmState state = new(VmVersion.MultiThreaded64V5) { NextThreadId = 1 };
        state.LeftThreads.Add(new VmThread());
        for (int i = 0; i < words.Length; i++)
        {
            state.Memory.WriteUInt32(Origin + 4 * (ulong)i, words[i]);
        }

        state.Memory.WriteUInt64(Data, 5);
        Reset(state);
        return state;
    }

    /// <summary>Back to the first step, around the same translated code.</summary>
    private static void Reset(VmState state)
    {
        VmThread thread = state.LeftThreads.Concat(state.RightThreads).Single();
        Array.Clear(thread.Registers);
        (thread.Pc, thread.NextPc) = (Origin, Origin + 4);
        thread.Registers[8] = 40;
        thread.Registers[11] = 7;
        thread.Registers[16] = Data;
        (state.Step, state.StepsSinceSwitch) = (0, 0);
        (state.LlStatus, state.LlAddress, state.LlOwner) = (0, 0, 0);
        for (ulong offset = 0; offset < 0x40; offset += 8)
        {
            state.Memory.WriteUInt64(Data + offset, offset == 0 ? 5ul : 0);
        }
    }
}
