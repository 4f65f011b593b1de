using System.CommandLine;
using Gavel.Agent.Configuring;
using Gavel.Agent.Hosting;
using Gavel.Chains;

namespace Gavel.Agent.Commands;

/// <summary><c>agent run</c>: defends the configured chains until it is stopped.</summary>
internal static class RunCommand
{
    private const int BadInput = 2;

    public static Command Create()
    {
        Option<FileInfo?> config = new("--config") { Description = "File that overrides appsettings.json" };
        Option<string> roles = new("--roles") { Description = "Roles to play, with commas: challenger", DefaultValueFactory = _ => "challenger" };
        Option<bool> dryRun = new("--dry-run") { Description = "Decide and explain, send nothing" };
        Command command = new("run", "Defend the configured chains until stopped") { config, roles, dryRun };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(config), parsed.GetValue(roles)!, parsed.GetValue(dryRun), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? file, string roles, bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            string[] unknown = [.. roles.Split(',', StringSplitOptions.TrimEntries).Where(role => role != "challenger")];
            if (unknown.Length > 0)
            {
                throw new ConfigurationException($"--roles: \"{unknown[0]}\" is no role that this version has; there is: challenger");
            }

            AgentOptions options = Configuration.Read(file);
            if (options.Challenger.Chains.Count == 0)
            {
                throw new ConfigurationException("Challenger:Chains is empty: name the chains to defend in a file and give it with --config (appsettings.json documents every option)");
            }

            foreach (ChainOptions chain in options.Challenger.Chains)
            {
                chain.DryRun |= dryRun;
            }

            if (await LocalChecks.RunAsync(options) is { } noPage)
            {
                await Console.Error.WriteLineAsync($"agent run: Host:Listen: {noPage}; Host:Required is false: the defence goes on without");
                options.Host.Listen = "";
            }

            await NodeChecks.RunAsync(options, cancellationToken);
            await using WebApplication host = AgentHost.Build(options);
            await AgentHost.RunAsync(host, options, cancellationToken);
            return 0;
        }
        catch (ConfigurationException error)
        {
            await Console.Error.WriteLineAsync($"agent run: {error.Message}");
            return BadInput;
        }
    }
}
