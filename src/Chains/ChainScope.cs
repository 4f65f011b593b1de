using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Rollup;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>All that one chain needs: its clients, its contracts and its agent. Nothing of it is shared with other chains but the sender's desk.</summary>
public sealed class ChainScope : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _clients;

    private ChainScope(List<IAsyncDisposable> clients, FailoverRpc endpoints, ChainReader l1, ulong l1ChainId, ChainContracts contracts, TrustedNodes nodes, IKnownL1Blocks blocks, L2Blocks l2)
    {
        _clients = clients;
        Endpoints = endpoints;
        L1 = l1;
        L1ChainId = l1ChainId;
        Contracts = contracts;
        Nodes = nodes;
        Blocks = blocks;
        L2 = l2;
        Rehearser = new Rehearser(l1.Rpc, new RehearsalLimits(), TimeProvider.System);
    }

    /// <summary>The L1 endpoints, with their heads and dangers.</summary>
    public FailoverRpc Endpoints { get; }

    /// <summary>The L1 nodes.</summary>
    public ChainReader L1 { get; }

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
    /// <param name="log">Our log of safe heads; taken over.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">Where odd answers of endpoints are told.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="RpcException">A node gave no usable answer.</exception>
    /// <exception cref="ContractReadException">The configured address is not what it is said to be.</exception>
    /// <exception cref="FormatException">An address or endpoint is malformed.</exception>
    public static async Task<ChainScope> ConnectAsync(
        ChainOptions options, SafeHeadLog log, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<IAsyncDisposable> clients = [];
        try
        {
            FailoverRpc l1Rpc = new(options.L1.Select(EndpointUrl.Parse), options.Rpc);
            clients.Add(l1Rpc);
            ChainReader l1 = new(l1Rpc);
            RpcEndpoint[] rollup = [.. options.RollupNodes.Select(node => new RpcEndpoint(EndpointUrl.Parse(node.Url), options.Rpc))];
            RpcEndpoint[] execution = [.. options.L2ExecutionNodes.Select(node => new RpcEndpoint(EndpointUrl.Parse(node.Url), options.Rpc))];
            clients.AddRange(rollup);
            clients.AddRange(execution);
            foreach (RpcEndpoint endpoint in l1Rpc.Endpoints.Concat(rollup).Concat(execution))
            {
                EndpointVoice.Listen(endpoint, options.Name, logger);
            }

            ulong chainId = await l1.GetChainIdAsync(cancellationToken);
            ChainContracts contracts = options.SystemConfig is { Length: > 0 } systemConfig
                ? await ChainContracts.FromSystemConfigAsync(l1, Address.Parse(systemConfig), BlockRef.Latest, cancellationToken)
                : ChainContracts.FromFactory(Address.Parse(options.Factory ?? ""));
            ChainReader[] l2 = [.. execution.Select(endpoint => new ChainReader(endpoint))];
            TrustedNodes nodes = new(
                [.. rollup.Select((endpoint, i) => new TrustedRollupNode($"{endpoint.Url}", options.RollupNodes[i].GroupOrDefault(), new RollupNode(endpoint)))],
                [.. execution.Select((endpoint, i) => new TrustedExecutionNode($"{endpoint.Url}", options.L2ExecutionNodes[i].GroupOrDefault(), new L2ExecutionNode(l2[i])))],
                l1,
                chainId,
                options.Trust.MinAgreeing == 0 ? null : options.Trust.MinAgreeing,
                options.Trust.Limits(),
                log,
                clock,
                options.SystemConfig is { Length: > 0 } ours ? Address.Parse(ours) : null);
            return new ChainScope(clients, l1Rpc, l1, chainId, contracts, nodes, new RollupL1Blocks(nodes), new L2Blocks(l2));
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
