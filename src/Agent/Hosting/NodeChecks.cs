using System.Globalization;
using Gavel.Agent.Configuring;
using Gavel.Chains;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Agent.Hosting;

/// <summary>
/// Asks the nodes, before anything is defended, which chain they are of. Addresses of two chains that were exchanged can never mend themselves
/// and would make every true root look false: they end the start. A node that does not answer now is no reason to stop; it has no voice before it has.
/// </summary>
internal static class NodeChecks
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    /// <exception cref="ConfigurationException">It names each node that is of another chain than the one it is configured for.</exception>
    public static async Task RunAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        Findings findings = new();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        Told[] told = await Task.WhenAll(options.Challenger.Chains.SelectMany((chain, number) => AskAll(chain, number, limit.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        foreach (ChainOptions chain in options.Challenger.Chains)
        {
            Told[] own = [.. told.Where(node => node.Chain == chain)];
            ulong[] ids = [.. own.Where(node => node.IsOf(chain) != false).Select(node => node.L2ChainId).OfType<ulong>().Distinct()];
            foreach (Told node in own)
            {
                if (node.IsOf(chain) == false)
                {
                    ChainOptions? other = options.Challenger.Chains.FirstOrDefault(candidate => node.IsOf(candidate) == true);
                    findings.Add(node.Place, $"{node.Name} derives the chain of SystemConfig {node.SystemConfig}, not {chain.FindSystemConfig()}{(other is null ? "" : $": it is a node of {other.Name}; are the addresses exchanged?")}", null);
                }
                else if (chain.FindNetwork() is { } network && node.L2ChainId is { } itsId && itsId != network.L2ChainId)
                {
                    findings.Add(node.Place, string.Create(CultureInfo.InvariantCulture, $"{node.Name} is of chain id {itsId}, while network {network.Network} has {network.L2ChainId}"), null);
                }
                else if (node.Kind == NodeKind.Execution && node.L2ChainId is { } id && RollupIds(own, chain) is { Length: > 0 } derived && !derived.Contains(id))
                {
                    ChainOptions? other = options.Challenger.Chains.FirstOrDefault(candidate => candidate != chain && RollupIds(told, candidate).Contains(id));
                    findings.Add(
                        node.Place,
                        string.Create(CultureInfo.InvariantCulture, $"{node.Name} is of chain id {id}, while the rollup nodes derive chain id {derived[0]}{(other is null ? "" : $": it is a node of {other.Name}; are the addresses exchanged?")}"),
                        null);
                }
            }

            if (ids.Length > 1 && findings.All.Count == 0)
            {
                findings.Add(own[0].Place, $"the rollup nodes of {chain.Name} derive different chains: {string.Join(", ", own.Where(node => node.Kind == NodeKind.Rollup && node.L2ChainId is not null).Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Name}: chain id {node.L2ChainId}")))}", null);
            }
        }

        findings.ThrowIfAny();
    }

    private static ulong[] RollupIds(IEnumerable<Told> told, ChainOptions chain) =>
        [.. told.Where(node => node.Chain == chain && node.Kind == NodeKind.Rollup && node.IsOf(chain) != false).Select(node => node.L2ChainId).OfType<ulong>().Distinct()];

    private static IEnumerable<Task<Told>> AskAll(ChainOptions chain, int number, CancellationToken cancellationToken) =>
    [
        .. chain.RollupNodes.Select((node, i) => AskAsync(
            chain, $"Challenger:Chains:{number}:RollupNodes:{i}", NodeKind.Rollup, node, cancellationToken)),
        .. chain.L2ExecutionNodes.Select((node, i) => AskAsync(
            chain, $"Challenger:Chains:{number}:L2ExecutionNodes:{i}", NodeKind.Execution, node, cancellationToken)),
    ];

    private static async Task<Told> AskAsync(ChainOptions chain, string place, NodeKind kind, NodeOptions node, CancellationToken cancellationToken)
    {
        Told told = new(chain, place, kind, $"{node}");
        try
        {
            await using RpcEndpoint endpoint = new(EndpointUrl.Parse(node.Url), chain.Rpc);
            if (kind == NodeKind.Execution)
            {
                return told with { L2ChainId = await new ChainReader(endpoint).GetChainIdAsync(cancellationToken).WaitAsync(cancellationToken) };
            }

            RollupConfig config = await new RollupNode(endpoint).ConfigAsync(cancellationToken).WaitAsync(cancellationToken);
            return told with { L2ChainId = config.L2ChainId, SystemConfig = config.SystemConfig };
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException)
        {
            return told; // silent now; it is told as a danger while it stays so
        }
    }

    private sealed record Told(ChainOptions Chain, string Place, NodeKind Kind, string Name)
    {
        public ulong? L2ChainId { get; init; }

        public Address? SystemConfig { get; init; }

        // Null where it cannot be told.
        public bool? IsOf(ChainOptions chain) =>
            SystemConfig is { IsZero: false } its && chain.FindSystemConfig() is { } ours ? its == ours : null;
    }
}
