using System.CommandLine;
using Gavel.Contracts.Checking;
using Gavel.Traces.Checking;

namespace Gavel.Agent.Commands;

/// <summary><c>agent check</c>: hold the product's rules against recorded results. Exit 0 all equal, 1 a difference, 2 unusable input.</summary>
internal static class CheckCommand
{
    private const int MostShown = 10;

    public static Command Create() => new("check", "Hold the rules of this build against recorded results")
    {
        Of(
            "contracts",
            "Play recorded games of the dispute contracts again in simulation, and hold what contracts answered, bonds and names of errors against recorded ones",
            "recorded games, answers, bonds or errors of the dispute contracts, one JSON object a line, plain or .gz",
            static file => ContractCheck.Of(file) is var check ? (check.Counts, check.Differences) : default),
        Of(
            "super",
            "Hold encodings, readers, traces and local data of super roots against recorded ones",
            "recorded super roots, transition states, malformed ones, steps, traces or calls of contracts, one JSON object a line, plain or .gz",
            static file => SuperCheck.Of(file) is var check ? (check.Counts, check.Differences) : default),
    };

    private static Command Of(string name, string what, string files, Func<string, (string Counts, IEnumerable<string> Differences)> check)
    {
        Argument<string[]> argument = new("FILE") { Description = files, Arity = ArgumentArity.OneOrMore };
        Command command = new(name, what) { argument };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Run(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(argument) ?? [], check, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(
        TextWriter output, TextWriter error, string[] files, Func<string, (string Counts, IEnumerable<string> Differences)> check, CancellationToken cancellation)
    {
        List<string> differences = [];
        foreach (string file in files)
        {
            try
            {
                (string counts, IEnumerable<string> all) = check(file);
                string[] found = [.. all.TakeWhile(_ => !cancellation.IsCancellationRequested)];
                differences.AddRange(found);
                output.WriteLine($"{file}: {counts}; {(found.Length == 0 ? "no difference" : $"{found.Length} differences")}");
            }
            catch (RecordingException unusable)
            {
                error.WriteLine($"error: {unusable.Message}");
                return 2;
            }

            if (cancellation.IsCancellationRequested)
            {
                error.WriteLine("interrupted");
                return 130;
            }
        }

        foreach (string difference in differences.Take(MostShown))
        {
            output.WriteLine($"  {difference}");
        }

        output.WriteLine(differences.Count == 0 ? "no difference" : $"{differences.Count} differences");
        return differences.Count == 0 ? 0 : 1;
    }
}
