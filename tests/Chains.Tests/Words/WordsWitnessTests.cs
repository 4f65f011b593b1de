using System.Text.Json.Nodes;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Chains.Tests.Words;

/// <summary>Whose word about a game counts: a proof against a block that a rollup node knows, else all L1 endpoints that answer, else nobody's.</summary>
public sealed class WordsWitnessTests : IClassFixture<WatchedDevnet>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WatchedDevnet _net;
    private readonly Known _known = new();
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<IAsyncDisposable> _clients = [];
    private FaultProxy _second = null!;

    public WordsWitnessTests(WatchedDevnet net) => _net = net;

    private FaultProxy First => _net.Proxy;

    public async Task InitializeAsync() => _second = await FaultProxy.StartAsync(_net.Devnet.L1Url);

    public async Task DisposeAsync()
    {
        First.Clear();
        foreach (IAsyncDisposable client in _clients)
        {
            await client.DisposeAsync();
        }

        await _second.DisposeAsync();
    }

    [Fact]
    public async Task ManyGames_AreProvenTogether_AtOneRequestAGame_AndOnce()
    {
        List<GameMetadata> games = [];
        for (int i = 0; i < 25; i++)
        {
            games.Add(await GameAsync($"one of many {i}"));
        }

        L1View view = await KnowHeadAsync();
        using WordsWitness witness = Witness(First);
        int before = First.Requests;
        int codes = First.Count("eth_getCode");
        witness.Ask(games, view);
        WordsStanding[] standings = await Task.WhenAll(games.Concat(games).Select(game => witness.StandingAsync(game, view, None).AsTask()));
        Assert.All(standings, standing => Assert.Equal(WordsState.Proven, standing.State));
        Assert.Contains($"{view.Block.Number} ({view.Block.Hash})", standings[0].Text, StringComparison.Ordinal);
        Assert.Equal(games.Count + 2, First.Requests - before); // chain id and header, whatever the number of games
        Assert.Equal(codes, First.Count("eth_getCode"));
        Assert.Equal(1, _known.Asked);

        // Kept: nothing is asked again, neither later nor at another block.
        before = First.Requests;
        _time.Advance(TimeSpan.FromHours(1));
        await _net.Devnet.MineL1Async();
        Assert.Equal(WordsState.Proven, (await witness.StandingAsync(games[0], await KnowHeadAsync(), None)).State);
        Assert.Equal(before, First.Requests - 1); // the head of this test
    }

    [Fact]
    public async Task MetadataReadAnew_AsAfterAReorganisation_AreProvenAnew()
    {
        GameMetadata game = await GameAsync("read anew");
        L1View view = await KnowHeadAsync();
        using WordsWitness witness = Witness(First);
        Assert.Equal(WordsState.Proven, (await witness.StandingAsync(game, view, None)).State);
        int before = First.Count("eth_getProof");
        Assert.Equal(WordsState.Proven, (await witness.StandingAsync(game with { }, view, None)).State);
        Assert.Equal(before + 1, First.Count("eth_getProof"));
        Assert.Equal(WordsState.Contradicted, (await witness.StandingAsync(game with { L1Head = Samples.Hash("lost fork"), CodeHash = null }, view, None)).State);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("head")]
    [InlineData("block")]
    [InlineData("code")]
    [InlineData("type of code")]
    public async Task WordThatWasReadOtherwise_IsContradicted_AndNobodyIsNamedWhoTellsTheTruthNow(string what)
    {
        GameMetadata game = await GameAsync($"read otherwise {what}");
        GameMetadata otherwise = what switch
        {
            "root" => game with { RootClaim = Samples.Hash("other"), CodeHash = null },
            "head" => game with { L1Head = Samples.Hash("other"), CodeHash = null },
            "block" => game with { L2BlockNumber = 1, CodeHash = null },
            "code" => game with { CodeHash = Samples.Hash("other") },
            _ => game with { CodeHash = Samples.Hash("other"), RootClaim = Samples.Hash("other") },
        };
        L1View view = await KnowHeadAsync();
        using WordsWitness witness = Witness(First, _second);
        WordsStanding standing = await witness.StandingAsync(otherwise, view, None);
        Assert.Equal(WordsState.Contradicted, standing.State);
        Assert.False(standing.IsSettled);
        Assert.Empty(witness.Dangers);

        // Read by its getters alone it is proven as well, by the code that has the hash.
        Assert.Equal(WordsState.Proven, (await witness.StandingAsync(game with { CodeHash = null }, view, None)).State);
    }

    [Fact]
    public async Task LiarIsLeftOutOfAllReaders_ByName_AndTakenBackWhenItTellsTheTruth()
    {
        GameMetadata game = await GameAsync("liar");
        L1View view = await KnowHeadAsync();
        FailoverRpc l1 = Connect(First, _second);
        FailoverRpc sender = Connect(First, _second);
        await new ChainReader(sender).GetBlockNumberAsync(None); // all are asked for their chain once
        using WordsWitness witness = new(l1, [l1, sender], _known, _time);
        Lie(First, game);
        Assert.Equal(WordsState.Contradicted, (await witness.StandingAsync(game with { L1Head = Samples.Hash("lie"), CodeHash = null }, view, None)).State);
        Danger danger = Assert.Single(witness.Dangers);
        Assert.Equal((DangerSeverity.Warn, "l1-endpoint-contradicts-proof"), (danger.Severity, danger.Code));
        Assert.StartsWith(First.Url, danger.Subject, StringComparison.Ordinal);
        Assert.Contains($"L1 head {Samples.Hash("lie")}, not {game.L1Head}", danger.Problem, StringComparison.Ordinal);
        foreach (FailoverRpc reader in (FailoverRpc[])[l1, sender])
        {
            int before = First.Requests;
            await new ChainReader(reader).GetBlockNumberAsync(None);
            Assert.Equal(before, First.Requests);
        }

        // As long as it lies it stays out.
        _time.Advance(TimeSpan.FromSeconds(6));
        int proofs = First.Count("eth_getCode");
        witness.Ask([], view);
        await Eventually.TrueAsync(() => First.Count("eth_getCode") > proofs, TimeSpan.FromSeconds(30));
        await Task.Delay(50);
        Assert.Single(witness.Dangers);

        First.Clear();
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(60));
                witness.Ask([], view);
                return witness.Dangers.Count == 0;
            },
            TimeSpan.FromSeconds(30));
        int again = First.Requests;
        await new ChainReader(l1).GetBlockNumberAsync(None);
        Assert.True(First.Requests > again);
    }

    [Theory]
    [InlineData("no eth_getProof")]
    [InlineData("no rollup node")]
    [InlineData("block that nobody has")]
    [InlineData("header of another number")]
    [InlineData("forged proofs")]
    public async Task WithoutAProof_TwoEndpointsMustAgree(string why)
    {
        GameMetadata game = await GameAsync($"agree {why}");
        L1View view = await KnowHeadAsync();
        switch (why)
        {
            case "no eth_getProof":
                Refuse(First);
                Refuse(_second);
                break;
            case "no rollup node":
                _known.Blocks = [];
                break;
            case "block that nobody has":
                _known.Blocks = [new BlockId(Samples.Hash("block"), view.Block.Number)];
                break;
            case "header of another number":
                _known.Blocks = [new BlockId(view.Block.Hash, view.Block.Number + 1)];
                break;
            default:
                Forge(First);
                Forge(_second);
                break;
        }

        using WordsWitness both = Witness(First, _second);
        WordsStanding agreed = await both.StandingAsync(game, view, None);
        Assert.True(agreed.State == WordsState.Agreed, agreed.Text);
        Assert.Contains(First.Url, agreed.Text, StringComparison.Ordinal);
        Assert.Contains(_second.Url, agreed.Text, StringComparison.Ordinal);

        // Of one that is configured alone, its word is all there is.
        using WordsWitness alone = Witness(First);
        Assert.Equal(WordsState.Agreed, (await alone.StandingAsync(game, view, None)).State);

        // Silence is no vote, neither is an error, and one lie is as good as one truth.
        Lie(_second, game);
        using WordsWitness divided = Witness(First, _second);
        WordsStanding unsettled = await divided.StandingAsync(game, view, None);
        Assert.Equal(WordsState.Unsettled, unsettled.State);
        Assert.Contains("contradict each other", unsettled.Text, StringComparison.Ordinal);
        Assert.Contains(_second.Url, unsettled.Text, StringComparison.Ordinal);
        _second.Clear();
        _second.Fail("eth_getCode", -32000, "missing trie node");
        _second.Fail("eth_getProof", -32601, "no such method");
        using WordsWitness silenced = Witness(First, _second);
        Assert.Equal(WordsState.Unsettled, (await silenced.StandingAsync(game, view, None)).State);
    }

    [Fact]
    public async Task UnsettledGame_IsAskedAboutAgain_AndSettlesWhenItCan()
    {
        GameMetadata game = await GameAsync("again");
        L1View view = await KnowHeadAsync();
        Refuse(First);
        Refuse(_second);
        Lie(_second, game);
        using WordsWitness witness = Witness(First, _second);
        Assert.Equal(WordsState.Unsettled, (await witness.StandingAsync(game, view, None)).State);
        First.Clear();
        _second.Clear();
        int before = First.Requests + _second.Requests;
        Assert.Equal(WordsState.Unsettled, (await witness.StandingAsync(game, view, None)).State); // not before a pause
        await Task.Delay(200); // an inquiry that had begun would be seen by now
        Assert.Equal(before, First.Requests + _second.Requests);
        await SettleAsync(witness, game, view);
    }

    [Fact]
    public async Task Placeholder_IsBelievedWhereTwoEndpointsTellIt_OrItsCodeIsProven_AndInDoubtOtherwise()
    {
        GameMetadata real = await GameAsync("placeholder");
        Hash32 dead = Hash32.Parse("0xdead000000000000000000000000000000000000000000000000000000000000");
        GameMetadata game = real with { Rules = real.Rules! with { AbsolutePrestate = dead }, IsPrestateInCode = false };
        GameMetadata inCode = game with { IsPrestateInCode = true };
        L1View view = await KnowHeadAsync();

        // All tell what it truly is: the one who told the placeholder was alone, and is gone.
        using WordsWitness none = Witness(First, _second);
        Assert.Equal(WordsState.Contradicted, (await none.StandingAsync(game, view, None)).State);

        Place(First, real.Rules!.AbsolutePrestate, dead);
        using WordsWitness one = Witness(First, _second);
        WordsStanding standing = await one.StandingAsync(game, view, None);
        Assert.Equal(WordsState.Proven, standing.State);
        Assert.Contains(_second.Url, standing.PlaceholderDoubt, StringComparison.Ordinal);
        Assert.Contains($" tells absolute prestate {real.Rules.AbsolutePrestate}, not {dead}", standing.PlaceholderDoubt, StringComparison.Ordinal);

        // Silence is no vote; what the code holds, which is proven, needs none.
        _second.Fail("eth_call", -32000, "missing trie node");
        using WordsWitness silenced = Witness(First, _second);
        Assert.Contains("1 of 2 L1 endpoints tells so, where 2 must", (await silenced.StandingAsync(game, view, None)).PlaceholderDoubt, StringComparison.Ordinal);
        Assert.Null((await silenced.StandingAsync(inCode, view, None)).PlaceholderDoubt);
        _second.Clear();
        using WordsWitness proven = Witness(First, _second);
        Assert.Null((await proven.StandingAsync(inCode, view, None)).PlaceholderDoubt);
        GameMetadata deeper = inCode with { Rules = inCode.Rules! with { MaxDepth = inCode.Rules!.MaxDepth + 1 } };
        Assert.Equal(WordsState.Contradicted, (await proven.StandingAsync(deeper, view, None)).State);

        // The word of one that is configured alone is all there is, as everywhere.
        using WordsWitness alone = Witness(First);
        Assert.Null((await alone.StandingAsync(game, view, None)).PlaceholderDoubt);

        // It is asked for again, and believed once the second tells it too.
        Place(_second, real.Rules.AbsolutePrestate, dead);
        await Eventually.NotNullAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(40));
                return await one.StandingAsync(game, view, None) is { State: WordsState.Proven, PlaceholderDoubt: null } ? "believed" : null;
            },
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task ForgedProofOfTheFirst_IsNoObstacle_WhereTheSecondProves()
    {
        GameMetadata game = await GameAsync("forged");
        L1View view = await KnowHeadAsync();
        Forge(First);
        Lie(First, game);
        using WordsWitness witness = Witness(First, _second);
        Assert.Equal(WordsState.Proven, (await witness.StandingAsync(game, view, None)).State);
    }

    [Fact]
    public async Task SilentFirst_IsNoObstacle_WhereTheSecondProves()
    {
        GameMetadata game = await GameAsync("silent");
        L1View view = await KnowHeadAsync();
        First.BeSilent();
        RpcOptions patient = new() { PatienceSeconds = 0.1 };
        FailoverRpc l1 = new([EndpointUrl.Parse(First.Url), EndpointUrl.Parse(_second.Url)], patient with { ExpectedChainId = await _net.Devnet.L1.GetChainIdAsync(None) });
        _clients.Add(l1);
        using WordsWitness witness = new(l1, [l1], _known, TimeProvider.System);
        Assert.Equal(WordsState.Proven, (await witness.StandingAsync(game, view, None)).State);
    }

    [Fact]
    public async Task GameYoungerThanWhatRollupNodesKnow_WaitsForThem()
    {
        await _net.Devnet.MineL1Async();
        L1View old = await KnowHeadAsync();
        await _net.Devnet.WarpAsync(TimeSpan.FromSeconds(5));
        GameMetadata game = await GameAsync("young");
        L1View view = await L1View.OfHeadAsync(_net.Devnet.L1, None);
        using WordsWitness witness = Witness(First);
        WordsStanding standing = await witness.StandingAsync(game, view, None);
        Assert.Equal(WordsState.Unsettled, standing.State);
        Assert.Contains("do not know an L1 block yet in which the game exists", standing.Text, StringComparison.Ordinal);
        Assert.NotEqual(old, await KnowHeadAsync());
        await SettleAsync(witness, game, view);
    }

    [Fact]
    public async Task GameThatTheChainDoesNotHave_IsNeverSettled_AndItsInventorIsNamed()
    {
        GameMetadata game = await GameAsync("invented");
        Address nowhere = Address.Parse("0x00000000000000000000000000000000000b0b00");
        L1View view = await KnowHeadAsync();
        using WordsWitness witness = Witness(First, _second);
        Assert.Equal(WordsState.Unsettled, (await witness.StandingAsync(game with { Game = nowhere }, view, None)).State);
        Assert.Empty(witness.Dangers);

        byte[] code = await _net.Devnet.L1.GetCodeAsync(game.Game, BlockRef.Latest, None);
        First.Instead(call => call.Method == "eth_getCode", call => call.Result(Hex.Encode(code)));
        using WordsWitness other = Witness(First, _second);
        Assert.Equal(WordsState.Contradicted, (await other.StandingAsync(game with { Game = nowhere }, view, None)).State);
        Assert.StartsWith(First.Url, Assert.Single(other.Dangers).Subject, StringComparison.Ordinal);
    }

    private async Task SettleAsync(WordsWitness witness, GameMetadata game, L1View view) => await Eventually.NotNullAsync(
        async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(40));
            return (await witness.StandingAsync(game, view, None)).State == WordsState.Proven ? "proven" : null;
        },
        TimeSpan.FromSeconds(30));

    private WordsWitness Witness(params FaultProxy[] endpoints)
    {
        FailoverRpc l1 = Connect(endpoints);
        return new WordsWitness(l1, [l1], _known, _time);
    }

    private FailoverRpc Connect(params FaultProxy[] endpoints)
    {
        FailoverRpc rpc = new(endpoints.Select(endpoint => EndpointUrl.Parse(endpoint.Url)));
        _clients.Add(rpc);
        return rpc;
    }

    private async Task<GameMetadata> GameAsync(string root)
    {
        Address game = await _net.CreateAsync(root);
        GameMetadata metadata = await new GameReader(_net.Devnet.L1).MetadataAsync(game, BlockRef.Latest, None);
        Assert.NotNull(metadata.CodeHash);
        return metadata;
    }

    private async Task<L1View> KnowHeadAsync()
    {
        L1View view = await L1View.OfHeadAsync(_net.L1, None);
        _known.Blocks = [view.Block];
        return view;
    }

    private static void Place(FaultProxy proxy, Hash32 prestate, Hash32 placeholder) => proxy.Alter(
        call => call.Method == "eth_call",
        (_, answer) => (JsonObject)JsonNode.Parse(answer.ToJsonString().Replace($"{prestate}"[2..], $"{placeholder}"[2..], StringComparison.OrdinalIgnoreCase))!);

    private static void Refuse(FaultProxy proxy) => proxy.Fail("eth_getProof", -32601, "the method eth_getProof does not exist/is not available");

    // A proof of another account: well formed, and not of what was asked.
    private static void Forge(FaultProxy proxy) => proxy.Alter(
        call => call.Method == "eth_getProof",
        (_, answer) =>
        {
            answer["result"]!["codeHash"] = $"{Samples.Hash("forged")}";
            return answer;
        });

    private static void Lie(FaultProxy proxy, GameMetadata game) => proxy.Alter(
        call => call.Method is "eth_call" or "eth_getCode",
        (_, answer) => (JsonObject)JsonNode.Parse(answer.ToJsonString().Replace($"{game.L1Head}"[2..], $"{Samples.Hash("lie")}"[2..], StringComparison.OrdinalIgnoreCase))!);

    private sealed class Known : IKnownL1Blocks
    {
        public IReadOnlyList<BlockId> Blocks { get; set; } = [];

        public int Asked { get; private set; }

        public ValueTask<IReadOnlyList<BlockId>> KnownAsync(CancellationToken cancellationToken)
        {
            Asked++;
            return ValueTask.FromResult(Blocks);
        }
    }
}
