using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Devnet;
using Gavel.Ethereum;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Gavel.Rollup.Tests;

/// <summary>Answers of the devnet's rollup and execution nodes under every fault: a value that all agree on, or a reason.</summary>
public sealed class TrustedNodesTests : IAsyncLifetime
{
    private const ulong Safe = 6;
    private const ulong Asked = 4;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly List<RpcEndpoint> _endpoints = [];
    private LocalDevnet? _devnet;
    private Hash32 _l1Head;
    private ulong _l1Number;

    private LocalDevnet Devnet => _devnet!;

    public async Task InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = (int)Safe });
        RpcBlock head = await Devnet.L1.GetBlockAsync(BlockRef.Latest, None);
        (_l1Head, _l1Number) = (head.Hash, head.Number);
        await Devnet.MineL1Async(3);
    }

    public async Task DisposeAsync()
    {
        foreach (RpcEndpoint endpoint in _endpoints)
        {
            await endpoint.DisposeAsync();
        }

        await Devnet.DisposeAsync();
    }

    public static TheoryData<string, string> SilentFaults => new()
    {
        { "lag", "must be past" },
        { "other L1 fork", "which our L1 node does not have on its chain" },
        { "no record", "gave no answer" },
        { "error", "on fire" },
        { "error of every method", "on fire" },
        { nameof(WireFault.Unavailable), "gave no answer" },
        { nameof(WireFault.RateLimited), "gave no answer" },
        { nameof(WireFault.Disconnect), "gave no answer" },
        { nameof(WireFault.Garbage), "gave no answer" },
        { nameof(WireFault.Truncated), "gave no answer" },
        { nameof(WireFault.Hang), "gave no answer" },
    };

    [Fact]
    public async Task HonestNodes_AgreeOnSafeHeadAndOutputs()
    {
        TrustedNodes nodes = Nodes(Devnet.RollupNode);
        NodeAnswer<BlockId> safe = await nodes.SafeHeadAsync(_l1Head, None);
        Assert.Equal((true, Safe), (safe.IsAvailable, safe.Value.Number));
        ToldOutput told = await Rollup(Devnet.RollupNode).OutputAtBlockAsync(Asked, None);
        NodeAnswer<VerifiedOutput> output = await nodes.OutputAsync(Asked, safe.Value, None);
        Assert.Equal((told.OutputRoot, told.Block), (output.Value.OutputRoot, output.Value.Block));
        Assert.Equal(told.Block.Hash, Keccak256.Hash(output.Value.HeaderRlp.Span));
    }

    [Theory]
    [MemberData(nameof(SilentFaults))]
    public async Task NodeThatCannotTell_GivesAReason_AndNeverAValue(string fault, string reason)
    {
        RollupNodeFaults faults = Devnet.RollupNode.Faults;
        switch (fault)
        {
            case "lag":
                faults.LagAtL1Block = _l1Number; // exactly at the game's L1 head: later batches of that block may be missing
                break;
            case "other L1 fork":
                faults.L1ForkFrom = 2;
                break;
            case "no record":
                faults.NoSafeHeadRecord = true;
                break;
            case "error":
                faults.Errors["optimism_syncStatus"] = (-32000, "the database is on fire");
                break;
            case "error of every method":
                faults.Errors["*"] = (-32000, "the node is on fire");
                break;
            default:
                faults.Wire = Enum.Parse<WireFault>(fault);
                break;
        }

        NodeAnswer<BlockId> silent = await Nodes(Devnet.RollupNode).SafeHeadAsync(_l1Head, None);
        Assert.False(silent.IsAvailable);
        Assert.Contains(reason, silent.Reason, StringComparison.Ordinal);

        // It does not vote: another node's word is enough.
        DevnetRollupNode second = await Devnet.StartRollupNodeAsync();
        NodeAnswer<BlockId> other = await Nodes(Devnet.RollupNode, second).SafeHeadAsync(_l1Head, None);
        Assert.Equal((true, Safe), (other.IsAvailable, other.Value.Number));

        faults.Clear();
        Assert.True((await Nodes(Devnet.RollupNode).SafeHeadAsync(_l1Head, None)).IsAvailable);
    }

    [Theory]
    [InlineData("wrong output", "but the execution node's header and account proof")]
    [InlineData("wrong state", "but the execution node's header and account proof")]
    [InlineData("other L2 fork", "in place of the safe head")]
    [InlineData("error", "on fire")]
    public async Task OutputThatIsNotRebuilt_IsUnavailable(string lie, string reason)
    {
        RollupNodeFaults faults = Devnet.RollupNode.Faults;
        switch (lie)
        {
            case "wrong output":
                faults.WrongOutputs[Asked] = Keccak256.Hash("a lie"u8);
                break;
            case "wrong state":
                faults.WrongStateFrom = 2;
                break;
            case "other L2 fork":
                faults.L2ForkFrom = 2;
                break;
            default:
                faults.Errors["optimism_outputAtBlock"] = (-32000, "the database is on fire");
                break;
        }

        TrustedNodes nodes = Nodes(Devnet.RollupNode);
        NodeAnswer<BlockId> safe = await nodes.SafeHeadAsync(_l1Head, None);
        NodeAnswer<VerifiedOutput> output = await nodes.OutputAsync(Asked, safe.Value, None);
        Assert.False(output.IsAvailable);
        Assert.Contains(reason, output.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodesThatContradictEachOther_MakeTheAnswerUnavailable()
    {
        DevnetRollupNode second = await Devnet.StartRollupNodeAsync();
        second.Faults.StaleSafeHead = 3;
        NodeAnswer<BlockId> safe = await Nodes(Devnet.RollupNode, second).SafeHeadAsync(_l1Head, None);
        Assert.False(safe.IsAvailable);
        Assert.Contains("contradict each other about the safe head", safe.Reason, StringComparison.Ordinal);

        second.Faults.Clear();
        second.Faults.WrongOutputs[Asked] = Keccak256.Hash("a lie"u8);
        TrustedNodes both = Nodes(Devnet.RollupNode, second);
        NodeAnswer<VerifiedOutput> output = await both.OutputAsync(Asked, (await both.SafeHeadAsync(_l1Head, None)).Value, None);
        Assert.False(output.IsAvailable);
        Assert.Contains("contradict each other about the output", output.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SlowAndFlakyNodes_AreWaitedFor()
    {
        Devnet.RollupNode.Faults.Delay = TimeSpan.FromMilliseconds(100);
        Devnet.RollupNode.Faults.FlakyRequests = 2;
        Assert.True((await Nodes(Devnet.RollupNode).SafeHeadAsync(_l1Head, None)).IsAvailable);
    }

    [Fact]
    public async Task L1HeadThatL1DoesNotHave_IsUnavailable()
    {
        NodeAnswer<BlockId> safe = await Nodes(Devnet.RollupNode).SafeHeadAsync(Keccak256.Hash("another chain"u8), None);
        Assert.False(safe.IsAvailable);
    }

    [Theory]
    [InlineData("eth_getBlockByNumber", "stateRoot", "are not what their hashes say")]
    [InlineData("eth_getProof", "storageHash", "are not what their hashes say")]
    [InlineData("eth_getProof", "accountProof", "are not what their hashes say")]
    public async Task ExecutionNodeThatLies_IsFoundOut_AndAnHonestOneSuffices(string method, string field, string reason)
    {
        LyingRpc liar = new(Connect(Devnet.L2Url), method, field);
        RollupNode[] rollup = [Rollup(Devnet.RollupNode)];
        TrustedNodes lied = new(rollup, [new L2ExecutionNode(new ChainReader(liar))], Devnet.L1);
        NodeAnswer<BlockId> safe = await lied.SafeHeadAsync(_l1Head, None);
        NodeAnswer<VerifiedOutput> output = await lied.OutputAsync(Asked, safe.Value, None);
        Assert.True(liar.Lied);
        Assert.False(output.IsAvailable);
        Assert.Contains(reason, output.Reason, StringComparison.Ordinal);

        TrustedNodes both = new(rollup, [new L2ExecutionNode(new ChainReader(liar)), new L2ExecutionNode(Devnet.L2)], Devnet.L1);
        Assert.True((await both.OutputAsync(Asked, safe.Value, None)).IsAvailable);
    }

    private TrustedNodes Nodes(params DevnetRollupNode[] rollup) => new([.. rollup.Select(Rollup)], [new L2ExecutionNode(Devnet.L2)], Devnet.L1);

    private RollupNode Rollup(DevnetRollupNode node) => new(Connect(node.Url));

    private RpcEndpoint Connect(string url)
    {
        RpcEndpoint endpoint = new(EndpointUrl.Parse(url), new RpcOptions { TimeoutSeconds = 1, PatienceSeconds = 0.5, RetryDelaySeconds = 0.005 });
        _endpoints.Add(endpoint);
        return endpoint;
    }

    /// <summary>A node that changes the last digit of one field of its answers.</summary>
    private sealed class LyingRpc(IJsonRpc honest, string method, string field) : IJsonRpc
    {
        public bool Lied { get; private set; }

        public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
        {
            JsonElement result = await honest.RequestAsync(request, cancellationToken);
            return request.Method == method ? Corrupt(result) : result;
        }

        public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
        {
            IReadOnlyList<RpcReply> replies = await honest.BatchAsync(requests, cancellationToken);
            return [.. replies.Zip(requests, (reply, request) => request.Method == method && reply.Error is null ? new RpcReply(Corrupt(reply.Result)) : reply)];
        }

        private JsonElement Corrupt(JsonElement result)
        {
            JsonNode json = JsonNode.Parse(result.GetRawText())!;
            if (json[field] is JsonArray list)
            {
                list[0] = Other(list[0]!.GetValue<string>());
            }
            else
            {
                json[field] = Other(json[field]!.GetValue<string>());
            }

            Lied = true;
            return JsonSerializer.SerializeToElement(json);
        }

        private static string Other(string hex) => hex[..^1] + (hex[^1] == '0' ? '1' : '0');
    }
}
