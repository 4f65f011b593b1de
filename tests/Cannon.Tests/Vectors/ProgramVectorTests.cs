using System.Text;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests;

/// <summary>Whole runs of recorded Go programs: prestate, state hashes on the way, output, hints, preimages, system calls, end state.</summary>
public sealed class ProgramVectorTests
{
    [Fact]
    public void EveryRunInTheRepositoryAgrees()
    {
        int runs = 0;
        foreach (ProgramRun run in ProgramRun.All(VectorFiles.PathOf("programs")))
        {
            Check(run, reserveAddressSpace: true);
            runs++;
        }

        Assert.True(runs >= 8, $"only {runs} runs in the repository");
    }

    [Fact]
    [Trait("Scale", "full")]
    public void EveryRunOfTheFullSetAgrees()
    {
        if (VectorFiles.FullSet is not { } folder)
        {
            return;
        }

        // The two long-running bench runs of each width differ only in the version byte: one of each is enough by default.
        foreach (ProgramRun run in ProgramRun.All(Path.Combine(folder, "programs")))
        {
            if (Scale.IsFull || run.TotalSteps < 30_000_000)
            {
                Check(run, reserveAddressSpace: true);
            }
        }
    }

    [Fact]
    public void MemoryHeldPageByPageGivesTheSameRuns()
    {
        foreach (ProgramRun run in ProgramRun.All(VectorFiles.PathOf("programs")).Where(run => run.Name is "claim"))
        {
            Check(run, reserveAddressSpace: false);
        }
    }

    /// <summary>Runs a program and compares everything recorded; with a tuning, by the translator.</summary>
    internal static void Check(ProgramRun run, bool reserveAddressSpace, Action<Vm>? then = null, TranslatorTuning? tuning = null)
    {
        JsonElement expected = run.Expected;
        ServedPreimages preimages = run.Preimages();
        MemoryStream output = new();
        MemoryStream error = new();
        VmState state = run.Load();
        if (!reserveAddressSpace)
        {
            PagedMemory memory = new(state.Version.AddressBits, reserveAddressSpace: false);
            foreach (ulong page in state.Memory.AllocatedPages())
            {
                state.Memory.Page(page).CopyTo(memory.WritablePage(page));
            }

            VmState moved = state.CloneAround(memory);
            state.Dispose();
            state = moved;
        }

        VmOptions options = new()
        {
            Preimages = preimages,
            StandardOutput = output,
            StandardError = error,
            Engine = tuning is null ? VmEngine.Interpreter : VmEngine.Translator,
        };
        using Vm vm = new(state, options, tuning ?? new TranslatorTuning());
        Assert.Equal(expected.GetProperty("initialPages").GetInt32(), state.Memory.PageCount);
        Assert.Equal(expected.GetProperty("initialMemoryRoot").GetString(), state.Memory.Root().ToString());
        Assert.Equal(expected.GetProperty("entry").GetString(), Hex.Quantity(state.ActiveThread!.Pc));
        foreach (JsonElement point in expected.GetProperty("stateHashes").EnumerateArray())
        {
            vm.Run(new RunLimits { UntilStep = point.GetProperty("step").GetUInt64() });
            Assert.True(
                point.GetProperty("stateHash").GetString() == state.StateHash().ToString(), $"{run}: state hash at step {point.GetProperty("step")}");
        }

        Assert.True(run.TotalSteps == state.Step, $"{run}: {state.Step} steps");
        Assert.True(state.Exited, run.ToString());
        Assert.Equal(expected.GetProperty("exitCode").GetInt32(), state.ExitCode);
        Assert.Equal(Text(expected, "stdout"), Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal(Text(expected, "stderr"), Encoding.UTF8.GetString(error.ToArray()));
        Assert.Equal(expected.GetProperty("finalWitness").GetString(), Hex.Encode(state.EncodeWitness()));
        Assert.Equal(expected.GetProperty("finalPages").GetInt32(), state.Memory.PageCount);
        Assert.Equal(Texts(expected, "hints"), preimages.Hints);
        Assert.Equal(Texts(expected, "preimageFetches"), preimages.Fetched);
        if (expected.TryGetProperty("maxThreads", out JsonElement threads))
        {
            Assert.Equal(threads.GetInt32(), vm.Statistics.MaxThreads);
        }

        Assert.Equal(
            expected.GetProperty("syscallCounts").EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}").Order(),
            vm.Statistics.SyscallCounts.Select(pair => $"{pair.Key}={pair.Value}").Order());
        then?.Invoke(vm);
    }

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";

    private static IEnumerable<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.EnumerateArray().Select(item => item.GetString()!) : [];
}
