using System.CommandLine;
using Gavel.Agent.Solve;

namespace Gavel.Agent.Commands;

/// <summary><c>agent solve FILE…</c>: the honest actions in recorded games, or their comparison with recorded ones.</summary>
internal static class SolveCommand
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "games, one JSON object a line, plain or gzip-compressed; - is standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> check = new("--check")
        {
            Description = "compare with the recorded actions: exit 0 if none differs, 1 if any does, 2 if the input is malformed, empty or has none",
        };
        Command command = new("solve", "Print the honest actions in recorded games") { files, check };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using Stream input = Console.OpenStandardInput();
            SolveRun run = new(input, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return await run.RunAsync(parsed.GetValue(files) ?? [], parsed.GetValue(check), cancellation);
        });
        return command;
    }
}
