using System.CommandLine;
using Gavel.Contracts.Checking;

namespace Gavel.Agent.Commands;

/// <summary><c>agent check</c>: hold the product's rules against recorded results. Exit 0 all equal, 1 a difference, 2 unusable input.</summary>
internal static class CheckCommand
{
    private const int MostShown = 10;

    public static Command Create() => new("check", "Hold the rules of this build against recorded results") { CreateContracts() };

    private static Command CreateContracts()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "recorded games, bonds or errors of the dispute contracts, one JSON object a line, plain or .gz",
            Arity = ArgumentArity.OneOrMore,
        };
        Command command = new("contracts", "Play recorded games of the dispute contracts again in simulation, and hold bonds and names of errors against recorded ones") { files };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Contracts(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(files) ?? [], cancellation), CancellationToken.None));
        return command;
    }

    private static int Contracts(TextWriter output, TextWriter error, string[] files, CancellationToken cancellation)
    {
        List<string> differences = [];
        foreach (string file in files)
        {
            try
            {
                ContractCheck check = ContractCheck.Of(file);
                string[] found = [.. check.Differences.TakeWhile(_ => !cancellation.IsCancellationRequested)];
                differences.AddRange(found);
                output.WriteLine($"{file}: {check.Counts}; {(found.Length == 0 ? "no difference" : $"{found.Length} differences")}");
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
