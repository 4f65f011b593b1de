using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.Rollup;

namespace Gavel.Chains.Tests;

/// <summary>
/// One answer about the head that is not true of any block, or is of another chain behind the same address, passes: the next true heads are
/// taken. A view that believed it for good would see no move of any opponent any more, while every cycle is good.
/// </summary>
public sealed class HeadThatIsNoneTests : IAsyncLifetime
{
    private readonly WatchedDevnet _net = new();

    public Task InitializeAsync() => _net.InitializeAsync();

    public Task DisposeAsync() => _net.DisposeAsync();

    [Fact]
    public async Task HeadWithAWrongNumber_IsNotBelieved_NotEvenAsTheFirst()
    {
        L1View head = await L1View.OfHeadAsync(_net.L1, default);
        L1View far = head with { Block = head.Block with { Number = head.Block.Number + 0x10000 } };
        ViewHistory views = new(_net.L1);
        await Assert.ThrowsAsync<RpcException>(() => views.TakeAsync(far, default));
        Assert.Equal(HeadCourse.Onward, (await views.TakeAsync(head, default)).Course);
        await Assert.ThrowsAsync<RpcException>(() => views.TakeAsync(far, default));
        Assert.Equal(HeadCourse.Same, (await views.TakeAsync(head, default)).Course);
    }

    [Fact]
    public async Task HeadOfAnotherChainFarAhead_IsNotBelieved()
    {
        L1View head = await L1View.OfHeadAsync(_net.L1, default);
        ViewHistory views = new(_net.L1);
        await views.TakeAsync(head, default);
        L1View other = new(new BlockId(Samples.Hash("another chain"), head.Block.Number + 5_000), head.Timestamp + 60_000, Samples.Hash("its parent"));
        await Assert.ThrowsAsync<RpcException>(() => views.TakeAsync(other, default));
        await _net.Devnet.MineL1Async();
        Assert.Equal(HeadCourse.Onward, (await views.TakeAsync(await L1View.OfHeadAsync(_net.L1, default), default)).Course);
    }

    [Fact]
    public async Task NextBlockThatWasNone_GivesWayToTheTrueChain()
    {
        // It fits behind the last view, so nothing shows at once that it is no block; it is as high as the chain becomes later.
        L1View head = await L1View.OfHeadAsync(_net.L1, default);
        ViewHistory views = new(_net.L1);
        await views.TakeAsync(head, default);
        L1View none = new(new BlockId(Samples.Hash("no block"), head.Block.Number + 1), head.Timestamp + 12, head.Block.Hash);
        Assert.Equal(HeadCourse.Onward, (await views.TakeAsync(none, default)).Course);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(HeadCourse.Behind, (await views.TakeAsync(head, default)).Course);
        }

        HeadChange back = await views.TakeAsync(head, default);
        Assert.Equal((HeadCourse.Forked, head), (back.Course, back.View)); // what was read at the false view is read again
        await _net.Devnet.MineL1Async();
        L1View next = await L1View.OfHeadAsync(_net.L1, default);
        Assert.Equal((HeadCourse.Onward, next), ((await views.TakeAsync(next, default)).Course, next));
    }

    [Fact]
    public async Task LowerHeads_HoweverManyInARow_TakeNothingBack_WhileTheLastViewStands()
    {
        L1View low = await L1View.OfHeadAsync(_net.L1, default);
        await _net.Devnet.MineL1Async();
        await _net.Devnet.MineL1Async();
        L1View high = await L1View.OfHeadAsync(_net.L1, default);
        ViewHistory views = new(_net.L1);
        await views.TakeAsync(low, default);
        await views.TakeAsync(high, default);
        for (int i = 0; i < 10; i++)
        {
            HeadChange change = await views.TakeAsync(low, default);
            Assert.Equal((HeadCourse.Behind, high), (change.Course, change.View));
        }
    }
}
