using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.SuperRoots;

namespace Gavel.Rollup.Tests.SuperRoots;

/// <summary>Answers of nodes that serve super roots, good ones and each of their known faults, and what they say for a game.</summary>
public sealed class SuperRootNodeTests : IAsyncLifetime
{
    private const ulong Head = 1111; // the L1 head: what L2 had at second 1101 is on it

    private SuperNodeStandIn _node = null!;
    private RpcEndpoint _rpc = null!;

    public async Task InitializeAsync()
    {
        _node = await SuperNodeStandIn.StartAsync();
        _rpc = new RpcEndpoint(EndpointUrl.Parse(_node.Url), new RpcOptions { TimeoutSeconds = 30, MaxRetries = 0 });
    }

    public async Task DisposeAsync()
    {
        await _rpc.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Theory]
    [InlineData(1100)]
    [InlineData(1101)] // no block of chain 10
    [InlineData(990)] // before both genesis blocks
    public async Task AGoodAnswer_SaysWhatTheSecondIs(ulong timestamp)
    {
        SuperReading reading = Read(await AskAsync(timestamp));
        Assert.Equal(SuperNodeStandIn.RootAt(timestamp).Hash, reading.Moment!.Root!.Hash);
        Assert.Equal(SuperNodeStandIn.Chains.Select(chain => (OptimisticBlock?)SuperNodeStandIn.BlockAt(chain, timestamp)), reading.Moment.Blocks);
        Assert.Equal([SuperGround.Derivable, SuperGround.Derivable], reading.Grounds);
        Assert.Null(reading.ForeignL1(number => SuperNodeStandIn.L1Hash(number)));
        Assert.Contains(new BlockId(SuperNodeStandIn.L1Hash(2000), 2000), reading.RestsOn);
    }

    [Theory]
    [InlineData(Head - 1, false)]
    [InlineData(Head, false)] // it stands on the head and has not finished it
    [InlineData(Head + 1, true)]
    public async Task ANodeThatHasNotFinishedTheHead_SaysNothing(ulong currentL1, bool says)
    {
        _node.CurrentL1 = currentL1;
        SuperReading reading = Read(await AskAsync(1090));
        Assert.Equal(says ? null : SuperReadingProblem.Behind, reading.Problem);
        Assert.Equal(says, reading.Moment is not null);
    }

    [Theory]
    [InlineData(1101, 2, 2)] // chain 10's block of 1100 and chain 130's of 1101 are derivable
    [InlineData(1102, 0, 0)]
    [InlineData(1103, 0, 0)]
    public async Task WhatNeedsALaterL1Block_IsNotDerivable_ByTheRecordAlone(ulong timestamp, int blocks, int derivable)
    {
        SuperReading reading = Read(await AskAsync(timestamp));
        Assert.Equal(blocks, reading.Moment!.Blocks.Count(block => block is not null));
        Assert.Equal(derivable, reading.Grounds.Count(ground => ground == SuperGround.Derivable));
        Assert.Equal(2 - derivable, reading.Grounds.Count(ground => ground == SuperGround.Record));
        Assert.Equal(derivable == 2, reading.Moment.Root is not null);
    }

    [Fact]
    public async Task WhatTheNodeHasNotDerivedPastTheHead_IsNotDerivable_ByItsPipeline()
    {
        _node.CurrentL1 = Head + 1;
        SuperReading reading = Read(await AskAsync(1102));
        Assert.Null(reading.Moment!.Root);
        Assert.Equal([SuperGround.Pipeline, SuperGround.Pipeline], reading.Grounds);
        reading = Read(await AskAsync(ulong.MaxValue)); // a timestamp that nobody will see
        Assert.Equal([SuperGround.Pipeline, SuperGround.Pipeline], reading.Grounds);
    }

