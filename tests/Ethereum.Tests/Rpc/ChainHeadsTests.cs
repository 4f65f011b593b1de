using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// A head that stands still is noticed, told, and asked of another endpoint. Before, a stopped node gave good cycles for ever, and the second
/// endpoint was never asked.
/// </summary>
public sealed class ChainHeadsTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private readonly ManualTime _time = new(Start);
    private Pair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await Pair.StartAsync(Pair.Options with { ExpectedChainId = 900 }, _time);
        Mine(_pair.First, 100);
        Mine(_pair.Second, 100);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task While_both_go_on_the_preferred_one_is_asked()
    {
        for (ulong block = 101; block < 130; block++)
        {
            _time.Advance(TimeSpan.FromSeconds(12));
            Mine(_pair.First, block);
            Mine(_pair.Second, block + 3); // a little ahead, as others are
            ChainHead head = await LookAsync();
            Assert.Equal((block, EndpointUrl.Parse(_pair.First.Url), false), (head.Number, head.From, head.StandsStill));
            Assert.Equal(TimeSpan.Zero, head.Unchanged);
            Assert.Empty(_pair.Rpc.Dangers);
        }
    }

    [Theory]
    [InlineData("stands")]
    [InlineData("jumps between two machines that stand")]
    [InlineData("goes on with old blocks")]
    public async Task An_endpoint_whose_head_does_not_go_on_is_put_behind_for_all_requests_until_it_does(string fault)
    {
        await LookAsync();
        int seconds = 0;
        ChainHead head = await LookAsync();
        for (ulong block = 101; head.From.Equals(EndpointUrl.Parse(_pair.First.Url)) && seconds < 300; block++)
        {
            seconds += 12;
            _time.Advance(TimeSpan.FromSeconds(12));
            Mine(_pair.Second, block);
            switch (fault)
            {
                case "jumps between two machines that stand": _pair.First.Head = block % 2 == 0 ? 100UL : 98UL; break;
                case "goes on with old blocks":
                    _pair.First.Head = block / 2 + 50;
                    _pair.First.HeadTime = (ulong)Start.ToUnixTimeSeconds();
                    break;
                default: break;
            }

            head = await LookAsync();
        }

        Assert.InRange(seconds, 90, 120);
        Assert.Equal(_pair.Second.Head, head.Number);
        Assert.False(head.StandsStill);
        Danger danger = Assert.Single(_pair.Rpc.Dangers);
        Assert.Equal(("head-stands-still", DangerSeverity.Warn), (danger.Code, danger.Severity));

        int posts = _pair.First.Posts.Count;
        await _pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        Assert.Equal(posts, _pair.First.Posts.Count);

        // It goes on again: seen at the next look at the others, and preferred again.
        for (ulong block = 200; block < 204; block++)
        {
            _time.Advance(TimeSpan.FromSeconds(13));
            Mine(_pair.First, block);
            Mine(_pair.Second, block);
            await LookAsync();
        }

        Assert.Empty(_pair.Rpc.Dangers);
        Assert.Equal(EndpointUrl.Parse(_pair.First.Url), (await LookAsync()).From);
    }

    [Fact]
    public async Task A_node_that_had_stopped_before_the_start_is_seen_at_the_first_look()
    {
        _time.Advance(TimeSpan.FromHours(5));
        Mine(_pair.Second, 1600);
        ChainHead head = await LookAsync();
        Assert.Equal((1600UL, false), (head.Number, head.StandsStill));
    }

    [Fact]
    public async Task When_all_stand_it_is_said_and_reading_goes_on()
    {
        await LookAsync();
        for (int i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(12));
            await LookAsync();
        }

        ChainHead head = await LookAsync();
        Assert.Equal((100UL, true, 120.0), (head.Number, head.StandsStill, head.Unchanged.TotalSeconds));
        Danger danger = Assert.Single(_pair.Rpc.Dangers);
        Assert.Equal(("head-stands-still", DangerSeverity.Page, "all endpoints"), (danger.Code, danger.Severity, danger.Subject));
        Assert.Equal(0, (await _pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
    }

    [Fact]
    public async Task A_liar_about_a_far_head_does_not_push_a_good_endpoint_aside()
    {
        for (ulong block = 101; block < 115; block++)
        {
            _time.Advance(TimeSpan.FromSeconds(12));
            Mine(_pair.First, block);
            Mine(_pair.Second, 1_000_000 + block);
            Assert.Equal(block, (await LookAsync()).Number);
        }
    }

    [Fact]
    public async Task The_clock_of_a_chain_whose_time_was_moved_is_configured()
    {
        await using Pair pair = await Pair.StartAsync(Pair.Options with { ExpectedChainId = 900, ClockOffsetSeconds = -86_400 }, _time);
        pair.First.HeadTime = (ulong)Start.ToUnixTimeSeconds() - 86_400 - 5;
        ChainHead head = await pair.Rpc.Heads.HeadAsync(None);
        Assert.Equal((5.0, false), (head.Age.TotalSeconds, head.StandsStill));
    }

    // The look at the other endpoint is waited for, since the clock jumps.
    private async Task<ChainHead> LookAsync()
    {
        ChainHead head = await _pair.Rpc.Heads.HeadAsync(None);
        await _pair.Rpc.Heads.Looking;
        return head;
    }

    private void Mine(MisbehavingNode node, ulong block)
    {
        node.Head = block;
        node.HeadTime = (ulong)_time.GetUtcNow().ToUnixTimeSeconds();
    }
}
