using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Devnet.Tests;

/// <summary>What counts on L1 as the rollup, and what does not.</summary>
public sealed class DerivationTests
{
    [Fact]
    public async Task Derivation_OfMinedBlocks_GivesTheExecutionNodesOutputRoots()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2 });
        Assert.Equal(5UL, await devnet.MineL2Async(3));
        RollupView view = await DeriveAsync(devnet);

        Assert.Equal([1UL, 2, 3, 4, 5], view.Blocks.Select(block => block.Number));
        foreach (DerivedBlock block in view.Blocks)
        {
            DerivedBlock read = await Batcher.ReadBlockAsync(devnet.L2, block.Number, default);
            Assert.Equal(read.Hash, block.Hash);
            Assert.Equal(read.OutputRoot, block.OutputRoot);
        }

        // Batches that are sent together may share an L1 block.
        ulong last = view.Find(5)!.L1Inclusion.Number;
        Assert.Equal(view.Blocks.Last(block => block.L1Inclusion.Number < last), view.SafeHeadAt(last - 1));
        Assert.Null(view.SafeHeadAt(0));
    }

    [Fact]
    public async Task Batch_FromAnotherContract_ChangesNothing()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        string artifact = File.ReadAllText(Checkout.PathOf("devnet", "artifacts", "BatchForger.json"));
        byte[] code = Hex.Decode(System.Text.Json.Nodes.JsonNode.Parse(artifact)!["bytecode"]!["object"]!.GetValue<string>());
        Address forger = (await devnet.SendAsync(DevnetAccounts.Dishonest, null, code)).ContractAddress!.Value;
        devnet.Batcher.Pause();
        await devnet.MineL2Async();

        DerivedBlock next = await Batcher.ReadBlockAsync(devnet.L2, 2, default);
        RpcReceipt forged = await devnet.SendAsync(
            DevnetAccounts.Dishonest, forger, InboxAbi.PostData(next.Header.Encode(), next.MessagePasserStorageRoot));

        Assert.True(InboxAbi.Batch.IsIn(Assert.Single(forged.Logs).Topics));
        Assert.Equal(1UL, (await DeriveAsync(devnet)).SafeHead!.Number);
    }

    [Fact]
    public async Task Batch_FromAnybodyElse_Reverts()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        DerivedBlock first = (await DeriveAsync(devnet)).Genesis!;
        byte[] post = InboxAbi.PostData(first.Header.Encode(), first.MessagePasserStorageRoot);

        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            () => devnet.SendAsync(DevnetAccounts.Dishonest, DevnetAddresses.BatchInbox, post));
        Assert.Equal(RpcErrorKind.Revert, refused.Kind);
        Assert.Equal(InboxAbi.NotBatcher.Selector.ToString(), Hex.Encode(refused.RevertData.Span));
        Assert.False((await devnet.SendAsync(DevnetAccounts.Dishonest, DevnetAddresses.BatchInbox, post, gas: 200_000)).Succeeded);
    }

    [Fact]
    public async Task Batch_ThatDoesNotFollow_IsIgnoredAndTheTrueOneStillCounts()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        DerivedBlock genesis = (await DeriveAsync(devnet)).Genesis!;
        devnet.Batcher.Pause();
        await devnet.MineL2Async(2);
        DerivedBlock third = await Batcher.ReadBlockAsync(devnet.L2, 3, default);
        byte[] wrongParent = (await Batcher.ReadBlockAsync(devnet.L2, 2, default)).Header.Encode();
        wrongParent[4] ^= 1;

        byte[][] headers = [third.Header.Encode(), wrongParent, genesis.Header.Encode(), [0xc0], [0xff, 1], []];
        foreach (byte[] header in headers)
        {
            RpcReceipt posted = await devnet.SendAsync(
                DevnetAccounts.Batcher, DevnetAddresses.BatchInbox, InboxAbi.PostData(header, third.MessagePasserStorageRoot));
            Assert.True(posted.Succeeded);
            Assert.Equal(1UL, (await DeriveAsync(devnet)).SafeHead!.Number);
        }

        await devnet.Batcher.ResumeAsync();
        RollupView view = await DeriveAsync(devnet);
        Assert.Equal(third.Hash, view.SafeHead!.Hash);
    }

    [Fact]
    public async Task Reorg_TakesBatchesBackAndTheBatcherPostsThemAgain()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        RollupDerivation derivation = new(devnet.L1);
        for (int i = 0; i < 3; i++)
        {
            await devnet.MineL2Async();
        }

        Assert.Equal(4UL, (await derivation.AdvanceAsync(null, default)).SafeHead!.Number);

        await devnet.L1.Rpc.RequestAsync(new RpcRequest("anvil_reorg", 2, new System.Text.Json.Nodes.JsonArray()), default);
        RollupView after = await derivation.AdvanceAsync(null, default);
        Assert.Equal(2UL, after.SafeHead!.Number);
        Assert.Equal((await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Hash, after.L1Head.Hash);

        Assert.Equal(2, await devnet.Batcher.PostPendingAsync());
        Assert.Equal(4UL, (await derivation.AdvanceAsync(null, default)).SafeHead!.Number);
    }

    [Fact]
    public async Task PausedBatcher_HoldsBackAndCatchesUp()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        devnet.Batcher.Pause();
        ulong l1 = await devnet.L1.GetBlockNumberAsync(default);
        await devnet.MineL2Async(3);
        Assert.Equal(l1, await devnet.L1.GetBlockNumberAsync(default));
        Assert.Equal(1UL, (await DeriveAsync(devnet)).SafeHead!.Number);

        await devnet.Batcher.ResumeAsync();
        Assert.Equal(4UL, (await DeriveAsync(devnet)).SafeHead!.Number);
    }

    [Fact]
    public async Task Warp_MovesBothClocksAlike()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        ulong l1 = (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Timestamp;
        ulong l2 = (await devnet.L2.GetBlockAsync(BlockRef.Latest, default)).Timestamp;
        await devnet.WarpAsync(TimeSpan.FromSeconds(1000));
        Assert.InRange((await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Timestamp, l1 + 1000, l1 + 1060);
        Assert.InRange((await devnet.L2.GetBlockAsync(BlockRef.Latest, default)).Timestamp, l2 + 1000, l2 + 1060);
    }

    [Fact]
    public async Task Devnets_SideBySide_AreTwo()
    {
        Task<LocalDevnet> start = LocalDevnet.StartAsync();
        await using LocalDevnet one = await LocalDevnet.StartAsync(new DevnetOptions { GenesisTime = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000) });
        await using LocalDevnet two = await start;
        await one.MineL2Async(2);
        Assert.Equal(3UL, (await DeriveAsync(one)).SafeHead!.Number);
        Assert.Equal(1UL, (await DeriveAsync(two)).SafeHead!.Number);
        Assert.Equal(one.Addresses.SystemConfig, two.Addresses.SystemConfig);
    }

    private static Task<RollupView> DeriveAsync(LocalDevnet devnet) => new RollupDerivation(devnet.L1).AdvanceAsync(null, default);
}
