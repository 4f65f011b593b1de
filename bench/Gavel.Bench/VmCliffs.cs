using System.Diagnostics;
using Gavel.Cannon;

namespace Gavel.Bench;

/// <summary>Loops of a few instructions that hit what is slow in a VM: steps a second of CPU time, by the interpreter and by the translator.</summary>
internal static class VmCliffs
{
    private const ulong Origin = 0x1_0000;
    private const ulong Steps = 12_000_000;

    public static void Run()
    {
        Show("taken branches", [0x1000_ffff, 0]);
        Show("dependent chain", [0x6508_0001, 0x0108_402d, 0x6508_0003, 0x0108_402d, 0x1000_fffb, 0]);
        Show("load and store", [0xde08_0000, 0x6508_0001, 0xfe08_0000, 0x1000_fffc, 0]);
        Show("LL and SC", [0xd208_0000, 0x6508_0001, 0xf208_0000, 0x1000_fffc, 0]);
        Show("system calls", [0x0000_000c, 0x6402_13ae, 0x1000_fffd, 0], thread => thread.Registers[2] = 5038);
        Show("data on a page of code", [0xde28_0800, 0x6508_0001, 0xfe28_0800, 0x1000_fffc, 0], thread => thread.Registers[17] = Origin);
        Show("addresses above 47 bits", [0xde08_0000, 0x6508_0001, 0xfe08_0000, 0x1000_fffc, 0], thread => thread.Registers[16] = 0x9000_0000_0000_0000);
        Show("reads of a window never written", [0xde08_0000, 0x6508_0001, 0x1000_fffd, 0], thread => thread.Registers[16] = 0x3000_0000_0000);
        Show("the stack's window", [0xde08_0000, 0x6508_0001, 0xfe08_0000, 0x1000_fffc, 0], thread => thread.Registers[16] = 0x7fff_ffff_e000);
        Show("slot on the next page", state => Place(state, Origin + 0xff4, 0x6508_0001, 0x6508_0001, 0x1000_fffd, 0), Origin + 0xff4);
        Show("ring over 8,000 pages of code", state => Ring(state, 8000), 0x10_0000);
        Show("ring over 12,000 pages of code", state => Ring(state, 12_000), 0x10_0000);
    }

    private static void Show(string name, uint[] words, Action<VmThread>? prepare = null) => Show(
        name,
        state =>
        {
            Place(state, Origin, words);
            state.ActiveThread!.Registers[16] = 0x20_0000;
            prepare?.Invoke(state.ActiveThread);
        },
        Origin);

    private static void Show(string name, Action<VmState> prepare, ulong pc)
    {
        string[] speeds = [.. new[] { VmEngine.Interpreter, VmEngine.Auto }.Select(engine =>
        {
            VmState state = new(VmVersion.MultiThreaded64V5);
            state.LeftThreads.Add(new VmThread { Pc = pc, NextPc = pc + 4 });
            prepare(state);
            using Vm vm = new(state, new VmOptions { Engine = engine });
            using Process self = Process.GetCurrentProcess();

            // Past the translator's warm-up, and until it has done its work.
            vm.Run(new RunLimits { MaxSteps = 8 * Steps });
            self.Refresh();
            TimeSpan before = self.TotalProcessorTime;
            vm.Run(new RunLimits { MaxSteps = Steps });
            self.Refresh();
            return $"{Steps / (self.TotalProcessorTime - before).TotalSeconds / 1e6:F1}";
        })];
        Console.WriteLine($"  {name}: interpreter {speeds[0]} M steps/s, auto {speeds[1]}");
    }

    private static void Ring(VmState state, ulong pages)
    {
        for (ulong page = 0; page < pages; page++)
        {
            ulong address = 0x10_0000 + (page << 12);
            ulong next = 0x10_0000 + ((page + 1) % pages << 12);
            Place(state, address, 0x6508_0001, 0x6508_0001, 0x0800_0000 | (uint)(next >> 2 & 0x3ff_ffff), 0);
        }
    }

    private static void Place(VmState state, ulong address, params uint[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            state.Memory.WriteUInt32(address + 4 * (ulong)i, words[i]);
        }
    }
}
