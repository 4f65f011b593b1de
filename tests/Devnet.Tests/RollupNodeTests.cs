using System.Diagnostics;
using System.Text.Json;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet.Tests;

/// <summary>The rollup node's answers, and each of its lies and failures, as a client sees them.</summary>
public sealed class RollupNodeTests
{
    [Fact]
    public async Task HonestNode_TellsWhatL1Tells()
    {
        await using Scene scene = await Scene.StartAsync();
        RollupView view = await scene.DeriveAsync();
        SyncStatus status = await scene.Node.SyncStatusAsync(default);
        Assert.Equal(view.L1Head, status.CurrentL1);
        Assert.Equal(view.SafeHead!.Id, status.SafeL2);
        Assert.Equal(view.SafeHead!.Id, status.UnsafeL2);

        foreach (DerivedBlock block in view.Blocks)
        {
            ToldOutput told = await scene.Node.OutputAtBlockAsync(block.Number, default);
            Assert.Equal((block.Id, block.OutputRoot), (told.Block, told.OutputRoot));
            Assert.Equal((block.Header.StateRoot, block.MessagePasserStorageRoot), (told.StateRoot, told.MessagePasserStorageRoot));
            DerivedBlock safe = view.SafeHeadAt(block.L1Inclusion.Number)!;
            Assert.Equal((safe.L1Inclusion, safe.Id), await scene.SafeHeadAsync(block.L1Inclusion.Number));
        }

        JsonElement config = await scene.AskAsync("optimism_rollupConfig");
        Assert.Equal(901UL, config.GetProperty("l2_chain_id").GetUInt64());
        Assert.Equal(view.Genesis!.Hash.ToString(), config.GetProperty("genesis").GetProperty("l2").GetProperty("hash").GetString());
        Assert.Equal("gavel-devnet", (await scene.AskAsync("optimism_version")).GetString());
    }

