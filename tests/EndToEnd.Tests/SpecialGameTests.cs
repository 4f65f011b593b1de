using Gavel.Agent.Demo;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>Games that are not fought by bisection alone, and parties that are not alone.</summary>
public sealed class SpecialGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Address Us = DevnetAccounts.Challenger.Address;

    [Fact]
    public async Task RootThatIsTheOutputOfTheSafeHead_ForALaterBlock_IsChallengedByItsNumber()
    {
        await using Ring ring = await Duel.RingAsync(None);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await ring.CreateGameAsync(
            DevnetAccounts.Dishonest, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block + 10, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("the block number is challenged", async () => (await ring.StateAsync(game, None)).L2BlockNumberChallenger == Us, None);
        GameState resolved = await ring.SettleAsync(game, Us, None);
        Assert.Equal(GameStatus.ChallengerWins, resolved.Status);
        Assert.Single(resolved.Claims); // it is the only action: no bond was risked
        (await Ledger.OfAsync(ring.Devnet, Us, start, resolved, None)).AssertHonest(resolved.Claims[0].Bond);
    }

    [Fact]
    public async Task TwoHonestChallengers_WinTogether_AndNeitherLosesMoreThanGas()
    {
        await using Ring ring = await Duel.RingAsync(None);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        Outcome outcome = await new Duel
        {
            Type = DevnetGameType.Cannon,
            Root = FalseTrace.FalseOutput(Duel.Block),
            Before = (arena, _) => arena.StartGavelAsync(
                DevnetAccounts.SecondChallenger, None, name: "second"),
        }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        Address other = DevnetAccounts.SecondChallenger.Address;
        await ring.UntilAsync("the second is paid", async () => (await ring.StateAsync(outcome.Game, None, other)).Credits[other].Owed.IsZero, None);
        UInt256 won = outcome.Resolved.Claims.Where(claim => claim.CounteredBy == other).Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        (await Ledger.OfAsync(ring.Devnet, other, start, outcome.Resolved, None)).AssertHonest(won);
        Assert.Equal(outcome.Resolved.Claims.Count, outcome.Resolved.Claims.Select(claim => claim.Id).Distinct().Count());
    }

    [Fact]
    public async Task DryRun_Decides_AndSendsNothing()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.DryRun = true);
        await ring.UntilAsync("the attack is explained", () => Task.FromResult(ring.Lines.Has("would attack (dry run)")), None);
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Single((await ring.StateAsync(game, None)).Claims);
        Assert.Equal(0UL, await ring.Devnet.L1.GetTransactionCountAsync(Us, BlockRef.Pending, None));
    }

    [Fact]
    public async Task MissingPrestate_RefusesThatGamesBottomHalf_AndNothingElse()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata cannon = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.Cannon.Prestates.Clear());
        KnownOutputs truth = await ring.TruthAsync(cannon, None);
        Player liar = new(ring.Devnet, DevnetAccounts.Dishonest, cannon, new FalseTrace(
            cannon, truth, 6, (_, leaf) => FalseTrace.FalseState(leaf, VmStatus.Invalid)));
        await ring.UntilAsync(
            "the output half is played out and the refusal is told",
            async () =>
            {
                await liar.MoveAsync(None);
                return ring.Lines.All.Any(line => line.Contains("claim-unanswerable", StringComparison.Ordinal)
                    && line.Contains($"absolute prestate {cannon.Rules!.AbsolutePrestate} is not to be had", StringComparison.Ordinal));
            },
            None);
        Assert.Contains((await ring.StateAsync(cannon, None)).Claims, claim => claim.Position.Depth == cannon.Rules!.SplitDepth);

        GameMetadata alphabet = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Alphabet, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        await ring.UntilAsync("the other game is attacked", async () => (await ring.StateAsync(alphabet, None)).Claims.Count == 2, None);
        Assert.DoesNotContain((await ring.StateAsync(cannon, None)).Claims, claim => claim.Claimant == Us && claim.Position.Depth > cannon.Rules!.SplitDepth);
    }

    [Fact]
    public async Task GameBelowTheSafeHead_OnVersion120_IsPlayedWithAnAlert_AndLost()
    {
        // The known weakness of contract 1.2.0: local datum 4 is not capped at the proposed block, so that the VM refutes a true root when
        // an attacker leads the game to a block beyond it. Nobody can defend this; version 2.4 caps the datum.
        await using Ring ring = await Ring.OpenAsync(
            new DevnetOptions { InitialL2Blocks = 20, CannonPrestate = FaultProofProgram.Rollup.Prestate }, None);
        Hash32 root = await ring.OutputAsync(Duel.Block, None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, root, Duel.Block, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("the alert", () => Task.FromResult(ring.Lines.Has("this contract version cannot defend this game")), None);
        RightEdgeAttacker attacker = new(ring, game, root);
        await attacker.AttackAsync(None);
        Assert.False(attacker.IsLie);
        await ring.UntilAsync("Gavel says that there is no answer", () => Task.FromResult(ring.Lines.Has("has no answer (ExecutionRootIsTrue)")), None);
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await ring.UntilAsync("the game is resolved", async () => (await ring.StateAsync(game, None)).Status != GameStatus.InProgress, None);
        Assert.Equal(GameStatus.ChallengerWins, (await ring.StateAsync(game, None)).Status);
    }

    [Fact]
    public async Task GameBelowTheSafeHead_OnVersion2_IsDefended()
    {
        // The contract caps local datum 4, so that the program is asked for (agreed = claimed, at the agreed block), which holds. Before, the program
        // of the devnet refused that, and a true root was lost.
        await using Ring ring = await Duel.NewerRingAsync(None, safeBlocks: 20);
        Hash32 root = await ring.OutputAsync(Duel.Block, None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, NewerGames.Type, root, Duel.Block, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        RightEdgeAttacker attacker = new(ring, game, root);
        await attacker.AttackAsync(None);
        Assert.True(attacker.IsLie);
        int posted = (await ring.StateAsync(game, None)).Claims.Count;
        await ring.UntilAsync("the lie is answered", async () => (await ring.StateAsync(game, None)).Claims.Count > posted, None);
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await ring.UntilAsync("the game is resolved", async () => (await ring.StateAsync(game, None)).Status != GameStatus.InProgress, None);
        Assert.Equal(GameStatus.DefenderWins, (await ring.StateAsync(game, None)).Status);
        Assert.False(ring.Lines.Has("cannot defend this game"));
    }
}
