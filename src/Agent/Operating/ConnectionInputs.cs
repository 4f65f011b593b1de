using System.CommandLine;
using Gavel.Agent.Configuring;
using Gavel.Chains;
using Gavel.Ethereum;

namespace Gavel.Agent.Operating;

/// <summary>The options by which every operator command finds its chain: a configuration, or an L1 node and one contract.</summary>
internal sealed class ConnectionInputs
{
    private readonly Option<FileInfo?> _config = new("--config") { Description = "configuration file; the chain is the only one in it, or that of --chain" };
    private readonly Option<string?> _chain = new("--chain") { Description = "name of the chain in the configuration" };
    private readonly Option<EndpointUrl?> _l1 = Inputs.Option<EndpointUrl?>("--l1", "address of an L1 node, instead of a configuration", EndpointUrl.Parse);
    private readonly Option<Address?> _systemConfig = Inputs.Option<Address?>("--system-config", "L1 address of the chain's SystemConfig, with --l1", text => Address.Parse(text));
    private readonly Option<Address?> _factory = Inputs.Option<Address?>("--factory", "L1 address of the chain's DisputeGameFactory, with --l1", text => Address.Parse(text));
    private readonly Option<bool> _json = new("--json") { Description = "write one JSON value instead of text" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _config, _chain, _l1, _systemConfig, _factory, _json })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Where to write.</summary>
    public Screen ScreenOf(ParseResult parsed) => Screen.OfConsole(parsed.GetValue(_json));

    /// <summary>Connects to the chain.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="needsFactory">Whether the command cannot do without the chain's factory.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="OperatorException">The options do not name one chain.</exception>
    public async Task<ChainAccess> ConnectAsync(ParseResult parsed, bool needsFactory, CancellationToken cancellationToken)
    {
        EndpointUrl? l1 = parsed.GetValue(_l1);
        Address? systemConfig = parsed.GetValue(_systemConfig);
        Address? factory = parsed.GetValue(_factory);
        if (systemConfig is not null && factory is not null)
        {
            throw OperatorException.BadInput("--system-config and --factory are two ways to name one chain: give one of them");
        }

        if (l1 is null)
        {
            if (systemConfig is not null || factory is not null)
            {
                throw OperatorException.BadInput($"{(factory is null ? "--system-config" : "--factory")} needs --l1 URL, the node to ask");
            }

            (AgentOptions options, IReadOnlyList<ChainOptions> chains) = ConfiguredChains.Read(parsed.GetValue(_config), parsed.GetValue(_chain));
            return chains.Count == 1
                ? await ChainAccess.OfConfigurationAsync(chains[0], options, cancellationToken)
                : throw OperatorException.BadInput($"--chain: name one of the configured chains: {string.Join(", ", chains.Select(chain => chain.Name))}");
        }

        if (parsed.GetValue(_config) is not null || parsed.GetValue(_chain) is not null)
        {
            throw OperatorException.BadInput("--config with --chain, and --l1, are two ways to name a chain: give one of them");
        }

        return needsFactory && systemConfig is null && factory is null
            ? throw OperatorException.BadInput("--l1 needs --system-config ADDRESS or --factory ADDRESS, from which the games are found")
            : await ChainAccess.OfNodeAsync(l1, systemConfig, factory, cancellationToken);
    }
}
