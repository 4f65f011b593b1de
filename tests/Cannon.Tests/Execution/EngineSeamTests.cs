namespace Gavel.Cannon.Tests.Execution;

/// <summary>A second engine fits where the interpreter runs, and the machine's rules do not notice.</summary>
public sealed class EngineSeamTests
{
    [Fact]
    public void AnEngineThatStopsWhereItLikesGivesTheSameRunAndNeverMakesProofs()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim" && run.Version.HasThreads);
        FitfulEngine? fitful = null;
        using Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages() }, interpreter => fitful = new FitfulEngine(interpreter));
        vm.Run(new RunLimits { MaxSteps = 10_000 });
        long calls = fitful!.Calls;
        StepProof proof = vm.Prove();
        Assert.Equal(calls, fitful.Calls);
        Assert.Equal(vm.State.StateHash(), proof.Post);
        vm.Run(new RunLimits());
        Assert.Equal(run.Expected.GetProperty("finalWitness").GetString(), Hex.Encode(vm.State.EncodeWitness()));
        Assert.True(fitful.Calls > 1000);
    }

    private sealed class FitfulEngine(IVmEngine inner) : IVmEngine
    {
        private readonly Random _random = new(3);

        public long Calls { get; private set; }

        public EngineResult Run(VmThread thread, long budget)
        {
            Calls++;
            return inner.Run(thread, Math.Min(budget, _random.Next(1, 500)));
        }

        public void Dispose()
        {
        }
    }
}
