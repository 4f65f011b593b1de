using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Contracts.Checking;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Contracts.Tests.Recorded;

/// <summary>Super games read by what their contracts answered, and by their clones' code; whatever contradicts itself is no game to be played.</summary>
public sealed class SuperGameReaderTests
{
    [Fact]
    public async Task Games_AreReadToTheRecordedMeaning()
    {
        RecordedAnswers recorded = RecordedReads.Of("super-0.7.2");
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[recorded.Now].Hash);
        ChainReader l1 = new(recorded);
        ListedGame[] listed = [.. (await new GameReader(l1).ListAsync(recorded.Factory, 0, at, default)).Where(game => recorded.WasRead(Key(game.Game)))];
        IReadOnlyList<SuperGameMetadata?> games = await new SuperGameReader(l1).MetadataAsync(listed, at, default);
        Assert.Equal(22, games.Count);
        Assert.Equal([(5U, SuperGameKind.Permissioned, 3), (8U, SuperGameKind.Fault, 1), (9U, SuperGameKind.Fault, 18)], games
            .GroupBy(game => (game!.GameType, game.Kind)).Select(group => (group.Key.GameType, group.Key.Kind, group.Count())).Order());
        Assert.All(games, game => AssertRead(recorded, game!));

        // Not played yet: to the reader of games that are played they are foreign.
        Assert.All(await new GameReader(l1).MetadataAsync(listed, at, default), game => Assert.Null(game.Rules));
    }

    [Fact]
    public async Task AmongOthers_OnlySuperGamesAreFound()
    {
        RecordedAnswers recorded = RecordedReads.Of("2.4.2");
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[recorded.Now].Hash);
        ChainReader l1 = new(recorded);
        ListedGame[] listed = [.. (await new GameReader(l1).ListAsync(recorded.Factory, 0, at, default)).Where(game => recorded.WasRead(Key(game.Game)) && game.GameType != 10)];
        IReadOnlyList<SuperGameMetadata?> games = await new SuperGameReader(l1).MetadataAsync(listed, at, default);
        Assert.Equal(listed.Select(game => game.GameType == 9), games.Select(game => game is not null));
        Assert.Contains(games, game => game is not null);
    }

    [Theory]
    [InlineData("one chain", 9, 1)]
    [InlineData("three chains", 9, 3)]
    [InlineData("five chains", 9, 5)]
    [InlineData("type 5", 5, 1)]
    public async Task ClonesCode_AndAnswers_AreOne(string name, uint type, int chains)
    {
        RecordedSuperCalls calls = new(name);
        SuperGameMetadata game = await calls.ReadAsync(type);
        Assert.Null(game.Doubt);
        Assert.Equal((type, chains, Keccak256.Hash(calls.Code)), (game.GameType, game.Claimed.Chains.Count, game.CodeHash));
        Assert.Equal(type == 5 ? SuperGameKind.Published : SuperGameKind.Fault, game.Kind);
        Assert.Equal((type == 5, type == 9), (game.Proposer is not null, game.Rules is not null));
        if (game.Rules is { } rules)
        {
            Assert.Equal((73, 30, 302400UL, 1790000000UL, null), (rules.MaxDepth, rules.SplitDepth, rules.Clock.MaxDuration, rules.StartingTimestamp, rules.Permitted));
            Assert.Equal(UInt256.Parse("80000000000000000"), rules.Bonds[0]);
        }
    }

    [Fact]
    public async Task AnotherTypeThanTheFactorys_IsADoubt()
    {
        SuperGameMetadata game = await new RecordedSuperCalls("one chain").ReadAsync(8);
        Assert.Contains("it says that it is of type 9, its factory of 8", game.Doubt!.Problem, StringComparison.Ordinal);
        Assert.Null(game.Rules);
    }

    [Theory]
    [InlineData("0x6361506d", "L1 head")]
    [InlineData("0x37b1b229", "creator")]
    [InlineData("0x8d450a95", "prestate")]
    [InlineData("0x3a768463", "VM")]
    [InlineData("0x3fc8cef3", "bond store")]
    [InlineData("0x5c0cba33", "registry")]
    public async Task AnAnswerThatIsNotItsCodes_IsADoubt(string selector, string what)
    {
        RecordedSuperCalls calls = new("three chains");
        calls.Spoil(selector, answer => $"{answer[..^2]}{(answer.EndsWith("00", StringComparison.Ordinal) ? "01" : "00")}");
        SuperGameMetadata game = await calls.ReadAsync(9);
        Assert.Contains($"its code holds {what} ", game.Doubt!.Problem, StringComparison.Ordinal);
        Assert.True(game.Doubt.IsGames);
        Assert.Equal((null, null), (game.Rules, game.CodeHash));
    }

    [Theory]
    [InlineData("0x54fd4d50", "1.0.0", "its rules are not known (version \"1.0.0\")")]
    [InlineData("0x5e234947", null, "its rules are not known")] // a root by chain that is not the super root's
    [InlineData("0x378dd48c", "", "its rules are not known")] // no modes
    [InlineData("0x938d689a", "", "startingProposal()")]
    [InlineData("0xec5e6308", "", "splitDepth()")]
    [InlineData("0xdabd396d", "", "maxClockDuration()")]
    public async Task WhatHasNotTheFunctionsOfOne_IsNotPlayed(string selector, string? answer, string told)
    {
        RecordedSuperCalls calls = new("one chain");
        calls.Spoil(selector, was => answer switch
        {
            null => $"0x{new string('1', 64)}",
            "" => null,
            _ => $"0x{32:x64}{answer.Length:x64}{Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(answer)).PadRight(64, '0')}",
        });
        SuperGameMetadata game = await calls.ReadAsync(9);
        Assert.Contains(told, game.Doubt!.Problem, StringComparison.Ordinal);
        Assert.Null(game.Rules);
    }

    [Theory]
    [InlineData("0x99735e32")] // a sequence number that is not the super root's timestamp
    [InlineData("0xfa24f743")] // a root claim that is not its hash
    public async Task WhatDoesNotClaimItsExtraData_IsNoSuperGame(string selector)
    {
        RecordedSuperCalls calls = new("one chain");
        int last = selector == "0x99735e32" ? 65 : 129; // of the first word, or of the second
        calls.Spoil(selector, answer => $"{answer[..last]}{(answer[last] == '0' ? '1' : '0')}{answer[(last + 1)..]}");
        Assert.Null(await calls.ReadAsync(9));
    }

    [Fact]
    public async Task AMinorThatNobodyHasSeen_IsReadByItsFunctions_AndTold()
    {
        RecordedSuperCalls calls = new("one chain");
        calls.Spoil("0x54fd4d50", _ => $"0x{32:x64}{5:x64}{Convert.ToHexString("0.8.1"u8).PadRight(64, '0')}");
        SuperGameMetadata game = await calls.ReadAsync(9);
        Assert.Equal(("0.8.1", GameGeneration.Super), (game.Version, game.Rules!.RuleSet.Generation));
        Assert.False(RuleSet.IsMeasured(game.Version));
        Assert.True(RuleSet.IsMeasured("0.7.2"));
    }

    [Theory]
    [InlineData("0.7.2", true, true, true)]
    [InlineData("0.9.0-rc.1", true, true, true)]
    [InlineData("0.7.2", false, true, false)]
    [InlineData("0.7.2", true, false, false)]
    [InlineData("1.0.0", true, true, false)]
    [InlineData("", true, true, false)]
    public void RuleSetOfSuperGames_IsTold_ByFunctionsAndVersion(string version, bool hasModes, bool hasRootsByChain, bool isKnown) =>
        Assert.Equal(isKnown ? GameGeneration.Super : null, RuleSet.OfSuper(version, hasModes, hasRootsByChain)?.Generation);

    [Fact]
    public void Arguments_AreToldByLengthAndHash()
    {
        byte[] good = CloneCode.Parse(new RecordedSuperCalls("three chains").Code)!.Arguments.ToArray();
        Assert.Equal(SuperGameKind.Fault, SuperCloneArguments.Parse(good)!.Kind);
        Assert.Equal(SuperGameKind.Permissioned, SuperCloneArguments.Parse([.. good, .. new byte[40]])!.Kind);
        Assert.Equal(SuperGameKind.Published, SuperCloneArguments.Parse([.. good[..^124], .. new byte[40]])!.Kind);
        foreach (int tail in (int[])[0, 32, 60, 123, 125, 140, 172, 188])
        {
            Assert.Null(SuperCloneArguments.Parse([.. good[..^124], .. new byte[tail]])); // 60 and 188 are as long as 124 with another number of chains
        }

        Assert.Null(SuperCloneArguments.Parse([.. good[..^1], 1])); // a chain id, which the contract refuses
        Assert.Null(SuperCloneArguments.Parse([]));
        for (int at = 20; at < good.Length - 124; at += at is 52 ? 36 : 1)
        {
            if (at is not (>= 52 and < 88))
            {
                byte[] other = [.. good];
                other[at] ^= 1;
                Assert.Null(SuperCloneArguments.Parse(other)); // root claim and super root are no longer one
            }
        }
    }

    private static void AssertRead(RecordedAnswers recorded, SuperGameMetadata game)
    {
        SuperGameRules rules = game.Rules!;
        Assert.Null(game.Doubt);
        Assert.Equal(GameGeneration.Super, rules.RuleSet.Generation);
        Assert.Equal(Word("0x54fd4d50"), game.Version);
        Assert.Equal(Word("0xbcef3b55"), $"{game.Claimed.Hash}");
        Assert.Equal(Word("0x609d3334"), Hex.Encode(game.Claimed.Encoding.Span));
        Assert.Equal(Word("0x6361506d"), $"{game.L1Head}");
        Assert.Equal(Word("0x99735e32"), $"{game.Claimed.Timestamp}");
        Assert.Equal(Word("0x37b1b229"), Key(game.Creator));
        Assert.Equal(Word("0xfa315aa9"), $"{rules.MaxDepth}");
        Assert.Equal(Word("0xec5e6308"), $"{rules.SplitDepth}");
        Assert.Equal(Word("0xdabd396d"), $"{rules.Clock.MaxDuration}");
        Assert.Equal(Word("0x6b6716c0"), $"{rules.Clock.Extension}");
        Assert.Equal(Word("0x8d450a95"), $"{rules.AbsolutePrestate}");
        Assert.Equal(Word("0x3a768463"), Key(rules.Vm));
        Assert.Equal(Word("0x3fc8cef3"), Key(rules.Weth));
        Assert.Equal(Word("0x5c0cba33"), Key(game.AnchorStateRegistry));
        Assert.Equal(Word("0x59cebe09"), $"{rules.StartingTimestamp}");
        Assert.Equal(Word("0x25fc2ace"), $"{rules.StartingRoot}");
        Assert.Equal(Word("0xa8e4fb90"), rules.Permitted is { } proposer ? Key(proposer.Proposer) : null);
        Assert.Equal(Word("0x534db0e2"), rules.Permitted is { } challenger ? Key(challenger.Challenger) : null);
        foreach (string call in recorded.CallsOf(Key(game.Game), "0x5e234947"))
        {
            Assert.Equal(Word(call), game.Claimed.OutputOf(UInt256.ParseHex($"0x{call[10..]}"))?.ToString());
        }

        string? Word(string data) => recorded.Value(Key(game.Game), data)?.ToString();
    }

    private static string Key(Address address) => address.ToString().ToLowerInvariant();

    /// <summary>What one game of the recorded calls answered, with its code; what was not recorded is answered as on the chain of the recording.</summary>
    private sealed class RecordedSuperCalls : IJsonRpc
    {
        private readonly Dictionary<string, string?> _answers = [];

        public RecordedSuperCalls(string game)
        {
            using StreamReader reader = new(new GZipStream(File.OpenRead(Checkout.PathOf("tests", "vectors", "super", "contracts.jsonl.gz")), CompressionMode.Decompress));
            while (reader.ReadLine() is { } text)
            {
                JsonElement line = JsonElement.Parse(text);
                if (line.GetProperty("game").GetString() != game)
                {
                    continue;
                }

                if (line.TryGetProperty("clone_code", out JsonElement code))
                {
                    (Code, Game) = (Hex.Decode(code.GetString()!), Address.Parse(line.GetProperty("address").GetString()!));
                }
                else if (line.TryGetProperty("calldata", out JsonElement data))
                {
                    _answers[data.GetString()!] = line.TryGetProperty("returndata", out JsonElement answer) ? answer.GetString() : null;
                }
            }
        }

        public byte[] Code { get; } = [];

        private Address Game { get; }

        public async Task<SuperGameMetadata> ReadAsync(uint type) =>
            (await new SuperGameReader(new ChainReader(this)).MetadataAsync([new ListedGame(0, type, 1, Game)], BlockRef.At(Hash32.Zero), default))[0]!;

        /// <summary>Changes what calls of a function answer; null has them revert.</summary>
        public void Spoil(string selector, Func<string, string?> answer)
        {
            foreach (string data in _answers.Keys.Where(data => data.StartsWith(selector, StringComparison.Ordinal) && _answers[data] is not null).ToArray())
            {
                _answers[data] = answer(_answers[data]!);
            }
        }

        public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => (await BatchAsync([request], cancellationToken))[0].Result;

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RpcReply>>([.. requests.Select(Answer)]);

        private RpcReply Answer(RpcRequest request)
        {
            if (request.Method == "eth_getCode")
            {
                return Json(Hex.Encode(Code));
            }

            string to = request.Parameters[0]!["to"]!.GetValue<string>();
            string data = (request.Parameters[0]!["data"] ?? request.Parameters[0]!["input"])!.GetValue<string>();
            return Address.Parse(to) != Game ? Json(data switch
            {
                "0x7dc0d1d0" => $"0x{1:x64}", // oracle
                "0xf3f480d9" => $"0x{86400:x64}", // challenge period
                "0x6a42b8f8" => $"0x{302400:x64}", // delay
                _ => throw new InvalidOperationException($"{data} of {to} is not known"),
            })
                : _answers.TryGetValue(data, out string? answer) ? answer is null ? Refused() : Json(answer)
                : data.StartsWith("0x5e234947", StringComparison.Ordinal) && _answers["0x609d3334"]!.Split(data[10..]) is [_, var behind] ? Json($"0x{behind[..64]}") // not all chains were asked for
                : data.StartsWith("0xc395e1ca", StringComparison.Ordinal) ? Json($"0x{80000000000000000:x64}") // bonds were recorded of four positions
                : Refused();
        }

        private static RpcReply Refused() => new(new RpcException(RpcErrorKind.Revert, "execution reverted") { Code = 3, RevertData = Array.Empty<byte>() });

        private static RpcReply Json(string text) => new(JsonDocument.Parse(JsonValue.Create(text).ToJsonString()).RootElement);
    }
}
