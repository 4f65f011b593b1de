using System.CommandLine;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;

namespace Gavel.Agent.Commands;

/// <summary>
/// <c>agent cannon</c>: the fault-proof VM on the command line. <c>load-elf</c>, <c>run</c> and <c>witness</c> take the flags of the reference program, so that
/// this can stand in for it; the <c>check-*</c> verbs hold the VM against recorded results.
/// </summary>
internal static class CannonCommand
{
    private const string Name = "cannon";

    public static Command Create() => new(Name, "Run, prove and check fault-proof programs")
    {
        CannonLoadElfCommand.Create(),
        CannonRunCommand.Create(),
        CannonWitnessCommand.Create(),
        List(),
        CannonCheckCommands.CreateSteps(),
        CannonCheckCommands.CreatePrograms(),
        CannonCheckCommands.CreateProofs(),
        CannonCheckCommands.CreateStates(),
    };

    /// <summary>
    /// The command line as the reference would take it: under the name <c>cannon</c> the first word is left out, and a value may be empty
    /// behind its <c>=</c>.
    /// </summary>
    public static string[] Arguments(string? program, string[] args)
    {
        string[] all = Path.GetFileNameWithoutExtension(program) == Name && args is not ["--version"] ? [Name, .. args] : args;
        if (all is not [Name, ..])
        {
            return all;
        }

        // What follows "--" is the server's.
        int own = Array.IndexOf(all, "--") is >= 0 and int dashes ? dashes : all.Length;
        return [.. all.Take(own).SelectMany(word => word.StartsWith("--", StringComparison.Ordinal) && word.EndsWith('=') ? [word[..^1], ""] : (string[])[word]), .. all.Skip(own)];
    }

    private static Command List()
    {
        Command command = new("list", "List the versions of the VM");
        command.SetAction(parsed =>
        {
            foreach (VmVersion version in VmVersion.All)
            {
                parsed.InvocationConfiguration.Output.WriteLine($"{version.Number} {version.Name}");
            }

            return 0;
        });
        return command;
    }

    /// <summary>Runs a verb of the reference program; bad input of any kind gives 1, as there.</summary>
    public static int Guard(TextWriter error, Func<int> verb)
    {
        try
        {
            return verb();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or ArgumentException
            or InvalidDataException or StateFileException or ElfException or PreimageServerException)
        {
            error.WriteLine($"error: {failure.Message}");
            return 1;
        }
    }
}
