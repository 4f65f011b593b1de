using System.CommandLine;
using Gavel.Agent.CannonTool;
using Gavel.Cannon;

namespace Gavel.Agent.Commands;

/// <summary><c>agent cannon witness</c>: a state's witness and hash.</summary>
internal static class CannonWitnessCommand
{
    public static Command Create()
    {
        Option<string> input = new("--input") { Description = "the state; empty for standard input", DefaultValueFactory = _ => "state.bin.gz" };
        Option<string> output = new("--output") { Description = "a file for the bare witness bytes", DefaultValueFactory = _ => "" };
        Command command = new("witness", "Print a state's witness and hash") { input, output };
        command.SetAction(parsed => CannonCommand.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            using VmState state = CannonFiles.ReadState(parsed.GetRequiredValue(input));
            if (parsed.GetRequiredValue(output) is { Length: > 0 } file)
            {
                File.WriteAllBytes(file, state.EncodeWitness());
            }

            CannonFiles.PrintWitness(state);
            return 0;
        }));
        return command;
    }
}
