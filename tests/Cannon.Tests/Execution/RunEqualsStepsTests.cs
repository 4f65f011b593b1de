using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Execution;

/// <summary>However a run is cut up, it ends in the same state or the same fault: the loop that counts at turns of control flow, the one that counts every step, and any mixture.</summary>
public sealed class RunEqualsStepsTests
{
    private const ulong Length = 3000;

    [Fact]
    [Trait("Scale", "full")]
    public void RandomCode_RunsAsItSteps()
    {
        int longRuns = 0;
        int faults = 0;
        int rewrites = 0;
        for (int seed = 1; seed <= Scale.Of(1500, 40_000); seed++)
        {
            VmVersion version = VmVersion.All[seed % VmVersion.All.Count];
            (string whole, ulong steps, _) = Execute(seed, version, () => ulong.MaxValue, fresh: false);
            Random cuts = new(seed);
            (string cut, _, bool changed) = Execute(seed, version, () => (ulong)cuts.Next(1, 40), fresh: true);
            Assert.True(whole == cut, $"seed {seed} {version}\nwhole {whole}\ncut   {cut}");
            (string single, _, _) = Execute(seed, version, () => 1, fresh: false);
            Assert.True(whole == single, $"seed {seed} {version}\nwhole  {whole}\nsingle {single}");
            longRuns += steps > 1000 ? 1 : 0;
            faults += whole.Contains("fault", StringComparison.Ordinal) ? 1 : 0;
            rewrites += changed ? 1 : 0;
        }

        // The sample must hold what it is meant to test.
        Assert.True(longRuns > 20, $"only {longRuns} long runs");
        Assert.True(faults > 50, $"only {faults} faults");
        Assert.True(rewrites > 20, $"only {rewrites} runs that changed their own code");
    }

    [Fact]
    public void APreemptedProgramRunsAsItSteps()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim" && run.Version.HasThreads);
        Random random = new(5);
        using Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages() });
        while (!vm.State.Exited)
        {
            vm.Run(new RunLimits { MaxSteps = (ulong)random.Next(1, 3000) });
        }

        Assert.Equal(run.TotalSteps, vm.State.Step);
        Assert.Equal(run.Expected.GetProperty("finalWitness").GetString(), Hex.Encode(vm.State.EncodeWitness()));
    }

    [Theory]
    [InlineData("multithreaded64-5")]
    [InlineData("singlethreaded")]
    public void ARunSplitAnywhereAndResumedFromItsFileEqualsTheWhole(string version)
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs"))
            .First(run => run.Name == "claim" && run.Version.Name == version && run.Expected.GetProperty("variant").GetString() == "valid");
        Random random = new(11);
        ServedPreimages preimages = run.Preimages();
        VmState state = run.Load();
        while (!state.Exited)
        {
            using Vm vm = new(state, new VmOptions { Preimages = preimages });
            vm.Run(new RunLimits { MaxSteps = (ulong)random.Next(1, 60_000) });
            using MemoryStream file = new();
            StateFile.Write(file, vm.State);
            file.Position = 0;
            state = StateFile.Read(file);
            Assert.Equal(vm.State.StateHash(), state.StateHash());
        }

        Assert.Equal(run.Expected.GetProperty("finalWitness").GetString(), Hex.Encode(state.EncodeWitness()));
        Assert.Equal(run.Expected.GetProperty("hints").EnumerateArray().Select(hint => hint.GetString()!), preimages.Hints);
        state.Dispose();
    }

    /// <param name="seed">Of the code.</param>
    /// <param name="version">Of the VM.</param>
    /// <param name="next">Length of the next stretch.</param>
    /// <param name="fresh">Goes on in a new VM now and then, which has decoded nothing yet.</param>
    private static (string End, ulong Steps, bool ChangedCode) Execute(int seed, VmVersion version, Func<ulong> next, bool fresh)
    {
        Vm vm = new(RandomCode.State(seed, version));
        byte[] before = Code(vm.State);
        ulong done = 0;
        string fault = "";
        for (int stretch = 0; done < Length && !vm.State.Exited && fault.Length == 0; stretch++)
        {
            ulong first = vm.State.Step;
            try
            {
                vm.Run(new RunLimits { MaxSteps = Math.Min(next(), Length - done) });
            }
            catch (VmFaultException error)
            {
                fault = $"fault {error.Message}";
            }

            done += vm.State.Step - first;
            if (fresh && stretch % 8 == 0)
            {
                using VmCheckpoint checkpoint = VmCheckpoint.Take(vm.State);
                Vm old = vm;
                vm = new Vm(checkpoint.Restore());
                old.Dispose();
            }
        }

        using (vm)
        {
            return ($"{vm.State.StateHash()} {vm.State.Step} {fault}", done, !before.AsSpan().SequenceEqual(Code(vm.State)));
        }
    }

    private static byte[] Code(VmState state)
    {
        byte[] code = new byte[4 * 96];
        state.Memory.Read(RandomCode.Origin, code);
        return code;
    }
}
