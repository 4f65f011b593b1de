using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gavel.Agent.Demo;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>A person decides what the nodes cannot tell, and what Gavel does not dare by itself.</summary>
public sealed class DecisionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    // One node against one: nothing can be told of a false root, until a person says what it is; and that is remembered over kill -9.
    [Fact]
    public async Task OneAgainstOne_IsDecidedByAPerson_AndWon()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        await using FaultProxy liar = await FaultProxy.StartAsync(ring.Devnet.RollupNode.Url);
        liar.Alter(call => call.Method == "optimism_outputAtBlock" && call.Parameter(0)!.GetValue<string>() == Hex.Quantity(Duel.Block), (_, answer) => OtherOutput(answer));
        string token = Path.Combine(ring.Data, "token");
        await File.WriteAllTextAsync(token, new string('t', 40));
        string page = $"http://127.0.0.1:{FreePort()}";
        using GavelProcess gavel = new(
            ring,
            DevnetAccounts.Challenger,
            chain =>
            {
                chain.RollupNodes[0].Group = "one";
                chain.RollupNodes.Add(new NodeOptions { Url = liar.Url, Group = "two" });
                chain.Trust.WaitSeconds = 1;
            },
            new { Listen = page, OperatorTokenFile = token });
        gavel.Start();
        using HttpClient http = new();
        await ring.UntilAsync("nobody can tell", async () => await SaysAsync(http, page, $"page verdict-unavailable: process game {game.Game}: the rollup nodes contradict each other"), None);
        Assert.Single((await ring.StateAsync(game, None)).Claims);

        Assert.Equal(0, await AgentAsync("decide", $"{game.Game}", "invalid", "--because", "two is on a fork, says its operator", "--yes", "--config", gavel.Config));
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        GameState state = await ring.StateAsync(game, None);
        Hash32 honest = (await ring.TruthAsync(game, None)).ValueAt(null, state.Claims[1].Position).Value;
        Assert.Equal((DevnetAccounts.Challenger.Address, honest), (state.Claims[1].Claimant, state.Claims[1].Value));

        gavel.Kill();
        gavel.Start();
        await ring.UntilAsync("the decision is shown", async () => await SaysAsync(http, page, $"watch decision-by-a-person: process game {game.Game}: its root is called invalid"), None);
        Assert.Equal(GameStatus.ChallengerWins, (await ring.SettleAsync(game, DevnetAccounts.Challenger.Address, None)).Status);
    }

    // A claim of our own that what we know now contradicts is not countered by ourselves; a person who has looked may have it countered.
    [Fact]
    public async Task ClaimOfOurOwn_IsCountered_WhenAPersonHasDecided()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        ContractCall wrong = FaultDisputeGame.MoveOn(game.Game, 0, game.RootClaim, FalseTrace.FalseOutput(5), true, game.Rules!.Bonds[1]);
        await ring.Devnet.SendAsync(DevnetAccounts.Challenger, wrong.To, wrong.Data, wrong.Value);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync(
            "it is held back", () => Task.FromResult(gavel.Dangers.Dangers.Any(danger => danger.Code == "claim-unanswerable" && danger.Problem.Contains("our own", StringComparison.Ordinal))), None);
        DecisionDesk desk = gavel.Decisions.Of(null).Single();
        DecisionOutlook outlook = (await desk.OutlookAsync(game.Game, None))!;
        Assert.Equal([1], outlook.Valid.Against);
        Assert.Empty(outlook.Valid.With);
        Assert.Empty(outlook.Invalid.Against);
        Assert.Equal([1], outlook.Invalid.With);
        Assert.Equal(1, Assert.IsType<MoveAction>(Assert.Single(outlook.Valid.Supposed.Solution.Actions)).ParentIndex);
        Assert.Equal(2, (await ring.StateAsync(game, None)).Claims.Count);

        Assert.Throws<DecisionRefusedException>(() => desk.Decide(game.Game, game.RootClaim, Truth.Valid, "alice", "another game's head"));
        desk.Decide(game.Game, game.L1Head, Truth.Valid, "alice", "our claim was posted by hand");
        await ring.UntilAsync("it is countered", async () => (await ring.StateAsync(game, None)).Claims.Count == 3, None);
        Assert.Equal(DevnetAccounts.Challenger.Address, (await ring.StateAsync(game, None)).Claims[2].Claimant);
    }

    // Another output with fields that fit it.
    private static JsonObject OtherOutput(JsonObject answer)
    {
        JsonObject other = (JsonObject)answer.DeepClone();
        JsonObject result = (JsonObject)other["result"]!;
        Hash32 state = FalseTrace.FalseOutput(1);
        result["stateRoot"] = $"{state}";
        result["outputRoot"] = $"{OutputRoot.Compute(state, Hash32.Parse(result["withdrawalStorageRoot"]!.GetValue<string>()), Hash32.Parse(result["blockRef"]!["hash"]!.GetValue<string>()))}";
        return other;
    }

    private static async Task<bool> SaysAsync(HttpClient http, string page, string words)
    {
        try
        {
            return (await http.GetStringAsync($"{page}/dangers.txt")).Contains(words, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false; // it is starting
        }
    }

    private static async Task<int> AgentAsync(params string[] arguments)
    {
        using Process agent = Process.Start(Path.Combine(AppContext.BaseDirectory, "agent"), arguments);
        await agent.WaitForExitAsync();
        return agent.ExitCode;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
