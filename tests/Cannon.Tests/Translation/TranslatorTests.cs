using System.Diagnostics.Tracing;

namespace Gavel.Cannon.Tests.Translation;

/// <summary>What surrounds the translated code: which engine runs, how it is compiled, how much of it is kept.</summary>
public sealed class TranslatorTests
{
    [Fact]
    public void TheOptionSaysWhoRuns_AndWhyNotTheTranslator()
    {
        using Vm interpreter = new(Narrow(VmVersion.MultiThreaded64V5), Tunings.Interpreter);
        Assert.Equal((null, null), (interpreter.Translator, interpreter.WhyInterpreted));
        using Vm translator = new(Narrow(VmVersion.MultiThreaded64V5), Tunings.Translator);
        Assert.NotNull(translator.Translator);
        Assert.Null(translator.WhyInterpreted);
        using Vm auto = new(Narrow(VmVersion.MultiThreaded64V4));
        Assert.NotNull(auto.Translator);
        using Vm narrow = new(Narrow(VmVersion.FromName("singlethreaded-2")!), Tunings.Translator);
        Assert.Equal("only the 64-bit VM is translated", narrow.WhyInterpreted);
        VmState unreserved = new(VmVersion.MultiThreaded64V5, new PagedMemory(64, reserveAddressSpace: false));
        unreserved.LeftThreads.Add(new VmThread());
        using Vm refused = new(unreserved, Tunings.Translator);
        Assert.Contains("address space", refused.WhyInterpreted, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryRegionIsOptimised()
    {
        List<(string Name, long Tier)> compiled = [];
        using (new CompilerListener(compiled))
        {
            foreach (ProgramRun run in ProgramRun.All(VectorFiles.PathOf("programs")).Where(run => run.Version.Is64 && run.Name is "claim").Take(1))
            {
                using Vm vm = new(run.Load(), new VmOptions { Engine = VmEngine.Translator, Preimages = run.Preimages() }, Tunings.Brisk);
                vm.Run(new RunLimits());
            }

            // The largest region there can be: straight lines, loads, stores and branches up to the limit.
            using Vm largest = new(LargestProgram(), Tunings.Translator, Tunings.Eager);
            largest.Run(new RunLimits { MaxSteps = 100_000 });
            Assert.True(largest.Translator!.Regions.Size > 800, $"only {largest.Translator.Regions.Size} instructions");
        }

        const long Optimised = 2;
        lock (compiled)
        {
            Assert.True(compiled.Count > 5, $"only {compiled.Count} regions");
            Assert.All(compiled, region => Assert.True(region.Tier == Optimised, $"{region.Name} was compiled at tier {region.Tier}"));
        }
    }

    [Fact]
    public void TheCacheHoldsItsLimit_AndKeepsWhatRuns()
    {
        // A hundred functions of some length, called in turn by one loop.
        VmState state = new(VmVersion.MultiThreaded64V5);
        state.LeftThreads.Add(new VmThread { Pc = 0x1000, NextPc = 0x1004 });
        ulong at = 0x1000;
        for (uint function = 0; function < 100; function++)
        {
            Write(state, ref at, 0x3c02_0010, 0x3442_0000 | (function * 256), 0x0040_f809, 0);
            ulong place = 0x10_0000 + function * 256;
            for (int i = 0; i < 20; i++)
            {
                Write(state, ref place, 0x6508_0001);
            }

            Write(state, ref place, 0x03e0_0008, 0);
        }

        Write(state, ref at, 0x0800_0400, 0);
        TranslatorTuning tuning = Tunings.Eager with { CacheLimit = 600, RegionLimit = 60 };
        using Vm vm = new(state, Tunings.Translator, tuning);
        vm.Run(new RunLimits { MaxSteps = 30_000 });
        Assert.InRange(vm.Translator!.Regions.Size, 300, 600 + 60);
        Assert.True(vm.Translator.Planner.Compiled > 60, $"only {vm.Translator.Planner.Compiled} were compiled");
        Assert.True(vm.Translator.TranslatedSteps > 3000);
        ulong perRound = 100 * (4 + 22) + 2;
        ulong rounds = 30_000 / perRound;
        Assert.InRange(vm.State.ActiveThread!.Registers[8], rounds * 2000, (rounds + 1) * 2000);
    }

    [Fact]
    public void AProgramOfThreads_RunsInTheBackgroundAsItSteps()
    {
        foreach (ProgramRun run in ProgramRun.All(VectorFiles.PathOf("programs")).Where(run => run.Version.Is64 && run.Name is "claim" or "threads"))
        {
            VmOptions options = new() { Engine = VmEngine.Translator, Preimages = run.Preimages() };
            using Vm vm = new(run.Load(), options, Tunings.Brisk with { InBackground = true });
            Random random = new(4);
            while (!vm.State.Exited)
            {
                vm.Run(new RunLimits { MaxSteps = (ulong)random.Next(1, 30_000) });
            }

            Assert.Null(vm.WhyInterpreted);
            Assert.Equal(run.TotalSteps, vm.State.Step);
            Assert.Equal(run.Expected.GetProperty("finalWitness").GetString(), Hex.Encode(vm.State.EncodeWitness()));
        }
    }

    [Fact]
    public void TheMemoryLimitHoldsInTranslatedCode()
    {
        // Writes one word in each page, for ever.
        VmState state = new(VmVersion.MultiThreaded64V5);
        VmThread thread = new() { Pc = 0x1000, NextPc = 0x1004 };
        thread.Registers[9] = 0xc0_0000_0000;
        state.LeftThreads.Add(thread);
        ulong at = 0x1000;
        Write(state, ref at, 0x6508_0001, 0x6508_0001, 0x1500_0001, 0, 0xad29_0000, 0x6529_1000, 0x1000_fff9, 0);
        using Vm vm = new(state, Tunings.Translator, Tunings.Eager);
        vm.Run(new RunLimits { MaxSteps = 2000 });
        int pages = state.Memory.PageCount;
        RunLimits limits = new() { MaxMemoryBytes = (pages + 10) * (long)PagedMemory.PageSize };
        Assert.Equal(StopReason.MemoryLimit, vm.Run(limits).Reason);
        Assert.Equal(pages + 10, state.Memory.PageCount);
        Assert.Equal(0x1010ul, thread.Pc);
        Assert.Equal(0ul, vm.Run(limits).Steps);
        Assert.True(vm.Translator!.TranslatedSteps > 200);
    }

    private static VmState Narrow(VmVersion version)
    {
        VmState state = new(version);
        state.LeftThreads.Add(new VmThread());
        return state;
    }

    private static VmState LargestProgram()
    {
        VmState state = new(VmVersion.MultiThreaded64V5);
        VmThread thread = new() { Pc = 0x1000, NextPc = 0x1004 };
        thread.Registers[16] = 0x20_0000;
        state.LeftThreads.Add(thread);
        ulong at = 0x1000;
        for (uint i = 0; i < 500; i++)
        {
            uint register = 1 + i % 15;
            uint offset = i * 8;
            Write(state, ref at, (0x37u << 26) | (16u << 21) | (register << 16) | offset, (register << 21) | (8u << 16) | (register << 11) | 0x2d);
            Write(state, ref at, (0x3fu << 26) | (16u << 21) | (register << 16) | offset, (5u << 26) | (register << 21) | 3, 0);
        }

        Write(state, ref at, 0x0800_0400, 0);
        return state;
    }

    private static void Write(VmState state, ref ulong at, params uint[] words)
    {
        foreach (uint word in words)
        {
            state.Memory.WriteUInt32(at, word);
            at += 4;
        }
    }

    /// <summary>Notes the tier at which the runtime compiled each region.</summary>
    private sealed class CompilerListener(List<(string Name, long Tier)> compiled) : EventListener
    {
        private const EventKeywords Compiling = (EventKeywords)0x10;
        private const int TierShift = 7;
        private const long TierMask = 7;

        protected override void OnEventSourceCreated(EventSource source)
        {
            if (source.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(source, EventLevel.Verbose, Compiling);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs data)
        {
            if (data.EventName?.StartsWith("MethodLoadVerbose", StringComparison.Ordinal) != true || data.Payload is null || data.PayloadNames is null)
            {
                return;
            }

            string name = $"{data.Payload[data.PayloadNames.IndexOf("MethodName")]}";
            if (name.StartsWith("region_", StringComparison.Ordinal))
            {
                long flags = Convert.ToInt64(data.Payload[data.PayloadNames.IndexOf("MethodFlags")], System.Globalization.CultureInfo.InvariantCulture);
                lock (compiled)
                {
                    compiled.Add((name, (flags >> TierShift) & TierMask));
                }
            }
        }
    }
}
