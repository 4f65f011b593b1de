using System.Text.Json.Nodes;
using Gavel.Agent.Demo;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Intents;
using Gavel.Sending;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// An L1 endpoint that lies about the words of a game by which it is judged (its L1 head, root or block) makes Gavel neither attack a valid root
/// nor let a false one pass: the account proof against an L1 block that the rollup node knows refutes it. Before, one lie was enough.
/// </summary>
public sealed class LyingL1Tests
{
    private const string Contradicts = "l1-endpoint-contradicts-proof";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(3); // some thirty cycles

    [Theory]
    [InlineData("L1 head")]
    [InlineData("root claim")]
    [InlineData("L2 block")]
    public async Task ValidRoot_OfWhichThePreferredEndpointLies_IsNotAttacked_AndTheLiarIsLeftOut(string word)
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await using FaultProxy liar = await FaultProxy.StartAsync(ring.Devnet.L1Url);
        await LieAsync(liar, ring, game, word);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.L1.Insert(0, liar.Url));
        await ring.UntilAsync("the liar is found out", () => Task.FromResult(Told(gavel) is not null), None);
        await ring.UntilAsync("the root is found valid", () => Task.FromResult(ring.Lines.Has("Valid: ")), None);
        await Task.Delay(LongEnough);
        Assert.Single((await ring.StateAsync(game, None)).Claims);
        Danger danger = Told(gavel)!;
        Assert.Equal(DangerSeverity.Warn, danger.Severity);
        Assert.StartsWith(liar.Url, danger.Subject, StringComparison.Ordinal);
        Assert.Contains("left out of reading", danger.Problem, StringComparison.Ordinal);
        Assert.Contains(word, danger.Problem, StringComparison.Ordinal);

        // It is not asked about anything while it is left out, and taken back once it tells the truth.
        liar.Clear();
        await ring.UntilAsync("it is taken back", () => Task.FromResult(Told(gavel) is null), None);
        int before = liar.Count("eth_getBlockByNumber");
        await ring.UntilAsync("it is asked again", () => Task.FromResult(liar.Count("eth_getBlockByNumber") > before + 3), None);
        Assert.Single((await ring.StateAsync(game, None)).Claims);
    }

    [Fact]
    public async Task FalseRoot_OfWhichThePreferredEndpointSaysThatItIsTheTrueOne_IsAttacked()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        await using FaultProxy liar = await FaultProxy.StartAsync(ring.Devnet.L1Url);
        Hash32 truth = await ring.OutputAsync(Duel.Block, None);
        liar.Alter(IsReading, (_, answer) => Replaced(answer, Digits(game.RootClaim), Digits(truth)));
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.L1.Insert(0, liar.Url));
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        string journal = SenderDesk.JournalIn(Path.Combine(
            ring.Data, "devnet", "outbox", $"{await ring.Devnet.L1.GetChainIdAsync(None)}-{DevnetAccounts.Challenger.Address}"));
        OutboxEntry move = (await new ReadOnlyJournal(journal).ListAsync(default, None))[0];
        Assert.Equal(game.L1Head, IntentKey.Decode(move.Intent.Key.Span)!.L1Head);
        Assert.Equal(GameStatus.ChallengerWins, (await ring.SettleAsync(game, DevnetAccounts.Challenger.Address, None)).Status);
    }

    [Theory]
    [InlineData("L1 head")]
    [InlineData("root claim")]
    public async Task ValidRoot_OfWhichTheOnlyEndpointLies_IsNotMovedOn_UntilItTellsTheTruth(string word)
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await using FaultProxy liar = await FaultProxy.StartAsync(ring.Devnet.L1Url);
        await LieAsync(liar, ring, game, word);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.L1[0] = liar.Url);
        await ring.UntilAsync("the liar is found out", () => Task.FromResult(Told(gavel) is not null), None);
        await ring.UntilAsync("the game is unavailable", () => Task.FromResult(ring.Lines.Has("nothing is attacked")), None);
        await Task.Delay(LongEnough);
        Assert.Single((await ring.StateAsync(game, None)).Claims);
        Danger danger = Told(gavel)!;
        Assert.Equal(DangerSeverity.Page, danger.Severity);
        Assert.StartsWith(liar.Url, danger.Subject, StringComparison.Ordinal);
        Assert.Contains($"{game.Game}", danger.Problem, StringComparison.Ordinal); // nobody gives the true code, by which the word could be named
        Assert.False(ring.Lines.Has("Invalid"), ring.Lines.ToString());

        liar.Clear();
        await ring.UntilAsync("the root is found valid", () => Task.FromResult(ring.Lines.Has("Valid: ")), None);
        await ring.UntilAsync("nothing is told of it any more", () => Task.FromResult(Told(gavel) is null), None);
        Assert.Single((await ring.StateAsync(game, None)).Claims);
    }

    private static Danger? Told(ChallengerService gavel) => gavel.Dangers.Dangers.FirstOrDefault(danger => danger.Code == Contradicts);

    // Code, getters and claims alike: nothing that it says of the game contradicts another thing that it says.
    private static async Task LieAsync(FaultProxy liar, Ring ring, GameMetadata game, string word)
    {
        switch (word)
        {
            case "L1 head":
                string earlier = Digits((await ring.Devnet.L1.GetBlockAsync(BlockRef.At(1), None)).Hash);
                liar.Alter(IsReading, (_, answer) => Replaced(answer, Digits(game.L1Head), earlier));
                break;
            case "root claim":
                liar.Alter(IsReading, (_, answer) => Replaced(answer, Digits(game.RootClaim), Digits(FalseTrace.FalseOutput(Duel.Block))));
                break;
            default:
                string block = Digits(Hash32.FromUInt256(Duel.Block));
                string other = Digits(Hash32.FromUInt256(Duel.Block - 1));
                liar.Alter(call => call.Method == "eth_getCode", (_, answer) => Replaced(answer, Digits(game.L1Head) + block, Digits(game.L1Head) + other));
                string[] selectors = [.. ((string[])["l2BlockNumber()", "gameData()", "extraData()"]).Select(signature => $"{Selector.Of(signature)}")];
                liar.Alter(call => selectors.Contains(call.Selector), (_, answer) => Replaced(answer, block, other));
                break;
        }
    }

    private static bool IsReading(ProxiedCall call) => call.Method is "eth_call" or "eth_getCode";

    private static string Digits(Hash32 word) => word.ToString()[2..];

    private static JsonObject Replaced(JsonObject answer, string digits, string by) => (JsonObject)JsonNode.Parse(answer.ToJsonString().Replace(digits, by, StringComparison.OrdinalIgnoreCase))!;
}
