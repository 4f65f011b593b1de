using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// A long scan whose first endpoint answers each round trip quickly is nobody else's work. Before, its patience was one for the whole: every
/// long scan was sent whole to the second and the third endpoint too.
/// </summary>
public sealed class ProgressTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ManualTime _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private Pair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await Pair.StartAsync(Pair.Options with { ExpectedChainId = 900, MaxBatchSize = 5 }, _time);
        _pair.First.ProbesToo = false;
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_goes_on_is_waited_for()
    {
        _pair.First.Instead = (_, _) =>
        {
            _time.Advance(TimeSpan.FromSeconds(0.6)); // less than its patience of one second
            return Task.FromResult(false);
        };

        IReadOnlyList<RpcReply> replies = await _pair.Rpc.BatchAsync(RpcEndpointTests.Requests(60), None);

        Assert.Equal(Enumerable.Range(0, 60), replies.Select(r => r.Result.GetInt32()));
        Assert.Equal(12, _pair.First.Posts.Count);
        Assert.Empty(_pair.Second.Posts);
    }

    [Fact]
    public async Task One_that_stops_half_way_is_not()
    {
        int posts = 0;
        _pair.First.Instead = async (context, _) =>
        {
            bool stops = ++posts > 6;
            _time.Advance(TimeSpan.FromSeconds(stops ? 1.2 : 0.6));
            if (stops)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return stops;
        };

        IReadOnlyList<RpcReply> replies = await _pair.Rpc.BatchAsync(RpcEndpointTests.Requests(60), None);

        Assert.Equal(Enumerable.Range(0, 60), replies.Select(r => r.Result.GetInt32()));
        Assert.Equal((7, 12), (posts, _pair.Second.Posts.Count));
    }
}
