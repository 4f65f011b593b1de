using System.Globalization;
using System.Text.Json.Nodes;
using Gavel.Agent.Demo;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// Whom Gavel believes, with real sockets: a silent node stops no answer that the others can give, a stale record and nodes of another chain make no
/// true root false, and each of them stands on the board with its cause.
/// </summary>
public sealed class TrustTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(3); // some thirty cycles

    [Fact]
    public async Task SilentNode_OfTwo_StopsNoAttack_WhereOneMayDecide()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await FalseRootAsync(ring);
        await using FaultProxy second = await FaultProxy.StartAsync(ring.Devnet.RollupNode.Url);
        second.BeSilent();
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => Two(chain, second, minimum: 1));
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        Danger down = await ToldAsync(ring, gavel, "node-down");
        Assert.Equal((DangerSeverity.Warn, true), (down.Severity, down.Subject.StartsWith(second.Url, StringComparison.Ordinal)));
        Assert.DoesNotContain(gavel.Dangers.Dangers, danger => danger.Code == "verdict-unavailable");
    }

    [Fact]
    public async Task SilentNode_OfTwo_LeavesTheLastResort_BeforeTheClockEnds()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await FalseRootAsync(ring);
        await using FaultProxy second = await FaultProxy.StartAsync(ring.Devnet.RollupNode.Url);
        second.BeSilent();
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => Two(chain, second, minimum: 0));
        Danger down = await ToldAsync(ring, gavel, "node-down");
        Assert.Equal((DangerSeverity.Page, true), (down.Severity, down.Subject.StartsWith(second.Url, StringComparison.Ordinal)));
        await ToldAsync(ring, gavel, "verdict-unavailable");
        await Task.Delay(LongEnough);
        Assert.Single((await ring.StateAsync(game, None)).Claims);

        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration * 0.8), None);
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        Assert.Equal(DangerSeverity.Page, (await ToldAsync(ring, gavel, "last-resort-move")).Severity);
        Assert.Equal(GameStatus.ChallengerWins, (await ring.SettleAsync(game, DevnetAccounts.Challenger.Address, None)).Status);
    }

    // A run of our own would show what is true (OwnRunTests): here there is no preimage server for one.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StaleRecord_MakesNoTrueRootFalse(bool withASecondNodeThatErrs)
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await TrueRootAsync(ring);
        await using FaultProxy second = await FaultProxy.StartAsync(ring.Devnet.RollupNode.Url);
        second.Fail("optimism_safeHeadAtL1Block", -32000, "the database is on fire");
        second.Fail("optimism_outputAtBlock", -32000, "the database is on fire");
        ring.Devnet.RollupNode.Faults.StaleSafeHead = 5;
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain =>
        {
            chain.Cannon.Server.Clear();
            if (withASecondNodeThatErrs)
            {
                Two(chain, second, minimum: 0);
            }
        });
        Danger unavailable = await ToldAsync(ring, gavel, "verdict-unavailable");
        Assert.Contains($"{game.Game}", unavailable.Subject, StringComparison.Ordinal);
        Assert.Equal(withASecondNodeThatErrs, unavailable.Problem.Contains("the database is on fire", StringComparison.Ordinal));
        await AssertLeftAloneAsync(ring, game);
    }

    // Nodes that answer well, of a chain of their own on the same L1: to them every root of ours is another value.
    [Fact]
    public async Task NodesOfAnotherChain_OnTheSameL1_MakeNoTrueRootFalse()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await TrueRootAsync(ring);
        ring.Devnet.RollupNode.Faults.L2ForkFrom = 1;
        await using FaultProxy rollup = await FaultProxy.StartAsync(ring.Devnet.RollupNode.Url);
        await using FaultProxy execution = await FaultProxy.StartAsync(ring.Devnet.L2Url);
        rollup.Alter(call => call.Method == "optimism_rollupConfig", (_, answer) =>
        {
            JsonObject other = (JsonObject)answer.DeepClone();
            other["result"]!["l2_chain_id"] = 4_242;
            return other;
        });
        execution.BeOfChain(4_242);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain =>
        {
            chain.RollupNodes[0] = rollup.Url;
            chain.L2ExecutionNodes[0] = execution.Url;
        });
        await ring.UntilAsync("both are told to be of another chain", () => Task.FromResult(gavel.Dangers.Dangers.Count(danger => danger.Code == "node-of-another-chain") == 2), None);
        Assert.All(gavel.Dangers.Dangers.Where(danger => danger.Code == "node-of-another-chain"), danger => Assert.Equal((DangerSeverity.Page, true), (danger.Severity, danger.Problem.Contains("4242", StringComparison.Ordinal))));
        await AssertLeftAloneAsync(ring, game);
    }

    // Before, games were decided by their index, eight at a time, and each of these took its 20 s of them: two minutes until the last, and none in between.
    [Fact]
    public async Task NodeThatHangsOnOneBlock_HoldsUpNoOtherGame_HoweverManyAreOfThatBlock()
    {
        const ulong Other = Duel.Block - 1;
        await using Ring ring = await Duel.RingAsync(None);
        await using FaultProxy node = await FaultProxy.StartAsync(ring.Devnet.RollupNode.Url);
        node.Hang(call => call.Method == "optimism_outputAtBlock" && call.Parameter(0)!.GetValue<string>() == string.Create(CultureInfo.InvariantCulture, $"0x{Duel.Block:x}"));
        GameMetadata[] hanging = new GameMetadata[41];
        for (int i = 0; i < hanging.Length; i++)
        {
            hanging[i] = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Alphabet, Keccak256.Hash([(byte)i]), Duel.Block, None);
        }

        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Other), Other, None);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.RollupNodes[0] = node.Url);
        await ring.UntilAsync("the other game's root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        await ring.UntilAsync(
            "each of those that hang is told", () => Task.FromResult(gavel.Dangers.Dangers.Count(danger => danger.Code == "verdict-unavailable") == hanging.Length), None);
        Assert.All(await Task.WhenAll(hanging.Select(held => ring.StateAsync(held, None))), state => Assert.Single(state.Claims));
        node.Clear();
        await ring.UntilAsync(
            "they are attacked when it answers",
            async () => (await Task.WhenAll(hanging.Select(held => ring.StateAsync(held, None)))).All(state => state.Claims.Count == 2),
            None);
    }

    [Fact]
    public async Task NodeWithoutARecordOfSafeHeads_IsToldWithItsOwnReason_AtOnce()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await TrueRootAsync(ring);
        ring.Devnet.RollupNode.Faults.Errors["optimism_safeHeadAtL1Block"] = (-32000, "safe head database not enabled");
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.Cannon.Server.Clear());
        Danger unavailable = await ToldAsync(ring, gavel, "verdict-unavailable");
        Assert.Contains("safe head database not enabled", unavailable.Problem, StringComparison.Ordinal);
        Assert.Contains($"{game.Game}", unavailable.Subject, StringComparison.Ordinal);
        await AssertLeftAloneAsync(ring, game);
    }

    private static void Two(ChainOptions chain, FaultProxy second, int minimum)
    {
        chain.RollupNodes[0].Group = "one";
        chain.RollupNodes.Add(new NodeOptions { Url = second.Url, Group = "two" });
        chain.Trust.MinAgreeing = minimum;
        chain.Trust.LookSeconds = 0.5;
        chain.Trust.WaitSeconds = 1;
    }

    private static async Task<GameMetadata> TrueRootAsync(Ring ring) =>
        await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);

    private static Task<GameMetadata> FalseRootAsync(Ring ring) =>
        ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);

    private static async Task<Danger> ToldAsync(Ring ring, ChallengerService gavel, string code)
    {
        await ring.UntilAsync($"{code} is on the board", () => Task.FromResult(gavel.Dangers.Dangers.Any(danger => danger.Code == code)), None);
        return gavel.Dangers.Dangers.First(danger => danger.Code == code);
    }

    private static async Task AssertLeftAloneAsync(Ring ring, GameMetadata game)
    {
        await Task.Delay(LongEnough);
        Assert.Single((await ring.StateAsync(game, None)).Claims);
        Assert.All(ring.Reports.Values.SelectMany(report => report.Judgements.Values), judgement => Assert.Equal(Rollup.Truth.Unavailable, judgement.Verdict.Truth));
    }
}