    [Fact]
    public async Task UnknownMethodAndBadParameters_AreJsonRpcErrors()
    {
        await using Scene scene = await Scene.StartAsync();
        Assert.Equal(-32601, (await FailsAsync(() => scene.AskAsync("optimism_nothing"))).Code);
        Assert.Equal(-32602, (await FailsAsync(() => scene.AskAsync("optimism_outputAtBlock", "latest"))).Code);
        Assert.Equal(-32602, (await FailsAsync(() => scene.AskAsync("optimism_outputAtBlock", 1))).Code);
        Assert.Contains("not found", (await FailsAsync(() => scene.Node.OutputAtBlockAsync(99, default))).Message, StringComparison.Ordinal);
        Assert.Contains("safe head not found", (await FailsAsync(() => scene.SafeHeadAsync(0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lag_ShowsInTheStatusAndHidesLaterBlocks()
    {
        await using Scene scene = await Scene.StartAsync();
        RollupView view = await scene.DeriveAsync();
        DerivedBlock second = view.Find(2)!;
        scene.Faults.LagAtL1Block = second.L1Inclusion.Number;

        SyncStatus status = await scene.Node.SyncStatusAsync(default);
        Assert.Equal(second.L1Inclusion, status.CurrentL1);
        Assert.Equal(view.L1Head, status.HeadL1);
        Assert.Equal(second.Id, status.SafeL2);
        Assert.Equal(second.Id, (await scene.SafeHeadAsync(view.L1Head.Number)).SafeHead);
        await FailsAsync(() => scene.Node.OutputAtBlockAsync(3, default));

        scene.Faults.Clear();
        Assert.Equal(view.SafeHead!.Id, (await scene.Node.SyncStatusAsync(default)).SafeL2);
    }

    [Fact]
    public async Task StaleSafeHead_ContradictsTheStatus()
    {
        await using Scene scene = await Scene.StartAsync();
        RollupView view = await scene.DeriveAsync();
        scene.Faults.StaleSafeHead = 2;
        Assert.Equal(view.Find(2)!.Id, (await scene.SafeHeadAsync(view.L1Head.Number)).SafeHead);
        Assert.Equal(view.SafeHead!.Id, (await scene.Node.SyncStatusAsync(default)).SafeL2);

        scene.Faults.NoSafeHeadRecord = true;
        await FailsAsync(() => scene.SafeHeadAsync(view.L1Head.Number));
    }

    [Fact]
    public async Task WrongFork_IsAChainOfItsOwn()
    {
        await using Scene scene = await Scene.StartAsync();
        RollupView view = await scene.DeriveAsync();
        scene.Faults.L2ForkFrom = 3;
        Assert.Equal(view.Find(2)!.Id, (await scene.Node.OutputAtBlockAsync(2, default)).Block);
        ToldOutput third = await scene.Node.OutputAtBlockAsync(3, default);
        ToldOutput fourth = await scene.Node.OutputAtBlockAsync(4, default);
        Assert.NotEqual(view.Find(3)!.Hash, third.Block.Hash);
        Assert.Equal(OutputRoot.Compute(third.StateRoot, third.MessagePasserStorageRoot, third.Block.Hash), third.OutputRoot);
        JsonElement reference = (await scene.AskAsync("optimism_outputAtBlock", "0x4")).GetProperty("blockRef");
        Assert.Equal(third.Block.Hash.ToString(), reference.GetProperty("parentHash").GetString());
        Assert.Equal(fourth.Block, (await scene.Node.SyncStatusAsync(default)).SafeL2);

        scene.Faults.Clear();
        scene.Faults.L1ForkFrom = view.L1Head.Number;
        Assert.NotEqual(view.L1Head.Hash, (await scene.Node.SyncStatusAsync(default)).CurrentL1.Hash);
    }

    [Fact]
    public async Task WrongRoots_AreToldWithAndWithoutFittingFields()
    {
        await using Scene scene = await Scene.StartAsync();
        DerivedBlock third = (await scene.DeriveAsync()).Find(3)!;
        Hash32 lie = Keccak256.Hash("lie"u8);
        scene.Faults.WrongOutputs[3] = lie;
        ToldOutput bare = await scene.Node.OutputAtBlockAsync(3, default);
        Assert.Equal((lie, third.Header.StateRoot, third.Id), (bare.OutputRoot, bare.StateRoot, bare.Block));

        scene.Faults.Clear();
        scene.Faults.WrongStateFrom = 3;
        ToldOutput fitting = await scene.Node.OutputAtBlockAsync(3, default);
        Assert.NotEqual(third.OutputRoot, fitting.OutputRoot);
        Assert.Equal(OutputRoot.Compute(fitting.StateRoot, fitting.MessagePasserStorageRoot, fitting.Block.Hash), fitting.OutputRoot);
        Assert.NotEqual(third.OutputRoot, (await scene.Node.OutputAtBlockAsync(4, default)).OutputRoot);
        Assert.Equal((await scene.DeriveAsync()).Find(2)!.OutputRoot, (await scene.Node.OutputAtBlockAsync(2, default)).OutputRoot);
    }

    [Theory]
    [InlineData(WireFault.Unavailable, RpcErrorKind.Network)]
    [InlineData(WireFault.RateLimited, RpcErrorKind.RateLimit)]
    [InlineData(WireFault.Disconnect, RpcErrorKind.Network)]
    [InlineData(WireFault.Garbage, RpcErrorKind.Malformed)]
    [InlineData(WireFault.Truncated, RpcErrorKind.Malformed)]
    [InlineData(WireFault.Hang, RpcErrorKind.Timeout)]
    public async Task WireFaults_LookLikeThemselves(WireFault fault, RpcErrorKind kind)
    {
        await using Scene scene = await Scene.StartAsync();
        scene.Faults.Wire = fault;
        Assert.Equal(kind, (await FailsAsync(() => scene.Node.SyncStatusAsync(default))).Kind);
    }

    [Fact]
    public async Task ErrorsSlownessAndFlakiness_AreAsTold()
    {
        await using Scene scene = await Scene.StartAsync();
        scene.Faults.Errors["optimism_syncStatus"] = (-32005, "busy");
        Assert.Equal(-32005, (await FailsAsync(() => scene.Node.SyncStatusAsync(default))).Code);
        await scene.Node.OutputAtBlockAsync(1, default);

        scene.Faults.Clear();
        scene.Faults.Delay = TimeSpan.FromMilliseconds(300);
        Stopwatch watch = Stopwatch.StartNew();
        await scene.Node.SyncStatusAsync(default);
        Assert.True(watch.ElapsedMilliseconds >= 290);

        scene.Faults.Clear();
        scene.Faults.FlakyRequests = 1;
        await FailsAsync(() => scene.Node.SyncStatusAsync(default));
        await scene.Node.SyncStatusAsync(default);
    }

    [Fact]
    public async Task SecondNode_HasFaultsOfItsOwn()
    {
        await using Scene scene = await Scene.StartAsync();
        DevnetRollupNode liar = await scene.Devnet.StartRollupNodeAsync();
        liar.Faults.WrongOutputs[1] = Hash32.Zero;
        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(liar.Url));
        Assert.Equal(Hash32.Zero, (await new RollupNode(endpoint).OutputAtBlockAsync(1, default)).OutputRoot);
        Assert.NotEqual(Hash32.Zero, (await scene.Node.OutputAtBlockAsync(1, default)).OutputRoot);
    }

    private static Task<RpcException> FailsAsync(Func<Task> ask) => Assert.ThrowsAsync<RpcException>(ask);

    /// <summary>Four L2 blocks on L1, and a client that neither retries nor waits long.</summary>
    private sealed class Scene(LocalDevnet devnet, RpcEndpoint endpoint) : IAsyncDisposable
    {
        public LocalDevnet Devnet => devnet;

        public RollupNode Node { get; } = new(endpoint);

        public RollupNodeFaults Faults => devnet.RollupNode.Faults;

        public static async Task<Scene> StartAsync()
        {
            LocalDevnet devnet = await LocalDevnet.StartAsync();
            for (int i = 0; i < 3; i++)
            {
                await devnet.MineL2Async(); // one L1 block for each
            }

            RpcOptions options = new() { TimeoutSeconds = 2, PatienceSeconds = 1, MaxRetries = 0 };
            return new Scene(devnet, new RpcEndpoint(EndpointUrl.Parse(devnet.RollupNode.Url), options));
        }

        public Task<RollupView> DeriveAsync() => new RollupDerivation(devnet.L1).AdvanceAsync(null, default);

        public Task<JsonElement> AskAsync(string method, params System.Text.Json.Nodes.JsonNode?[] parameters) =>
            endpoint.RequestAsync(new RpcRequest(method, parameters), default);

        public async Task<(BlockId L1Block, BlockId SafeHead)> SafeHeadAsync(ulong l1Block)
        {
            JsonElement answer = await AskAsync("optimism_safeHeadAtL1Block", Hex.Quantity(l1Block));
            return (Read("l1Block"), Read("safeHead"));

            BlockId Read(string name) => new(
                Hash32.Parse(answer.GetProperty(name).GetProperty("hash").GetString()!), answer.GetProperty(name).GetProperty("number").GetUInt64());
        }

        public async ValueTask DisposeAsync()
        {
            await endpoint.DisposeAsync();
            await devnet.DisposeAsync();
        }
    }
}
