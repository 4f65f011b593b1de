using System.Text.Json.Nodes;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>What an endpoint does not serve is remembered, costs no health, and is tried again after a while.</summary>
public sealed class CapabilityTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static RpcRequest Logs(ulong blocks, bool address = true)
    {
        JsonObject filter = new() { ["fromBlock"] = "0x100", ["toBlock"] = Hex.Quantity(0x100 + blocks) };
        if (address)
        {
            filter["address"] = new JsonArray("0x1111111111111111111111111111111111111111");
        }

        return new RpcRequest("eth_getLogs", filter);
    }

    private static ulong BlocksOf(JsonObject request) =>
        Hex.QuantityToUInt64((string)request["params"]![0]!["toBlock"]!) - Hex.QuantityToUInt64((string)request["params"]![0]!["fromBlock"]!);

    [Theory]
    [InlineData(-32602, "query exceeds max block range 500")]
    [InlineData(-32005, "query returned more than 10000 results")]
    [InlineData(-32600, "eth_getLogs is limited to a 500 range")]
    [InlineData(-32000, "trop de blocs")]
    [InlineData(35, "")]
    public async Task A_range_that_is_refused_is_not_asked_there_again_and_shorter_ones_are(int code, string words)
    {
        ManualTime time = new();
        await using Pair pair = await Pair.StartAsync(Pair.Options with { ExpectedChainId = 900 }, time);
        pair.FirstErrs(r => BlocksOf(r) > 500 ? MisbehavingNode.Error(r["id"], code, words) : null);

        await pair.Rpc.RequestAsync(Logs(1000), None);
        Assert.Equal((1, 1), (pair.First.Posts.Count, pair.Second.Posts.Count));
        await pair.Rpc.RequestAsync(Logs(1000), None);
        await pair.Rpc.RequestAsync(Logs(2000), None);
        Assert.Equal((1, 3), (pair.First.Posts.Count, pair.Second.Posts.Count));
        await pair.Rpc.RequestAsync(Logs(400), None);
        Assert.Equal((2, 3), (pair.First.Posts.Count, pair.Second.Posts.Count));
        Assert.Equal(1, pair.Sick.Health);

        time.Advance(TimeSpan.FromSeconds(601));
        await pair.Rpc.RequestAsync(Logs(1000), None); // tried again
        Assert.Equal((3, 4), (pair.First.Posts.Count, pair.Second.Posts.Count));
    }

    [Fact]
    public async Task Logs_without_an_address_are_refused_apart_from_those_with_one()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => r["params"]![0]!["address"] is null ? MisbehavingNode.Error(r["id"], -32701, "Please specify an address in your request") : null);
        await pair.Rpc.RequestAsync(Logs(10, address: false), None);
        await pair.Rpc.RequestAsync(Logs(10, address: false), None);
        Assert.Single(pair.First.Posts);
        await pair.Rpc.RequestAsync(Logs(10), None);
        Assert.Equal(2, pair.First.Posts.Count);
        Assert.Equal(1, pair.Sick.Health);
    }

    [Theory]
    [InlineData(-32601, "the method eth_getBlockReceipts does not exist/is not available")]
    [InlineData(-32004, "method not supported")]
    [InlineData(-32601, "")]
    public async Task A_method_that_is_not_served_is_asked_of_the_other(int code, string words)
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => (string)r["method"]! == "eth_getBlockReceipts" ? MisbehavingNode.Error(r["id"], code, words) : null);
        RpcRequest receipts = new("eth_getBlockReceipts", "0x1");
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("0x1", (await pair.Rpc.RequestAsync(receipts, None)).GetString());
            await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        }

        Assert.Equal((6, 5), (pair.First.Posts.Count, pair.Second.Posts.Count));
        Assert.Equal(1, pair.Sick.Health);
        pair.Second.ProbesToo = false;
        pair.Second.Instead = (c, rs) => MisbehavingNode.SayAsync(c, MisbehavingNode.Error(rs[0]["id"], code, words));
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => pair.Rpc.RequestAsync(receipts, None));
        Assert.True(e.IsCapability && !e.IsTransient, e.Message);
    }
}