    [Fact]
    public async Task OneChainThatIsNotDerivable_LeavesTheOthers()
    {
        _node.Twist = result =>
        {
            Lose("130")(result);
            result["local_safe_timestamp"] = 1099;
            return result;
        };
        SuperReading reading = Read(await AskAsync(1100));
        Assert.Equal([SuperGround.Derivable, SuperGround.Pipeline], reading.Grounds);
        Assert.Equal((true, false, false), (reading.Moment!.Blocks[0] is not null, reading.Moment.Blocks[1] is not null, reading.Moment.Root is not null));
    }

    [Theory]
    [InlineData(1100, 1099, SuperGround.Pipeline)]
    [InlineData(1100, 1100, null)] // it has derived the block of 1100, and leaves it out
    [InlineData(1101, 1100, null)] // the newest block of this chain at 1101 is that of 1100
    [InlineData(1100, 0, null)] // a chain is not up
    [InlineData(990, 995, null)] // its genesis, which needs no derivation
    [InlineData(1001, 999, null)]
    [InlineData(1002, 1001, SuperGround.Pipeline)]
    public async Task WhatIsLeftOut_IsComparedWithTheTimeOfItsBlock(ulong timestamp, ulong localSafe, SuperGround? ground)
    {
        _node.Twist = result =>
        {
            Lose("10")(result);
            result["local_safe_timestamp"] = localSafe;
            return result;
        };
        SuperReading reading = Read(await AskAsync(timestamp));
        Assert.Equal(ground is null ? SuperReadingProblem.LeftOut : null, reading.Problem);
        Assert.Equal(ground is null ? [] : [ground.Value, SuperGround.Derivable], reading.Grounds);
    }

    [Fact]
    public async Task AGapInTheRecord_IsOnlyARecord()
    {
        _node.Twist = result =>
        {
            result["optimistic_at_timestamp"]!["130"]!["required_l1"] = SuperNodeStandIn.L1(Head + 50);
            result["data"]!["verified_required_l1"] = SuperNodeStandIn.L1(Head + 50);
            return result;
        };
        Assert.Equal([SuperGround.Derivable, SuperGround.Record], Read(await AskAsync(1100)).Grounds);
    }

    [Theory]
    [InlineData("a chain too many", SuperReadingProblem.OtherChains)]
    [InlineData("a chain too few", SuperReadingProblem.OtherChains)]
    [InlineData("another chain", SuperReadingProblem.OtherChains)]
    [InlineData("a derived chain left out", SuperReadingProblem.LeftOut)]
    [InlineData("no data", SuperReadingProblem.NotValidated)]
    [InlineData("null data", SuperReadingProblem.NotValidated)]
    [InlineData("data of a later L1 block", SuperReadingProblem.NotValidated)]
    public async Task WhatProvesNothing_IsNoAnswer(string fault, SuperReadingProblem problem)
    {
        _node.Twist = result =>
        {
            switch (fault)
            {
                case "a chain too many":
                    result.Remove("data");
                    result["chain_ids"] = new JsonArray("10", "130", "480");
                    break;
                case "a chain too few":
                    Lose("130")(result);
                    result["chain_ids"] = new JsonArray("10");
                    break;
                case "another chain":
                    result.Remove("data");
                    ((JsonObject)result["optimistic_at_timestamp"]!).Remove("130");
                    result["chain_ids"] = new JsonArray("10", "131");
                    break;
                case "a derived chain left out":
                    Lose("130")(result);
                    break;
                case "no data":
                    result.Remove("data");
                    break;
                case "null data":
                    result["data"] = null;
                    break;
                case "data of a later L1 block":
                    result["data"]!["verified_required_l1"] = SuperNodeStandIn.L1(Head + 1);
                    break;
            }

            return result;
        };
        SuperReading reading = Read(await AskAsync(1100));
        Assert.Equal((problem, true, 0), (reading.Problem, reading.Moment is null, reading.Grounds.Count));
        Assert.NotEmpty(reading.Because!);
    }

