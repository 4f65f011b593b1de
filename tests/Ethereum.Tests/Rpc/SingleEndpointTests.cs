using System.Text.Json.Nodes;
using Gavel.TestKit;
using Microsoft.AspNetCore.Http;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>One server that stands for itself is treated as one of several. Before, it was neither probed nor asked of which chain it is.</summary>
public sealed class SingleEndpointTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Options = Pair.Options with { MaxRetries = 0, ProbeSeconds = 0.02, MaxProbeSeconds = 0.1, ExpectedChainId = 1 };
    private static readonly ChainQuestion RollupConfig = new(new RpcRequest("optimism_rollupConfig"), config => config["l2_chain_id"].Number());
    private MisbehavingNode _node = null!;

    public async Task InitializeAsync() => _node = await MisbehavingNode.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_sick_one_is_probed_until_it_is_well_and_its_trouble_is_told()
    {
        await using FailoverRpc rpc = Connect(900);
        await AskAsync(rpc);
        _node.Say("down for a while", 503);
        for (int i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<RpcException>(() => AskAsync(rpc));
        }

        Assert.NotNull(rpc.Endpoints[0].State.SickSince);
        Assert.Contains("down for a while", rpc.Endpoints[0].LastTrouble, StringComparison.Ordinal);
        int probes = _node.Probes;
        await Eventually.TrueAsync(() => _node.Probes > probes);
        _node.Instead = null;
        await Eventually.TrueAsync(() => rpc.Endpoints[0].State.SickSince is null);
        await AskAsync(rpc);
    }

    [Fact]
    public async Task One_of_another_chain_is_asked_nothing_until_it_is_mended()
    {
        _node.ChainId = 902;
        await using FailoverRpc rpc = Connect(900);
        Assert.Contains("chain 902, expected 900", (await Assert.ThrowsAsync<RpcException>(() => AskAsync(rpc))).Message, StringComparison.Ordinal);
        Assert.Equal(("endpoint-of-another-chain", DangerSeverity.Page), (Assert.Single(rpc.Dangers).Code, rpc.Dangers[0].Severity));
        Assert.Empty(_node.Posts);
        _node.ChainId = 900;
        await Eventually.TrueAsync(() => rpc.Dangers.Count == 0);
        await AskAsync(rpc);
    }

    [Fact]
    public async Task Without_an_expected_chain_it_tells_its_own_and_must_stay_with_it()
    {
        await using FailoverRpc rpc = Connect(null);
        Assert.Null(rpc.ChainId);
        await AskAsync(rpc);
        Assert.Equal(900UL, rpc.ChainId); // the options' chain is another matter's
        _node.Instead = (c, _) =>
        {
            c.Abort();
            return Task.FromResult(true);
        };
        await Assert.ThrowsAsync<RpcException>(() => AskAsync(rpc));
        _node.ChainId = 902;
        _node.Instead = null;
        await Assert.ThrowsAsync<RpcException>(() => AskAsync(rpc));
        Assert.Equal("endpoint-of-another-chain", Assert.Single(rpc.Dangers).Code);
    }

    [Fact]
    public async Task A_server_of_another_kind_shows_its_chain_in_its_own_way_and_is_probed_so()
    {
        ulong chain = 901;
        int asked = 0;
        _node.Instead = (context, requests) => (string)requests[0]["method"]! switch
        {
            "optimism_rollupConfig" => TellAsync(context, requests[0]),
            "eth_chainId" or "eth_blockNumber" => MisbehavingNode.SayAsync(context, MisbehavingNode.Error(requests[0]["id"], -32601, "no such method")),
            _ => Task.FromResult(false),
        };
        await using FailoverRpc rpc = new(EndpointUrl.Parse(_node.Url), 901, Options, RollupConfig);
        await AskAsync(rpc);
        chain = 902;
        rpc.Endpoints[0].State.Charge(TimeSpan.FromSeconds(5), "slow");
        await AskAsync(rpc); // the probe finds out
        await Eventually.TrueAsync(() => rpc.Dangers.Count > 0);
        Assert.Contains("chain 902, expected 901", rpc.Dangers[0].Problem, StringComparison.Ordinal);
        chain = 901;
        await Eventually.TrueAsync(() => rpc.Dangers.Count == 0 && rpc.Endpoints[0].State.SickSince is null);
        Assert.InRange(asked, 3, int.MaxValue);

        Task<bool> TellAsync(HttpContext context, JsonObject request)
        {
            asked++;
            return MisbehavingNode.SayAsync(context, MisbehavingNode.Result(request, new JsonObject { ["l2_chain_id"] = chain }));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_does_not_serve_the_question_is_served_unless_a_chain_is_expected(bool expected)
    {
        _node.Instead = (context, requests) => (string)requests[0]["method"]! == "eth_chainId"
            ? MisbehavingNode.SayAsync(context, MisbehavingNode.Error(requests[0]["id"], -32601, "no such method"))
            : Task.FromResult(false);
        await using FailoverRpc rpc = Connect(expected ? 900UL : null);
        if (expected)
        {
            Assert.Equal(RpcErrorKind.NodeError, (await Assert.ThrowsAsync<RpcException>(() => AskAsync(rpc))).Kind);
            return;
        }

        for (int i = 0; i < 5; i++)
        {
            await AskAsync(rpc);
        }

        Assert.Equal((1, 5), (_node.Probes, _node.Posts.Count));
        rpc.Endpoints[0].State.Charge(TimeSpan.FromSeconds(5), "slow");
        await AskAsync(rpc);
        await Eventually.TrueAsync(() => rpc.Endpoints[0].State.SickSince is null);
    }

    private FailoverRpc Connect(ulong? chainId) => new(EndpointUrl.Parse(_node.Url), chainId, Options);

    private static async Task AskAsync(FailoverRpc rpc) =>
        Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
}
