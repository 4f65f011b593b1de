namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>An endpoint whose answer was proven false is asked no more until it is taken back, whatever its health; the last one is kept.</summary>
public sealed class LeftOutEndpointTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Options = Pair.Options with { ExpectedChainId = 900 };

    [Fact]
    public async Task It_is_not_asked_and_no_danger_of_health_until_it_is_taken_back()
    {
        await using Pair pair = await Pair.StartAsync(Options);
        EndpointUrl first = pair.Rpc.Endpoints[0].Url;
        await AskAsync(pair.Rpc);
        Assert.Single(pair.First.Posts);
        Assert.True(pair.Rpc.LeaveOut(first, "it tells another root"));
        await AskAsync(pair.Rpc);
        await pair.Rpc.Heads.HeadAsync(None);
        await pair.Rpc.Heads.Looking;
        Assert.Single(pair.First.Posts);
        Assert.Empty(pair.Rpc.Dangers); // who left it out tells it, with the proof

        pair.Rpc.TakeBack(first);
        await AskAsync(pair.Rpc);
        Assert.Equal(2, pair.First.Posts.Count);
    }

    [Fact]
    public async Task The_last_one_is_kept_and_an_unknown_one_is_none_of_it()
    {
        await using Pair pair = await Pair.StartAsync(Options);
        Assert.False(pair.Rpc.LeaveOut(EndpointUrl.Parse("http://127.0.0.1:9"), "a lie"));
        Assert.True(pair.Rpc.LeaveOut(pair.Rpc.Endpoints[0].Url, "a lie"));
        Assert.True(pair.Rpc.LeaveOut(pair.Rpc.Endpoints[0].Url, "another lie"));
        Assert.False(pair.Rpc.LeaveOut(pair.Rpc.Endpoints[1].Url, "a lie"));
        await AskAsync(pair.Rpc);
        Assert.Single(pair.Second.Posts);
    }

    private static async Task AskAsync(FailoverRpc rpc) =>
        Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
}
