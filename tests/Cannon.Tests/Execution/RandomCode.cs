namespace Gavel.Cannon.Tests.Execution;

/// <summary>States whose code and registers are random, made to run a while: loops, slots, stores into code, faults.</summary>
internal static class RandomCode
{
    public const ulong Origin = 0x1_0f80;

    public static VmState State(int seed, VmVersion version)
    {
        Random random = new(seed);
        VmState state = new(version) { Heap = version.HeapStart, NextThreadId = 1, Step = 7, StepsSinceSwitch = (ulong)random.Next(0, 100_000) };
        VmThread thread = new() { Pc = Origin, NextPc = Origin + 4 };
        for (int i = 1; i < VmThread.RegisterCount; i++)
        {
            thread.Registers[i] = Register(random, version);
        }

        if (!version.HasThreads)
        {
            state.StepsSinceSwitch = 0;
        }

        state.LeftThreads.Add(thread);

        // Across a page's end, so that slots and straight lines cross it.
        for (ulong i = 0; i < 96; i++)
        {
            state.Memory.WriteUInt32(Origin + 4 * i, Word(random));
        }

        return state;
    }

    private static ulong Register(Random random, VmVersion version)
    {
        ulong value = random.Next(5) switch
        {
            0 => 0,
            1 => (ulong)random.Next(-3, 4),
            2 => Origin + 4 * (ulong)random.Next(0, 96),
            3 => 0x2_0000 + (ulong)random.Next(0, 64),
            _ => (ulong)random.NextInt64(),
        };
        return version.Is64 ? value : (ulong)(long)(int)value;
    }

    private static uint Word(Random random)
    {
        uint rs = (uint)random.Next(32) << 21;
        uint rt = (uint)random.Next(32) << 16;
        uint rd = (uint)random.Next(32) << 11;
        uint branch = (ushort)(short)random.Next(-20, 20);
        return random.Next(12) switch
        {
            0 => 0,
            1 => ((uint)random.Next(4, 8) << 26) | rs | rt | branch,
            2 => (1u << 26) | rs | ((uint)random.Next(2) << 16) | branch,
            3 => ((uint)random.Next(2, 4) << 26) | (uint)((Origin >> 2) + (ulong)random.Next(96)),
            4 => rs | rd | (uint)random.Next(8, 10),
            5 or 6 => ((uint)random.Next(8, 16) << 26) | rs | rt | (uint)random.Next(0x1_0000),
            7 => ((uint)random.Next(0x20, 0x27) << 26) | rs | rt | (uint)random.Next(64),
            8 => ((uint)random.Next(0x28, 0x2c) << 26) | rs | rt | (uint)random.Next(64),
            9 => rs | rt | rd | (uint)random.Next(0x20, 0x28),
            10 => rt | rd | ((uint)random.Next(32) << 6) | (uint)random.Next(3),
            _ => rs | rt | (uint)random.Next(0x18, 0x1c),
        };
    }
}