    [Theory]
    [InlineData("current_l1", "hash")]
    [InlineData("optimistic_at_timestamp", "10", "required_l1", "hash")]
    [InlineData("data", "verified_required_l1", "hash")]
    public async Task AnL1BlockOfAnotherFork_IsNamed(params string[] path)
    {
        _node.Twist = result =>
        {
            At(result, path[..^1])[path[^1]] = $"{SuperNodeStandIn.L1Hash(9)}";
            return result;
        };
        Assert.Equal(SuperNodeStandIn.L1Hash(9), Read(await AskAsync(1100)).ForeignL1(number => SuperNodeStandIn.L1Hash(number))!.Value.Hash);
    }

    [Fact]
    public async Task AnL1BlockThatIsNotKnown_IsNotTakenForOurs() =>
        Assert.NotNull(Read(await AskAsync(1100)).ForeignL1(number => number == 2000 ? null : SuperNodeStandIn.L1Hash(number)));

    [Theory]
    [InlineData("\"another root\"", "data", "super_root")]
    [InlineData("\"0x0000000000000000000000000000000000000000000000000000000000000001\"", "data", "super_root")]
    [InlineData("\"0x0000000000000000000000000000000000000000000000000000000000000001\"", "data", "super", "chains", "0", "Output")]
    [InlineData("\"0x0000000000000000000000000000000000000000000000000000000000000001\"", "optimistic_at_timestamp", "10", "output_root")]
    [InlineData("\"0x0000000000000000000000000000000000000000000000000000000000000001\"", "optimistic_at_timestamp", "10", "output", "blockHash")]
    [InlineData("\"0x0000000000000000000000000000000000000000000000000000000000000001\"", "optimistic_at_timestamp", "130", "output", "stateRoot")]
    [InlineData("\"0x44d\"", "data", "super", "timestamp")] // another second
    [InlineData("1100", "data", "super", "timestamp")]
    [InlineData("\"130\"", "data", "super", "chains", "0", "ChainID")] // one chain twice
    [InlineData("\"0xa\"", "data", "super", "chains", "0", "ChainID")]
    [InlineData("[\"130\",\"10\"]", "chain_ids")]
    [InlineData("[\"10\",\"10\"]", "chain_ids")]
    [InlineData("[\"010\",\"130\"]", "chain_ids")]
    [InlineData("[10,130]", "chain_ids")]
    [InlineData("[]", "chain_ids")]
    [InlineData("null", "chain_ids")]
    [InlineData("[]", "optimistic_at_timestamp")]
    [InlineData("null", "optimistic_at_timestamp")]
    [InlineData("{}", "optimistic_at_timestamp")] // a super root of chains that are not derived
    [InlineData("null", "current_l1")]
    [InlineData("-1", "current_l1", "number")]
    [InlineData("1.5", "local_safe_timestamp")]
    [InlineData("null", "safe_timestamp")]
    [InlineData("null", "finalized_timestamp")]
    [InlineData("\"18446744073709551616\"", "optimistic_at_timestamp", "10", "required_l1", "number")]
    [InlineData("null", "data", "verified_required_l1")]
    [InlineData("[]", "data")]
    public async Task AMalformedAnswer_IsRefused_WithItsPlace(string value, params string[] path)
    {
        _node.Twist = result =>
        {
            JsonNode parent = At(result, path[..^1]);
            if (parent is JsonArray list)
            {
                list[int.Parse(path[^1], null)] = JsonNode.Parse(value);
            }
            else
            {
                parent[path[^1]] = JsonNode.Parse(value);
            }

            return result;
        };
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => AskAsync(1100));
        Assert.Equal(RpcErrorKind.Malformed, refused.Kind);
        Assert.Contains("superroot_atTimestamp.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheLeastRequiredL1Block_WhichOldSourcesTell_IsRefused()
    {
        _node.Twist = result =>
        {
            result["data"]!["verified_required_l1"] = result["optimistic_at_timestamp"]!["10"]!["required_l1"]!.DeepClone();
            return result;
        };
        await AskAsync(1100); // both chains need the same
        Assert.Contains("none of which needs a later L1 block", (await Assert.ThrowsAsync<RpcException>(() => AskAsync(1101))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIdTwice_IsRefused_AlsoWithoutASuperRoot()
    {
        _node.Twist = result =>
        {
            Lose("130")(result);
            result["chain_ids"] = new JsonArray("10", "10");
            return result;
        };
        Assert.Contains("superroot_atTimestamp.chain_ids", (await Assert.ThrowsAsync<RpcException>(() => AskAsync(1100))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AChainTwice_IsRefused()
    {
        string json = _node.Result(1100).ToJsonString().Replace("\"130\":{", "\"10\":{", StringComparison.Ordinal);
        RpcException refused = Assert.Throws<RpcException>(() => SuperRootAnswer.Read(new RpcValue(JsonDocument.Parse(json).RootElement, "answer"), 1100));
        Assert.Contains("answer.optimistic_at_timestamp.10", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-32601, "the method superroot_atTimestamp does not exist/is not available")]
    [InlineData(-32000, "l1AtSafeHead@0xaa:12: l1 at safe head history unavailable")]
    [InlineData(-32000, "l1AtSafeHead@0xaa:12: l1 at safe head not found")]
    [InlineData(-32000, "target block number for timestamp 990: did not reach genesis time (1000) yet")]
    public async Task AnError_IsNoAnswer(int code, string message)
    {
        _node.Error = (code, message);
        _node.Twist = _ => null;
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => AskAsync(1100));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASilentNode_IsNoAnswer()
    {
        _node.IsSilent = true;
        await using RpcEndpoint rpc = new(EndpointUrl.Parse(_node.Url), new RpcOptions { TimeoutSeconds = 2, PatienceSeconds = 1, MaxRetries = 0 });
        await Assert.ThrowsAsync<RpcException>(() => new SuperRootNode(rpc).AtTimestampAsync(1100, default));
    }

    [Fact]
    public async Task NoAlteredHash_PassesForASecond()
    {
        SuperReading good = Read(await AskAsync(1100));
        string json = _node.Result(1100).ToJsonString();
        int refused = 0;
        for (int at = json.IndexOf("0x", StringComparison.Ordinal); at >= 0; at = json.IndexOf("0x", at + 2, StringComparison.Ordinal))
        {
            string altered = string.Concat(json.AsSpan(0, at + 4), json[at + 4] == '0' ? "1" : "0", json.AsSpan(at + 5));
            try
            {
                SuperReading reading = Read(SuperRootAnswer.Read(new RpcValue(JsonDocument.Parse(altered).RootElement, "answer"), 1100));
                Assert.Equal(good.Moment!.Root!.Hash, reading.Moment!.Root!.Hash);
                Assert.Equal(good.Moment.Blocks, reading.Moment.Blocks);
                Assert.NotNull(reading.ForeignL1(number => SuperNodeStandIn.L1Hash(number)));
            }
            catch (RpcException e) when (e.Kind == RpcErrorKind.Malformed)
            {
                refused++;
            }
        }

        Assert.True(refused > 8, $"{refused}");
    }

    private static Func<JsonObject, JsonNode> Lose(string chain) => result =>
    {
        ((JsonObject)result["optimistic_at_timestamp"]!).Remove(chain);
        result.Remove("data");
        return result;
    };

    private static JsonNode At(JsonNode node, string[] path) =>
        path.Aggregate(node, static (inner, name) => inner is JsonArray list ? list[int.Parse(name, null)]! : inner[name]!);

    private static SuperReading Read(SuperRootAnswer answer) => SuperReading.Of(answer, Head, SuperNodeStandIn.Chains);

    private Task<SuperRootAnswer> AskAsync(ulong timestamp) => new SuperRootNode(_rpc).AtTimestampAsync(timestamp, default);
}
