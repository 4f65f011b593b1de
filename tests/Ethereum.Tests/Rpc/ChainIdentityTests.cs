using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>An endpoint of another chain is never asked anything else, and is named. Before, its empty answers were taken after a failover.</summary>
public sealed class ChainIdentityTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Options = Pair.Options with { ProbeSeconds = 0.05, MaxProbeSeconds = 0.1, ExpectedChainId = 900 };
    private readonly MisbehavingNode[] _nodes = new MisbehavingNode[3];

    public async Task InitializeAsync()
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            _nodes[i] = await MisbehavingNode.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        foreach (MisbehavingNode node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_endpoint_of_another_chain_is_left_out_told_and_taken_back_when_it_is_mended()
    {
        _nodes[0].ChainId = 902;
        await using FailoverRpc rpc = Connect(Options);
        await AskAsync(rpc);
        Assert.Empty(_nodes[0].Posts);
        Danger danger = Assert.Single(rpc.Dangers);
        Assert.Equal(("endpoint-of-another-chain", DangerSeverity.Warn), (danger.Code, danger.Severity));
        Assert.Contains("chain 902, expected 900", danger.Problem, StringComparison.Ordinal);
        Assert.Contains(new Uri(_nodes[0].Url).Authority, danger.Subject, StringComparison.Ordinal);

        _nodes[0].ChainId = 900;
        await Eventually.TrueAsync(() => rpc.Dangers.Count == 0);
        await AskAsync(rpc);
        Assert.Single(_nodes[0].Posts);
    }

    [Fact]
    public async Task Without_a_configured_chain_most_endpoints_decide_and_the_first_if_there_is_no_majority()
    {
        _nodes[0].ChainId = 902;
        await using (FailoverRpc rpc = Connect(Options with { ExpectedChainId = null }))
        {
            await AskAsync(rpc);
            Assert.Equal(900UL, rpc.ChainId);
            Assert.Contains("said first", Assert.Single(rpc.Dangers).Problem, StringComparison.Ordinal);
        }

        _nodes[1].ChainId = 901;
        await using FailoverRpc three = Connect(Options with { ExpectedChainId = null });
        await AskAsync(three);
        Assert.Equal(902UL, three.ChainId);
        Assert.Equal(2, three.Dangers.Count);
    }

    [Fact]
    public async Task All_of_another_chain_is_said_so()
    {
        await using FailoverRpc rpc = Connect(Options with { ExpectedChainId = 1 });
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => AskAsync(rpc));
        Assert.Contains("chain 900, expected 1", e.Message, StringComparison.Ordinal);
        Assert.All(_nodes, n => Assert.Empty(n.Posts));
        Assert.All(rpc.Dangers, d => Assert.Equal(DangerSeverity.Page, d.Severity));
    }

    [Fact]
    public async Task An_endpoint_that_comes_back_as_another_chain_stays_out()
    {
        await using FailoverRpc rpc = Connect(Options);
        await AskAsync(rpc);
        _nodes[0].Say("restarting", 503);
        await AskAsync(rpc);
        _nodes[0].Instead = null;
        _nodes[0].ChainId = 902; // before it was ever sick: one failure is enough to ask anew
        int posts = _nodes[0].Posts.Count;
        await AskAsync(rpc);
        Assert.Equal(posts, _nodes[0].Posts.Count);
        Assert.Equal("endpoint-of-another-chain", Assert.Single(rpc.Dangers).Code);
    }

    [Fact]
    public async Task A_WebSocket_that_is_connected_anew_must_show_its_chain_anew()
    {
        int connection = 0;
        _nodes[0].Socket = async (_, socket) =>
        {
            _nodes[0].ChainId = ++connection == 1 ? 900UL : 902UL;
            await _nodes[0].ServeAsync(socket, answers: connection == 1 ? 2 : 1000); // the chain id, one answer, then it closes in silence
        };
        await using FailoverRpc rpc = new([SocketOf(_nodes[0]), EndpointUrl.Parse(_nodes[1].Url)], Options);
        await AskAsync(rpc);
        Assert.Empty(_nodes[1].Posts);
        while (rpc.Dangers.Count == 0)
        {
            await AskAsync(rpc); // an answer of the new connection is not given out before it has shown its chain
        }

        Assert.Equal("endpoint-of-another-chain", rpc.Dangers[0].Code);
        Assert.NotEmpty(_nodes[1].Posts);
    }

    internal static EndpointUrl SocketOf(MisbehavingNode node) => EndpointUrl.Parse(node.Url.Replace("http", "ws", StringComparison.Ordinal));

    private FailoverRpc Connect(RpcOptions options) => new([.. _nodes.Select(n => EndpointUrl.Parse(n.Url))], options);

    private static async Task AskAsync(FailoverRpc rpc) =>
        Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
}
