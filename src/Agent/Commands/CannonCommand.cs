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
    public static Command Create() => new("cannon", "Run, prove and check fault-proof programs")
    {
        CannonLoadElfCommand.Create(),
        CannonRunCommand.Create(),
        CannonWitnessCommand.Create(),
        CannonCheckCommands.CreateSteps(),
        CannonCheckCommands.CreatePrograms(),
        CannonCheckCommands.CreateProofs(),
        CannonCheckCommands.CreateStates(),
    };

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
