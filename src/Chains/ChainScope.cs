using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Rollup;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>All that one chain needs: its clients, its contracts and its agent. Nothing of it is shared with other chains but L1's hub and the sender's desk.</summary>
public sealed class ChainScope : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _clients;

    private ChainScope(List<IAsyncDisposable> clients, L1Hub hub, ulong l1ChainId, ChainContracts contracts, TrustedNodes nodes, IKnownL1Blocks blocks, L2Blocks l2)
    {
        _clients = clients;
        Hub = hub;
        L1ChainId = l1ChainId;
        Contracts = contracts;
        Nodes = nodes;
        Blocks = blocks;
        L2 = l2;
        Rehearser = new Rehearser(hub.Reader.Rpc, new RehearsalLimits(), TimeProvider.System);
    }

    /// <summary>L1, shared with other chains.</summary>
    public L1Hub Hub { get; }

    /// <summary>Reads L1.</summary>
    public ChainReader L1 => Hub.Reader;

    /// <summary>L1's chain id.</summary>
    public ulong L1ChainId { get; }

    /// <summary>The chain's contracts.</summary>
    public ChainContracts Contracts { get; }

    /// <summary>The trusted L2 nodes.</summary>
    public TrustedNodes Nodes { get; }

    /// <summary>L1 blocks that the rollup nodes know.</summary>
    public IKnownL1Blocks Blocks { get; }

    /// <summary>Hashes of L2 blocks.</summary>
    public L2Blocks L2 { get; }

    /// <summary>Executes calls on L1's state before they are sent, and knows where a node contradicts it.</summary>
    public Rehearser Rehearser { get; }

    /// <summary>Connects to the nodes of a chain and finds its contracts.</summary>
    /// <param name="options">The chain's options.</param>
    /// <param name="hub">Its L1; not the scope's to let go.</param>
    /// <param name="formerFactories">Factories that the chain had before, beside those of the options.</param>
    /// <param name="log">Our log of safe heads; taken over.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">Where odd answers of endpoints are told.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="RpcException">A node gave no usable answer.</exception>
    /// <exception cref="ContractReadException">The configured address is not what it is said to be.</exception>
    /// <exception cref="FormatException">An address or endpoint is malformed.</exception>
    public static async Task<ChainScope> ConnectAsync(
        ChainOptions options, L1Hub hub, IEnumerable<Address> formerFactories, SafeHeadLog log, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(hub);
        List<IAsyncDisposable> clients = [];
        try
        {
            ChainReader l1 = hub.Reader;
            FailoverRpc[] rollup = [.. options.RollupNodes.Select(node => new FailoverRpc(EndpointUrl.Parse(node.Url), null, options.Rpc, RollupNode.ChainQuestion))];
            FailoverRpc[] execution = [.. options.L2ExecutionNodes.Select(node => new FailoverRpc(EndpointUrl.Parse(node.Url), null, options.Rpc))];
            clients.AddRange(rollup);
            clients.AddRange(execution);
            foreach (RpcEndpoint endpoint in rollup.Concat(execution).SelectMany(node => node.Endpoints))
            {
                EndpointVoice.Listen(endpoint, options.Name, logger);
            }

            ulong chainId = await l1.GetChainIdAsync(cancellationToken);
            ChainContracts contracts = options.FindSystemConfig() is { } systemConfig
                ? await ChainContracts.FromSystemConfigAsync(l1, systemConfig, BlockRef.Latest, cancellationToken)
                : ChainContracts.FromFactory(Address.Parse(options.Factory ?? ""));
            ChainReader[] l2 = [.. execution.Select(node => new ChainReader(node))];
            TrustedNodes nodes = new(
                [.. rollup.Select((node, i) => new TrustedRollupNode($"{options.RollupNodes[i]}", options.RollupNodes[i].GroupOrDefault(), new RollupNode(node)))],
                [.. execution.Select((_, i) => new TrustedExecutionNode($"{options.L2ExecutionNodes[i]}", options.L2ExecutionNodes[i].GroupOrDefault(), new L2ExecutionNode(l2[i])))],
                l1,
                chainId,
                options.Trust.MinAgreeing == 0 ? null : options.Trust.MinAgreeing,
                options.Trust.Limits(),
                log,
                clock,
                options.FindSystemConfig());
            return new ChainScope(clients, hub, chainId, contracts.With(options.DrainingFactories.Select(Address.Parse).Concat(formerFactories)), nodes, new RollupL1Blocks(nodes), new L2Blocks(l2));
        }
        catch
        {
            foreach (IAsyncDisposable client in clients)
            {
                await client.DisposeAsync();
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Nodes.Dispose();
        Nodes.Log.Dispose();
        foreach (IAsyncDisposable client in _clients)
        {
            await client.DisposeAsync();
        }
    }
}
