using System.Globalization;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>
/// Two local chains with dispute contracts on the first (the package's, or our twins of newer ones) and a small rollup between them: a batcher
/// publishes L2 blocks on L1, and a rollup node derives them from there. Everything ends with this process, however that ends.
/// </summary>
public sealed class LocalDevnet : IAsyncDisposable
{
    // Without this anvil writes the state of every older block to disk: thousands of blocks with games fill tens of gigabytes.
    private static readonly string[] RecentStatesOnly = ["--prune-history", "400"];

    private readonly Stack<IAsyncDisposable> _parts;
    private readonly List<DevnetRollupNode> _nodes = [];
    private readonly DevnetSender _sender;

    private LocalDevnet(DevnetOptions options, Stack<IAsyncDisposable> parts, Chain l1, Chain l2, DevnetAddresses addresses, DevnetAddresses? former)
    {
        Options = options;
        _parts = parts;
        L1Url = l1.Url;
        L2Url = l2.Url;
        L1 = l1.Client;
        L2 = l2.Client;
        Ended = Task.WhenAny(l1.Ended, l2.Ended);
        Addresses = addresses;
        FormerAddresses = former;
        _sender = new DevnetSender(L1, options.L1ChainId);
        Batcher = new Batcher(L1, L2, _sender);
    }

    /// <summary>What it was made of.</summary>
    public DevnetOptions Options { get; }

    /// <summary>The L1 node's address, HTTP; WebSocket is served on the same port.</summary>
    public string L1Url { get; }

    /// <summary>The L2 execution node's address.</summary>
    public string L2Url { get; }

    /// <summary>Ends when one of the chains' nodes does: on disposal, or because somebody killed it.</summary>
    public Task Ended { get; }

    /// <summary>A client of L1.</summary>
    public ChainReader L1 { get; }

    /// <summary>A client of L2.</summary>
    public ChainReader L2 { get; }

    /// <summary>The contracts.</summary>
    public DevnetAddresses Addresses { get; }

    /// <summary>The contracts that the chain had before; null where it had none.</summary>
    public DevnetAddresses? FormerAddresses { get; }

    /// <summary>Publishes L2 blocks on L1.</summary>
    public Batcher Batcher { get; }

    /// <summary>The first rollup node.</summary>
    public DevnetRollupNode RollupNode => _nodes[0];

