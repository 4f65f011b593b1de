using System.CommandLine;
using System.CommandLine.Invocation;

namespace Gavel.Agent;

/// <summary>Runs a command line; one that cannot be understood has an exit code of its own.</summary>
internal static class UsageErrors
{
    private const int Unusable = 2;

    // The reference's verbs answer every bad input with 1, and callers that take us for it expect so.
    private const int UnusableToReference = 1;
    private static readonly string[] _referenceVerbs = ["load-elf", "run", "witness"];

    /// <summary>Parses and runs.</summary>
    /// <returns>The command's own exit code; 2 for an unknown option, a missing argument and the like (1 for <c>cannon load-elf|run|witness</c>).</returns>
    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args);
        int exit = await parsed.InvokeAsync();
        return parsed.Action is ParseErrorAction ? ExitOf(parsed.CommandResult.Command) : exit;
    }

    private static int ExitOf(Command command) =>
        _referenceVerbs.Contains(command.Name) && command.Parents.Any(parent => parent.Name == "cannon") ? UnusableToReference : Unusable;
}
