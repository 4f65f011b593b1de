using System.Text.Json.Nodes;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.TestKit;
using Gavel.Traces;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger.Tests;

/// <summary>A head has an age, what is said of games is said once for each change, and a verdict's reason is the nodes' own.</summary>
public sealed class HeadAndVoiceTests
{
    private static readonly GameMetadata Sample = Samples.Game(GameGeneration.V1, 12);

    [Fact]
    public void HeadThatStandsStill_IsADanger_UntilItMoves()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
        HeadWatch watch = new("chain", TimeSpan.FromSeconds(90), time);
        Assert.Empty(watch.Dangers);
        L1View first = new(new BlockId(Samples.Hash("1"), 1), 1_700_000_000, default);
        watch.Note(first);
        time.Advance(TimeSpan.FromSeconds(89));
        watch.Note(first with { });
        Assert.Empty(watch.Dangers);
        time.Advance(TimeSpan.FromSeconds(2));
        Danger danger = Assert.Single(watch.Dangers); // also if no cycle has ended since
        Assert.Equal(("head-stands-still", DangerSeverity.Page, "chain"), (danger.Code, danger.Severity, danger.Subject));
        Assert.Equal(time.GetUtcNow() - TimeSpan.FromSeconds(91), danger.Since);
        Assert.Contains("block 1 of 2023-11-14 22:13:20Z for 91 s", danger.Problem, StringComparison.Ordinal);
        watch.Note(first with { Block = new BlockId(Samples.Hash("other"), 1) }); // another fork moves as well
        Assert.Empty(watch.Dangers);
    }

    [Fact]
    public void SameCause_IsSaidOnce_WhateverItsNumbers()
    {
        Lines lines = new();
        GameVoice voice = new("chain", lines);
        void Say(string text, string topic = "failure") => voice.Say(Sample, topic, text, LogLevel.Warning);

        Say($"claimData(uint256) at block {Samples.Hash("a")}: it reverted");
        Say($"claimData(uint256) at block {Samples.Hash("b")}: it reverted");
        Assert.Single(lines.All);
        Say("no answer after 5 s");
        Say("no answer after 6 s");
        Assert.Equal(2, lines.All.Count);
        Say("no answer after 6 s", "another topic");
        Assert.Equal(3, lines.All.Count);
        Say($"claimData(uint256) at block {Samples.Hash("c")}: it reverted"); // it has come back
        Assert.Equal(4, lines.All.Count);
        voice.Forget(Sample.Game, "failure");
        Say($"claimData(uint256) at block {Samples.Hash("c")}: it reverted");
        Assert.Equal(5, lines.All.Count);
        voice.Keep(new HashSet<Address> { Sample.Game });
        Say("no answer after 7 s", "another topic");
        Assert.Equal(5, lines.All.Count);
        voice.Keep(new HashSet<Address>()); // the game is not covered any more, and comes back after a reorganisation
        Say("no answer after 7 s", "another topic");
        Assert.Equal(6, lines.All.Count);
    }

    // Before, nobody was told of it.
    [Fact]
    public async Task AnswerThatFitsNoQuestion_IsSaidOnceForEachEndpointAndCause_WithoutCredentials()
    {
        await using FaultProxy proxy = await FaultProxy.StartAsync("http://127.0.0.1:9");
        Lines lines = new();
        for (int endpoints = 1; endpoints < 3; endpoints++)
        {
            await using RpcEndpoint endpoint = new(
                EndpointUrl.Parse(proxy.Url.Replace("http://", "http://user:hunter22@", StringComparison.Ordinal)), new RpcOptions { MaxRetries = 0 });
            EndpointVoice.Listen(endpoint, "chain", lines);
            for (int id = 424_242; id < 424_245; id++)
            {
                proxy.Say(200, $$"""{ "jsonrpc": "2.0", "id": {{id}}, "result": "0x1" }""");
                await Assert.ThrowsAsync<RpcException>(() => endpoint.RequestAsync(new RpcRequest("eth_chainId"), default));
            }

            Assert.Equal(endpoints, lines.All.Count);
        }

        Assert.All(lines.All, line => Assert.Equal(LogLevel.Warning, line.Level));
        Assert.Equal(2, lines.Count("424242"));
        Assert.Equal(0, lines.Count("hunter22"));
    }

    // Before, "the nodes have not been asked yet" was told for hours although they had been asked and had said why not.
    [Theory]
    [InlineData("optimism_safeHeadAtL1Block", "safe head database not enabled")]
    [InlineData("optimism_syncStatus", "the database is on fire")]
    [InlineData("eth_getBlockByHash", "upstream is sick")]
    [InlineData("", "502 Bad Gateway")]
    public async Task UnavailableVerdict_TellsTheNodesReason_InTheFirstCycle(string method, string reason)
    {
        await using FaultProxy proxy = await FaultProxy.StartAsync("http://127.0.0.1:9");
        JsonObject head = L1Block();
        GameMetadata game = Sample with { L1Head = Hash32.Parse(head["hash"]!.GetValue<string>()) };
        JsonObject Id(int number) => new() { ["hash"] = Samples.Hash($"b{number}").ToString(), ["number"] = number, ["parentHash"] = Samples.Hash("p").ToString(), ["timestamp"] = 1 };
        if (method.Length == 0)
        {
            proxy.Say(502, reason, "text/html");
        }
        else
        {
            proxy.Fail(method, -32000, reason);
        }

        proxy.Result("eth_chainId", _ => "0x384");
        proxy.Result("eth_getBlockByHash", _ => head.DeepClone());
        proxy.Result("eth_getBlockByNumber", call =>
        {
            JsonNode block = head.DeepClone();
            string number = call.Parameter(0)!.GetValue<string>();
            block["number"] = number;
            block["hash"] = number == "0x64" ? game.L1Head.ToString() : Samples.Hash($"b{Convert.ToInt32(number, 16)}").ToString();
            return block;
        });
        proxy.Result("optimism_rollupConfig", _ => new JsonObject
        {
            ["l1_chain_id"] = 900,
            ["l2_chain_id"] = Sample.Rules!.L2ChainId,
            ["genesis"] = new JsonObject { ["l1"] = Id(0), ["l2"] = Id(0) },
        });
        proxy.Result("optimism_syncStatus", _ => new JsonObject
        {
            ["current_l1"] = Id(200),
            ["head_l1"] = Id(200),
            ["safe_l2"] = Id(50),
            ["unsafe_l2"] = Id(50),
            ["finalized_l2"] = Id(40),
        });
        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(proxy.Url));
        ChainReader l1 = new(endpoint);
        using TrustedNodes nodes = new(
            [new TrustedRollupNode("rollup", "a", new RollupNode(endpoint))],
            [new TrustedExecutionNode("execution", "a", new L2ExecutionNode(l1))],
            l1,
            900,
            null,
            new TrustLimits(),
            SafeHeadLog.InMemory(),
            TimeProvider.System);
        await nodes.LookAsync(false, default);
        GameJudge judge = new(game, nodes, new NoExecutions(), new TrustOptions(), TimeProvider.System);
        Game claims = Game.Create(new GameShape(8, 3), [new Claim(uint.MaxValue, Position.Root, Sample.RootClaim, default, UInt256.One, new ChessClock(0, 1_000), default)]);
        Judgement judgement = await judge.JudgeAsync(claims, new L1View(new BlockId(Samples.Hash("v"), 101), 1_100, default), null, default);
        Assert.Equal(Truth.Unavailable, judgement.Verdict.Truth);
        Assert.DoesNotContain("not been asked", judgement.Verdict.Because, StringComparison.Ordinal);
        Assert.Contains(reason.Split(' ')[0], judgement.Verdict.Because, StringComparison.Ordinal);
    }

    // The L1 block that the game is judged by, whose hash is that of its fields.
    private static JsonObject L1Block()
    {
        TestKit.Judges.BlockHeader header = new()
        {
            ParentHash = Samples.Hash("p"),
            OmmersHash = Samples.Hash("o"),
            Coinbase = Address.Zero,
            StateRoot = Samples.Hash("s"),
            TransactionsRoot = Samples.Hash("t"),
            ReceiptsRoot = Samples.Hash("r"),
            LogsBloom = new TestKit.Judges.Bloom(new byte[256]),
            Number = 100,
            GasLimit = 1,
            GasUsed = 0,
            Timestamp = 1,
            MixHash = Samples.Hash("m"),
            BaseFeePerGas = UInt256.One,
        };
        return new JsonObject
        {
            ["number"] = "0x64",
            ["hash"] = header.Hash.ToString(),
            ["parentHash"] = header.ParentHash.ToString(),
            ["sha3Uncles"] = header.OmmersHash.ToString(),
            ["miner"] = header.Coinbase.ToString(),
            ["stateRoot"] = header.StateRoot.ToString(),
            ["transactionsRoot"] = header.TransactionsRoot.ToString(),
            ["receiptsRoot"] = header.ReceiptsRoot.ToString(),
            ["logsBloom"] = $"0x{new string('0', 512)}",
            ["difficulty"] = "0x0",
            ["gasLimit"] = "0x1",
            ["gasUsed"] = "0x0",
            ["timestamp"] = "0x1",
            ["extraData"] = "0x",
            ["mixHash"] = header.MixHash.ToString(),
            ["nonce"] = "0x0000000000000000",
            ["baseFeePerGas"] = "0x1",
            ["transactions"] = new JsonArray(),
        };
    }

    private sealed class NoExecutions : IExecutionTraces
    {
        public IExecutionTrace Of(GameMetadata game, LocalInputs inputs) => throw new InvalidOperationException("no branch is asked for");

        public void Keep(IReadOnlySet<Address> games)
        {
        }
    }
}
