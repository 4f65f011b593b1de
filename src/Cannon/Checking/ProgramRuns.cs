using System.Diagnostics;
using System.Text;

namespace Gavel.Cannon.Checking;

/// <summary>The outcome of one program run.</summary>
/// <param name="Name">Program, version and variant.</param>
/// <param name="Steps">Steps executed.</param>
/// <param name="Elapsed">Time taken, without loading.</param>
/// <param name="Differences">Empty when all is as recorded.</param>
/// <param name="LeftOut">What was not compared because the run was cut short; null for a whole run.</param>
public sealed record ProgramRunResult(string Name, ulong Steps, TimeSpan Elapsed, IReadOnlyList<FieldDifference> Differences, string? LeftOut);

/// <summary>
/// Checks the VM against a folder of guest programs with a <c>manifest.json</c> (described in docs/cannon.md): the loaded state, the state hash at each
/// recorded step, and at the end all that the run has put out, asked for and left behind.
/// </summary>
public static class ProgramRuns
{
    /// <summary>Runs every run of the manifest.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="maxSteps">Longer runs are cut short there.</param>
    /// <param name="onProgress">Told about long runs as they go on.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="CheckInputException">The manifest cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<ProgramRunResult> Check(
        string folder, ulong maxSteps = ulong.MaxValue, Action<string, VmProgress, ulong>? onProgress = null, CancellationToken cancellationToken = default)
    {
        foreach (ManifestProgram program in Manifest.Read(folder))
        {
            byte[] elf = InputFile.Bytes(program.ElfFile);
            foreach (ManifestRun run in program.Runs)
            {
                yield return Check(program, elf, run, maxSteps, onProgress, cancellationToken);
            }
        }
    }

    private static ProgramRunResult Check(
        ManifestProgram program, byte[] elf, ManifestRun run, ulong maxSteps, Action<string, VmProgress, ulong>? onProgress, CancellationToken cancellationToken)
    {
        string name = $"{program.FullName} {run.Version}{(run.Variant is null ? "" : $" {run.Variant}")}";
        Differences differences = new();
        RecordedPreimages preimages = new(run.Preimages);
        using MemoryStream output = new();
        using MemoryStream error = new();
        using Vm vm = new(Load(program.ElfFile, elf, run.Version), new VmOptions { Preimages = preimages, StandardOutput = output, StandardError = error });
        CompareInitial(differences, run, vm.State);
        ulong last = Math.Min(run.TotalSteps, maxSteps);
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            foreach ((ulong step, Hash32 hash) in run.StateHashes.Where(item => item.Step <= last))
            {
                RunTo(vm, step);
                if (vm.State.Step == step)
                {
                    differences.Compare($"stateHash at step {step}", hash, vm.State.StateHash());
                }
            }

            // One step more than there should be, to see a run that does not end.
            RunTo(vm, maxSteps > run.TotalSteps ? run.TotalSteps + 1 : last);
        }
        catch (Exception failure) when (failure is VmFaultException or PreimageException)
        {
            differences.Add("error", "", failure.Message);
        }

        watch.Stop();
        bool isWhole = maxSteps >= run.TotalSteps;
        if (isWhole)
        {
            CompareFinal(differences, run, vm, preimages, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
        }

        int hashesLeft = run.StateHashes.Count(item => item.Step > last);
        string? leftOut = isWhole ? null : $"steps {last} to {run.TotalSteps}, {hashesLeft} of {run.StateHashes.Count} state hashes, and all figures of the end";
        return new ProgramRunResult(name, vm.State.Step, watch.Elapsed, differences.Found, leftOut);

        void RunTo(Vm running, ulong step)
        {
            RunLimits limits = new() { UntilStep = step, ProgressInterval = 20_000_000, OnProgress = progress => onProgress?.Invoke(name, progress, last) };
            if (running.Run(limits, cancellationToken).Reason == StopReason.Cancelled)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        }
    }

    internal static VmState Load(string file, byte[] elf, VmVersion version)
    {
        try
        {
            return ElfLoader.LoadProgram(elf, version).State;
        }
        catch (ElfException error)
        {
            throw new CheckInputException(file, error.Message, error);
        }
    }

    private static void CompareInitial(Differences differences, ManifestRun run, VmState state)
    {
        differences.Compare("entry", Hex.Quantity(run.Entry), Hex.Quantity(state.ActiveThread!.Pc));
        differences.Compare("initialHeap", Hex.Quantity(run.InitialHeap), Hex.Quantity(state.Heap));
        differences.Compare("initialPages", run.InitialPages, state.Memory.PageCount);
        differences.Compare("initialMemoryRoot", run.InitialMemoryRoot, state.Memory.Root());
    }

    private static void CompareFinal(Differences differences, ManifestRun run, Vm vm, RecordedPreimages preimages, string output, string error)
    {
        VmState state = vm.State;
        differences.Compare("totalSteps", run.TotalSteps, state.Step);
        differences.Compare("exited", run.Exited, state.Exited);
        differences.Compare("exitCode", run.ExitCode, state.ExitCode);
        differences.Compare("stdout", run.StandardOutput, output);
        differences.Compare("stderr", run.StandardError, error);
        differences.Compare("finalMemoryRoot", run.FinalMemoryRoot, state.Memory.Root());
        differences.CompareBytes("finalWitness", run.FinalWitness, state.EncodeWitness());
        differences.Compare("finalPages", run.FinalPages, state.Memory.PageCount);
        differences.Compare("finalHeap", Hex.Quantity(run.FinalHeap), Hex.Quantity(state.Heap));
        if (run.FinalNextThreadId is { } nextThread)
        {
            differences.Compare("finalNextThreadId", nextThread, state.NextThreadId);
        }

        if (run.MaxThreads is { } threads)
        {
            differences.Compare("maxThreads", threads, vm.Statistics.MaxThreads);
        }

        differences.CompareLists("preimageFetches", run.PreimageFetches, preimages.Asked);
        differences.CompareLists("hints", run.Hints, [.. preimages.Hints.Select(hint => Encoding.UTF8.GetString(hint))]);
        foreach (ulong number in run.SyscallCounts.Keys.Union(vm.Statistics.SyscallCounts.Keys).Order())
        {
            differences.Compare($"syscallCounts.{number}", run.SyscallCounts.GetValueOrDefault(number), vm.Statistics.SyscallCounts.GetValueOrDefault(number));
        }
    }
}