    /// <summary>
    /// Starts both chains, deploys the contracts, publishes the first L2 blocks and serves a rollup node. L2 block 1 is the rollup's
    /// genesis, since anvil's block 0 has no usable state root.
    /// </summary>
    /// <exception cref="DevnetException">A package is missing, an option does not fit, or a part failed; nothing is left running.</exception>
    public static async Task<LocalDevnet> StartAsync(DevnetOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DevnetOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InitialL2Blocks, 1);
        NpmPackages packages = NpmPackages.Find(options.PackagesFolder);
        Stack<IAsyncDisposable> parts = [];
        try
        {
            Task<Chain> startL1 = Chain.StartAsync(
                packages, options, options.L1ChainId, ["--no-mining", "--slots-in-an-epoch", Text(options.SlotsPerEpoch), .. RecentStatesOnly], parts, cancellationToken);
            Task<Chain> startL2 = Chain.StartAsync(packages, options, options.L2ChainId, ["--optimism"], parts, cancellationToken);
            await Task.WhenAll(startL1, startL2).ConfigureAwait(false);
            Chain l1 = await startL1.ConfigureAwait(false);
            Chain l2 = await startL2.ConfigureAwait(false);

            await PrepareL2Async(packages, options, l2.Client, cancellationToken).ConfigureAwait(false);
            (DevnetAddresses addresses, DevnetAddresses? former) = await DeployAsync(packages, options, l1.Client, l2.Client, cancellationToken).ConfigureAwait(false);
            LocalDevnet devnet = new(options, parts, l1, l2, addresses, former);
            await devnet.StartMiningAsync(cancellationToken).ConfigureAwait(false);
            await devnet.StartRollupNodeAsync(cancellationToken).ConfigureAwait(false);
            return devnet;
        }
        catch
        {
            await StopAsync(parts).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts one more rollup node with faults of its own; it ends with the devnet.</summary>
    public async Task<DevnetRollupNode> StartRollupNodeAsync(CancellationToken cancellationToken = default)
    {
        DevnetRollupNode node = await DevnetRollupNode.StartAsync(this, cancellationToken).ConfigureAwait(false);
        lock (_parts)
        {
            _parts.Push(node);
        }

        _nodes.Add(node);
        return node;
    }

    /// <summary>
    /// Mines L2 blocks and lets the batcher publish them (which mines L1 blocks), unless it is paused. Batches of one call may share an L1
    /// block; those of separate calls do not.
    /// </summary>
    /// <returns>L2's new height.</returns>
    public async Task<ulong> MineL2Async(int count = 1, CancellationToken cancellationToken = default)
    {
        await MineAsync(L2, count, cancellationToken).ConfigureAwait(false);
        await Batcher.PostPendingAsync(cancellationToken).ConfigureAwait(false);
        return await L2.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Mines L1 blocks.</summary>
    /// <returns>L1's new height.</returns>
    public async Task<ulong> MineL1Async(int count = 1, CancellationToken cancellationToken = default)
    {
        await MineAsync(L1, count, cancellationToken).ConfigureAwait(false);
        return await L1.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves both chains' clocks forward alike, mines a block on each, and lets the batcher publish L2's, unless it is paused.</summary>
    /// <param name="time">At least one second; whole seconds.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task WarpAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromSeconds(1));
        foreach (ChainReader chain in new[] { L1, L2 })
        {
            await chain.Rpc.RequestAsync(new RpcRequest("evm_increaseTime", Hex.Quantity((ulong)time.TotalSeconds)), cancellationToken).ConfigureAwait(false);
            await MineAsync(chain, 1, cancellationToken).ConfigureAwait(false);
        }

        await Batcher.PostPendingAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends a transaction of one of the accounts to L1 and waits until it is mined. Without a gas limit it gets half more than is estimated;
    /// with one it is mined even if it reverts, and the receipt says so.
    /// </summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The target; null creates a contract.</param>
    /// <param name="data">Call data or creation code.</param>
    /// <param name="value">Wei sent along.</param>
    /// <param name="gas">The gas limit.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="RpcException">The estimate reverts (then with the revert's data), or the node refuses the transaction.</exception>
    /// <exception cref="DevnetException">It was not mined in time.</exception>
    public async Task<RpcReceipt> SendAsync(
        DevnetAccount from,
        Address? to,
        ReadOnlyMemory<byte> data,
        UInt256 value = default,
        ulong? gas = null,
        CancellationToken cancellationToken = default)
    {
        CallRequest call = new() { To = to, Data = data, Value = value, Gas = gas };
        return (await _sender.SendAsync(from, [call], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(_parts).ConfigureAwait(false);
        _sender.Dispose();
    }

    private static async Task StopAsync(Stack<IAsyncDisposable> parts)
    {
        while (true)
        {
            IAsyncDisposable? part;
            lock (parts)
            {
                if (!parts.TryPop(out part))
                {
                    return;
                }
            }

            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task PrepareL2Async(NpmPackages packages, DevnetOptions options, ChainReader l2, CancellationToken cancellationToken)
    {
        byte[] code = ContractArtifact.FromPackage(packages, "L2ToL1MessagePasser").RuntimeCode;
        await l2.Rpc.RequestAsync(
            new RpcRequest("anvil_setCode", OutputRoot.MessagePasser.ToString(), Hex.Encode(code)), cancellationToken).ConfigureAwait(false);
        await MineAsync(l2, options.InitialL2Blocks, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(DevnetAddresses Addresses, DevnetAddresses? Former)> DeployAsync(
        NpmPackages packages, DevnetOptions options, ChainReader l1, ChainReader l2, CancellationToken cancellationToken)
    {
        DeploymentPlan plan = new();
        Address inbox = plan.Create(DevnetAccounts.Batcher, "BatchInbox", ContractArtifact.Own("BatchInbox"));
        Dictionary<ulong, Hash32> outputs = [];
        for (ulong number = 1; number <= (ulong)options.InitialL2Blocks; number++)
        {
            DerivedBlock block = await Batcher.ReadBlockAsync(l2, number, cancellationToken).ConfigureAwait(false);
            byte[] data = InboxAbi.PostData(block.Header.Encode(), block.MessagePasserStorageRoot);
            plan.Call(DevnetAccounts.Batcher, inbox, $"post L2 block {number}", data);
            outputs[number] = block.OutputRoot;
        }

        IReadOnlyList<DevnetGameType> types = DevnetGameType.AllOf(options);
        Dictionary<uint, DevnetAnchor> anchors = types.ToDictionary(type => type.Type, type => AnchorOf(type, outputs));
        DevnetAddresses addresses = ContractsOf(options.Generation);
        DevnetAddresses? former = options.Former is { } generation ? ContractsOf(generation) : null;
        await Deployment.RunAsync(l1, options.L1ChainId, plan, cancellationToken).ConfigureAwait(false);
        if (options.Generation != DevnetGeneration.V1 || options.Former is not (null or DevnetGeneration.V1))
        {
            // A registry of 2.x counts games of its own first second as retired.
            await l1.Rpc.RequestAsync(new RpcRequest("evm_increaseTime", 1), cancellationToken).ConfigureAwait(false);
            await MineAsync(l1, 1, cancellationToken).ConfigureAwait(false);
        }

        return (addresses, former);

        DevnetAddresses ContractsOf(DevnetGeneration generation) => generation == DevnetGeneration.V1
            ? new DisputeContracts(packages, options, plan).Add(types, anchors)
            : new TwinContracts(packages, options, plan).Add(types, anchors);
    }

    private static DevnetAnchor AnchorOf(DevnetGameType type, Dictionary<ulong, Hash32> outputs) =>
        type.Anchor
        ?? (outputs.TryGetValue(type.AnchorL2Block, out Hash32 root)
            ? new DevnetAnchor(root, type.AnchorL2Block)
            : throw new DevnetException(
                $"game type {type.Type} is anchored at L2 block {type.AnchorL2Block}, but only blocks 1 to {outputs.Count} exist at deployment; raise InitialL2Blocks"));

    private async Task StartMiningAsync(CancellationToken cancellationToken)
    {
        if (Options.BlockTime is not { } time)
        {
            await L1.Rpc.RequestAsync(new RpcRequest("evm_setAutomine", true), cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (ChainReader chain in new[] { L1, L2 })
        {
            await chain.Rpc.RequestAsync(new RpcRequest("evm_setIntervalMining", (ulong)time.TotalSeconds), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task MineAsync(ChainReader chain, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        await chain.Rpc.RequestAsync(new RpcRequest("anvil_mine", Hex.Quantity((ulong)count)), cancellationToken).ConfigureAwait(false);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
