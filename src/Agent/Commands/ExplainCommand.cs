using System.CommandLine;
using Gavel.Agent.Configuring;
using Gavel.Agent.Operating;
using Gavel.Chains;

namespace Gavel.Agent.Commands;

/// <summary><c>agent explain GAME</c>: the recorded reason of every bond spent on a game.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        Argument<Address> game = Inputs.Game();
        Option<FileInfo?> config = new("--config") { Description = "configuration file, which names the data directory" };
        Option<string?> name = new("--chain") { Description = "name of the chain; default: all that are configured" };
        Option<bool> json = new("--json") { Description = "write one JSON value instead of text" };
        Command command = new("explain", "Tell why each bond was spent on a game") { game, config, name, json };
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            (AgentOptions options, IReadOnlyList<ChainOptions> chains) = ConfiguredChains.Read(parsed.GetValue(config), parsed.GetValue(name));
            Address address = parsed.GetValue(game);
            Explanation explanation = Explanation.Read(address, options.Challenger.DataDirectory, [.. chains.Select(chain => chain.Name)]) with
            {
                Dangers = await RunningAgent.DangersAsync(options.Host.Listen, danger => danger.Game == address.ToString(), cancellationToken),
                HasAgent = options.Host.Listen.Length > 0,
            };
            explanation.Show(Screen.OfConsole(parsed.GetValue(json)));
        }));
        return command;
    }
}
