using System.Diagnostics;

namespace Gavel.Cannon.Tests.Execution;

/// <summary>Limits, cancellation, progress and isolation of runs.</summary>
public sealed class RunControlTests
{
    private const uint BranchToSelf = 0x1000_ffff;

    [Theory]
    [InlineData("multithreaded64-5")]
    [InlineData("singlethreaded")]
    public async Task CancellationEndsAnEndlessRunWithin100Milliseconds(string version)
    {
        using Vm vm = Endless(version);
        vm.Run(new RunLimits { MaxSteps = 1_000_000 });

        // The least of a few: a busy machine may hold any one of them up.
        TimeSpan least = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            using CancellationTokenSource cancel = new();
            Task<RunResult> run = Task.Run(() => vm.Run(new RunLimits(), cancel.Token));
            await Task.Delay(50);
            long start = Stopwatch.GetTimestamp();
            await cancel.CancelAsync();
            RunResult result = await run;
            TimeSpan delay = Stopwatch.GetElapsedTime(start);
            Assert.Equal(StopReason.Cancelled, result.Reason);
            least = delay < least ? delay : least;
        }

        Assert.True(vm.State.Step > 1_100_000);
        Assert.InRange(least.TotalMilliseconds, 0, 100);
    }

    [Fact]
    public void StepLimitsAreExact()
    {
        using Vm vm = Endless("multithreaded64-5");
        RunResult limited = vm.Run(new RunLimits { MaxSteps = 250_001 });
        Assert.Equal((StopReason.StepLimit, 250_001ul, 250_001ul), (limited.Reason, limited.Steps, vm.State.Step));
        RunResult reached = vm.Run(new RunLimits { UntilStep = 300_007, MaxSteps = 1_000_000 });
        Assert.Equal((StopReason.StepReached, 300_007ul), (reached.Reason, vm.State.Step));
        RunResult nothing = vm.Run(new RunLimits { UntilStep = 5 });
        Assert.Equal((StopReason.StepReached, 0ul), (nothing.Reason, nothing.Steps));
    }

    [Fact]
    public void TheMemoryLimitStopsBeforeThePageAndTheRunCanGoOn()
    {
        // Writes one word in each page, for ever.
        using Vm vm = Machine("multithreaded64-5", 0xad29_0000, 0x6529_1000, 0x1000_fffd, 0);
        vm.State.ActiveThread!.Registers[9] = 0xc0_0000_0000;
        int pages = vm.State.Memory.PageCount;
        RunResult result = vm.Run(new RunLimits { MaxMemoryBytes = (pages + 10) * (long)PagedMemory.PageSize });
        Assert.Equal(StopReason.MemoryLimit, result.Reason);
        Assert.Equal(pages + 10, vm.State.Memory.PageCount);
        Hash32 stopped = vm.State.StateHash();
        Assert.Equal(0x1000ul, vm.State.ActiveThread!.Pc);
        Assert.Equal(0ul, vm.Run(new RunLimits { MaxMemoryBytes = (pages + 10) * (long)PagedMemory.PageSize }).Steps);
        Assert.Equal(stopped, vm.State.StateHash());
        Assert.Equal(StopReason.StepLimit, vm.Run(new RunLimits { MaxSteps = 4000 }).Reason);
        Assert.Equal(pages + 10 + 1000, vm.State.Memory.PageCount);
    }

    [Fact]
    public void TheDiskLimitStopsTheRun()
    {
        using Vm vm = Endless("singlethreaded");
        long used = 0;
        RunResult result = vm.Run(new RunLimits { MaxDiskBytes = 3, DiskBytes = () => ++used });
        Assert.Equal(StopReason.DiskLimit, result.Reason);
        Assert.Equal(4, used);
        Assert.InRange(result.Steps, 3_000_000ul, 3_400_000ul);
    }

    [Fact]
    public void ProgressTellsStepsThreadsPagesAndPreimages()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim" && run.Version.HasThreads);
        List<VmProgress> told = [];
        using Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages() });
        vm.Run(new RunLimits { ProgressInterval = 100_000, OnProgress = told.Add });
        Assert.InRange(told.Count, 3, 7);
        Assert.Equal(told.Select(progress => progress.Step).Order(), told.Select(progress => progress.Step));
        Assert.Equal((3L, run.Expected.GetProperty("finalPages").GetInt32()), (vm.Progress.PreimagesFetched, vm.Progress.Pages));
        Assert.InRange(vm.Progress.Threads, 1, 4);
    }

    [Fact]
    public void ARunCanStopAfterAPreimageRead()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim");
        using Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages(), StopAfterPreimageRead = read => read.Offset == 8 });
        RunResult result = vm.Run(new RunLimits());
        Assert.Equal(StopReason.PreimageRead, result.Reason);
        Assert.Equal(8ul, result.LastRead!.Value.Offset);
        Assert.Equal(vm.State.PreimageKey, result.LastRead!.Value.Key);
        Assert.False(vm.State.Exited);
    }

    [Fact]
    public void AFaultLeavesTheStateOfBeforeTheStep()
    {
        using Vm vm = Machine("multithreaded64-5", 0x2508_0001, 0x0000_000d);
        VmFaultException fault = Assert.Throws<VmFaultException>(() => vm.Run(new RunLimits()));
        Assert.Equal((0x1004ul, 1ul, 1ul), (fault.Pc, fault.Step, vm.State.Step));
        Hash32 hash = vm.State.StateHash();
        Assert.Throws<VmFaultException>(vm.Step);
        Assert.Equal(hash, vm.State.StateHash());
    }

    [Fact]
    public void AFailingPreimageSourceLeavesTheStateOfBeforeTheStepAndTheRunGoesOnWithABetterOne()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim" && run.Version.HasThreads);
        using Vm vm = new(run.Load());
        Assert.Throws<PreimageException>(() => vm.Run(new RunLimits()));
        using VmCheckpoint checkpoint = VmCheckpoint.Take(vm.State);
        using Vm again = new(checkpoint.Restore(), new VmOptions { Preimages = run.Preimages() });
        again.Run(new RunLimits());
        Assert.Equal(run.Expected.GetProperty("finalWitness").GetString(), Hex.Encode(again.State.EncodeWitness()));
    }

    [Fact]
    public void VmsSideBySideDoNotDisturbEachOther()
    {
        ProgramRun[] runs = [.. ProgramRun.All(VectorFiles.PathOf("programs")).Where(run => run.Name is "claim")];
        string[] witnesses = new string[runs.Length];
        Parallel.For(0, runs.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using Vm vm = new(runs[i].Load(), new VmOptions { Preimages = runs[i].Preimages() });
            while (!vm.State.Exited)
            {
                vm.Run(new RunLimits { MaxSteps = 77_777 });
                vm.State.Memory.Root();
            }

            witnesses[i] = Hex.Encode(vm.State.EncodeWitness());
        });
        Assert.Equal(runs.Select(run => run.Expected.GetProperty("finalWitness").GetString()), witnesses);
    }

    private static Vm Endless(string version) => Machine(version, BranchToSelf, 0x2508_0001);

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
