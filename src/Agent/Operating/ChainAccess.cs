using Gavel.Agent.Configuring;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Intents;

namespace Gavel.Agent.Operating;

/// <summary>The L1 side of one chain, as an operator command needs it.</summary>
internal sealed class ChainAccess : IAsyncDisposable
{
    private readonly FailoverRpc _rpc;

    private ChainAccess(FailoverRpc rpc, ulong l1ChainId, Address? factory, IReadOnlyList<Address> draining, Address? portal, ChainOptions? options, AgentOptions? agent)
    {
        _rpc = rpc;
        L1 = new ChainReader(rpc);
        L1ChainId = l1ChainId;
        FactoryOrNone = factory;
        Draining = draining;
        Portal = portal;
        Options = options;
        DataDirectory = agent?.Challenger.DataDirectory;
        Listen = agent?.Host.Listen;
    }

    /// <summary>The L1 nodes.</summary>
    public ChainReader L1 { get; }

    /// <summary>L1's chain id.</summary>
    public ulong L1ChainId { get; }

    /// <summary>The chain's live factory; null where only a node was named.</summary>
    public Address? FactoryOrNone { get; }

    /// <summary>Factories that the chain had before: those of the configuration, and those that the agent saw replaced.</summary>
    public IReadOnlyList<Address> Draining { get; }

    /// <summary>All factories of the chain, the live one first.</summary>
    /// <exception cref="OperatorException">Only a node was named.</exception>
    public IReadOnlyList<Address> Factories => [Factory, .. Draining];

    /// <summary>The chain's live factory.</summary>
    /// <exception cref="OperatorException">Only a node was named.</exception>
    public Address Factory => FactoryOrNone ?? throw OperatorException.BadInput("--l1 needs --system-config ADDRESS or --factory ADDRESS");

    /// <summary>The chain's portal; null where no SystemConfig was named.</summary>
    public Address? Portal { get; }

    /// <summary>The chain's options; null without a configuration.</summary>
    public ChainOptions? Options { get; }

    /// <summary>Where the agent keeps its outbox; null without a configuration.</summary>
    public string? DataDirectory { get; }

    /// <summary>Where the agent's page is; null without a configuration.</summary>
    public string? Listen { get; }

    /// <summary>Connects to a configured chain.</summary>
    public static Task<ChainAccess> OfConfigurationAsync(ChainOptions options, AgentOptions agent, CancellationToken cancellationToken) => OpenAsync(
        [.. options.L1.Select(EndpointUrl.Parse)],
        options.FindSystemConfig(),
        options.Factory is { Length: > 0 } factory ? Address.Parse(factory) : null,
        options,
        agent,
        cancellationToken);

    /// <summary>Connects to a node.</summary>
    public static Task<ChainAccess> OfNodeAsync(EndpointUrl l1, Address? systemConfig, Address? factory, CancellationToken cancellationToken) =>
        OpenAsync([l1], systemConfig, factory, null, null, cancellationToken);

    /// <summary>Whose bonds and credit are shown: those named, else the configured account and its further ones.</summary>
    /// <exception cref="AccountException">The configured account's key cannot be read.</exception>
    public async Task<IReadOnlyList<Address>> AccountsAsync(IReadOnlyList<Address> named)
    {
        if (named.Count > 0 || Options is null)
        {
            return named;
        }

        ISigner signer = Signers.Of(Options.Account);
        try
        {
            return [.. Options.CreditAccounts.Select(Address.Parse).Prepend(signer.Address).Distinct()];
        }
        finally
        {
            await Signers.ReleaseAsync(signer);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _rpc.DisposeAsync();

    private static async Task<ChainAccess> OpenAsync(
        EndpointUrl[] l1, Address? systemConfig, Address? factory, ChainOptions? options, AgentOptions? agent, CancellationToken cancellationToken)
    {
        FailoverRpc rpc = new(l1, options?.L1Access());
        Address? portal = null;
        try
        {
            ChainReader client = new(rpc);
            ulong chainId = await client.GetChainIdAsync(cancellationToken);
            if (systemConfig is { } address)
            {
                ChainContracts contracts = await ChainContracts.FromSystemConfigAsync(client, address, BlockRef.Latest, cancellationToken);
                (factory, portal) = (contracts.Factory, contracts.Portal);
            }

            Address[] draining = [.. DrainingOf(options, agent).Distinct().Where(one => one != factory)];
            return new ChainAccess(rpc, chainId, factory, draining, portal, options, agent);
        }
        catch
        {
            await rpc.DisposeAsync();
            throw;
        }
    }

    private static IEnumerable<Address> DrainingOf(ChainOptions? options, AgentOptions? agent) => options is null ? [] :
    [
        .. options.DrainingFactories.Select(Address.Parse),
        .. agent is null ? [] : UpgradeBook.Peek(Path.Combine(agent.Challenger.DataDirectory, options.Name, UpgradeBook.FileName))?.FormerFactories ?? [],
    ];
}
