using System.CommandLine;

namespace Gavel.Agent.Commands;

/// <summary><c>agent devnet</c>: a local chain with dispute contracts, and what belongs to it.</summary>
internal static class DevnetCommand
{
    public static Command Create() => new("devnet", "Run a local chain with dispute contracts")
    {
        DevnetUpCommand.Create(),
        PreimageServerCommand.Create(),
    };
}
