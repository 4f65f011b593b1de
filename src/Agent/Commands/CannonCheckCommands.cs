using System.CommandLine;
using System.Globalization;
using Gavel.Agent.CannonTool;
using Gavel.Cannon;
using Gavel.Cannon.Checking;

namespace Gavel.Agent.Commands;

/// <summary><c>agent cannon check-…</c>: hold the VM against recorded results. Exit 0 all equal, 1 a difference, 2 unusable input.</summary>
internal static class CannonCheckCommands
{
    public static Command CreateSteps()
    {
        Argument<string[]> files = new("FILE") { Description = "step cases, one JSON object a line, plain or .gz", Arity = ArgumentArity.OneOrMore };
        Command command = new("check-steps", "Run recorded single steps") { files };
        command.SetAction((parsed, cancellation) => Task.Run(() => Steps(new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error), parsed.GetValue(files) ?? [], cancellation), CancellationToken.None));
        return command;
    }

    public static Command CreatePrograms()
    {
        Argument<string> folder = new("DIR") { Description = "a folder with manifest.json and the programs it names" };
        Option<ulong> maxSteps = new("--max-steps") { Description = "cut longer runs short there", DefaultValueFactory = _ => ulong.MaxValue };
        Command command = new("check-programs", "Run recorded programs") { folder, maxSteps };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Programs(new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error), parsed.GetRequiredValue(folder), parsed.GetValue(maxSteps), cancellation), CancellationToken.None));
        return command;
    }

    public static Command CreateProofs()
    {
        Argument<string[]> files = new("FILE") { Description = "proofs: PROGRAM.VM.jsonl or .jsonl.gz", Arity = ArgumentArity.OneOrMore };
        Option<string> programs = new("--programs") { Description = "the folder with manifest.json and the programs", Required = true };
        Command command = new("check-proofs", "Take recorded proofs again") { files, programs };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Proofs(new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error), parsed.GetValue(files) ?? [], parsed.GetRequiredValue(programs), cancellation), CancellationToken.None));
        return command;
    }

    public static Command CreateStates()
    {
        Argument<string> folder = new("DIR") { Description = "a folder with index.json and the state files it names" };
        Command command = new("check-states", "Read and write recorded state files") { folder };
        command.SetAction(parsed => States(new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error), parsed.GetRequiredValue(folder)));
        return command;
    }

    private static int Steps(CheckOutput check, string[] files, CancellationToken cancellation) => check.Run(() =>
    {
        int total = 0;
        foreach (string file in files)
        {
            SortedDictionary<string, (int Cases, int Faults, int Differ)> counts = new(StringComparer.Ordinal);
            foreach (StepCaseResult result in StepCases.Check(file))
            {
                cancellation.ThrowIfCancellationRequested();
                string version = result.IsReplay ? $"{result.Version} (cases of {VmVersion.MultiThreaded64V5})" : result.Version.Name;
                (int cases, int faults, int differ) = counts.GetValueOrDefault(version);
                counts[version] = (cases + 1, faults + (result.ExpectsFault ? 1 : 0), differ + (result.Differences.Count > 0 ? 1 : 0));
                total += result.IsReplay ? 0 : 1;
                check.Add($"{file}:{result.Line}: {result.Name} as {result.Version}", result.Differences);
            }

            foreach ((string version, (int cases, int faults, int differ)) in counts)
            {
                check.Output.WriteLine($"{Path.GetFileName(file)}: {version}: {cases} cases, {faults} faults expected, {differ} different");
            }
        }

        return $"{total} cases";
    });

    private static int Programs(CheckOutput check, string folder, ulong maxSteps, CancellationToken cancellation) => check.Run(() =>
    {
        int runs = 0;
        int cut = 0;
        foreach (ProgramRunResult result in ProgramRuns.Check(folder, maxSteps, (name, progress, last) => check.Progress.Show(name, progress, last), cancellation))
        {
            runs++;
            cut += result.LeftOut is null ? 0 : 1;
            string verdict = result.Differences.Count == 0 ? "equal" : $"{result.Differences.Count} figures differ";
            string leftOut = result.LeftOut is null ? "" : $"; left out: {result.LeftOut}";
            check.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{result.Name}: {result.Steps} steps in {result.Elapsed.TotalSeconds:0.00} s, {verdict}{leftOut}"));
            check.Add(result.Name, result.Differences);
        }

        return cut == 0 ? $"{runs} runs" : $"{runs} runs, {cut} of them cut short at step {maxSteps}";
    });

    private static int Proofs(CheckOutput check, string[] files, string programs, CancellationToken cancellation) => check.Run(() =>
    {
        int total = 0;
        foreach (string file in files)
        {
            int proofs = 0;
            int differ = 0;
            foreach (RecordedProofResult result in RecordedProofs.Check(file, programs, cancellation))
            {
                proofs++;
                differ += result.Differences.Count > 0 ? 1 : 0;
                check.Add($"{result.File}, step {result.Step}", result.Differences);
            }

            total += proofs;
            check.Output.WriteLine($"{Path.GetFileName(file)}: {proofs} proofs, {differ} different{(differ > 0 ? "; the rest was left out" : "")}");
        }

        return $"{total} proofs";
    });

    private static int States(CheckOutput check, string folder) => check.Run(() =>
    {
        int states = 0;
        foreach (RecordedStateResult result in RecordedStates.Check(folder))
        {
            states++;
            check.Output.WriteLine($"{result.File}: {result.Version}, {(result.Differences.Count == 0 ? "equal" : $"{result.Differences.Count} figures differ")}");
            check.Add(result.File, result.Differences);
        }

        return $"{states} states";
    });
}
