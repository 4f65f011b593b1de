using System.CommandLine;
using Gavel.Agent.CannonTool;
using Gavel.Cannon;

namespace Gavel.Agent.Commands;

/// <summary><c>agent cannon load-elf</c>: the initial state of a program, and its symbols.</summary>
internal static class CannonLoadElfCommand
{
    public static Command Create()
    {
        Option<string> type = new("--type") { Description = $"VM version: {string.Join(", ", VmVersion.All)}", Required = true };
        Option<string> path = new("--path") { Description = "the ELF program", Required = true };
        Option<string> output = new("--out") { Description = "where the state goes (.bin, .bin.gz, - for standard output)", DefaultValueFactory = _ => "state.bin.gz" };
        Option<string> meta = new("--meta") { Description = "where the symbols go; empty for nowhere", DefaultValueFactory = _ => "meta.json" };
        Command command = new("load-elf", "Make the initial state of a program") { type, path, output, meta };
        command.SetAction(parsed => CannonCommand.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            VmVersion version = VmVersion.FromName(parsed.GetRequiredValue(type))
                ?? throw new FormatException($"unknown --type \"{parsed.GetRequiredValue(type)}\"; known are {string.Join(", ", VmVersion.All)}");
            CannonFiles.CheckStateName(parsed.GetRequiredValue(output), "--out");
            LoadedProgram program = ElfLoader.LoadProgram(File.ReadAllBytes(parsed.GetRequiredValue(path)), version);
            using VmState state = program.State;
            if (parsed.GetRequiredValue(meta) is { Length: > 0 } symbols)
            {
                CannonFiles.WriteSymbols(symbols, program.Symbols);
            }

            CannonFiles.WriteState(parsed.GetRequiredValue(output), state);
            return 0;
        }));
        return command;
    }
}
