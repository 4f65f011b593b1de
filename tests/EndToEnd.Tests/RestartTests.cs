using Gavel.Agent.Demo;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>Gavel is killed with SIGKILL again and again in the middle of a game: nothing is lost and nothing is bonded twice.</summary>
public sealed class RestartTests
{
    private const int Seed = 20261121;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    [Trait("Scale", "full")]
    public async Task Killed_InMidGame_GoesOnAndLosesNothing()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Address us = DevnetAccounts.Challenger.Address;
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        FalseTrace lie = new(game, await ring.TruthAsync(game, None), 6, (_, leaf) => FalseTrace.FalseState(leaf, VmStatus.Invalid));
        Player liar = new(ring.Devnet, DevnetAccounts.Dishonest, game, lie);
        using GavelProcess gavel = new(ring, DevnetAccounts.Challenger);
        Random random = new(Seed);
        int kills = Scale.Of(6, 25);
        gavel.Start();
        DateTime end = DateTime.UtcNow + TimeSpan.FromMinutes(5);
        GameState state = await ring.StateAsync(game, None);
        while (!state.Claims.Any(claim => claim.Position.Depth == game.Rules!.MaxDepth && claim.CounteredBy == us))
        {
            await liar.MoveAsync(None);
            if (kills > 0)
            {
                // From before its first read to well into its sending.
                await Task.Delay(random.Next(300, 2500));
                gavel.Kill();
                gavel.Start();
                kills--;
            }

            await Task.Delay(50);
            Assert.True(gavel.IsRunning, gavel.Log);
            Assert.True(DateTime.UtcNow < end, $"seed {Seed}: the fight did not end; {kills} kills to come, {state.Claims.Count} claims\n{gavel.LastWords}");
            state = await ring.StateAsync(game, None);
        }

        Assert.Equal(0, kills);
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await ring.UntilAsync("a part is resolved", async () => (await ring.StateAsync(game, None)).Resolved.Any(resolved => resolved), None);
        gavel.Kill();
        gavel.Start();
        GameState resolved = await ring.SettleAsync(game, us, None);
        Assert.Equal(GameStatus.ChallengerWins, resolved.Status);
        Assert.Equal(resolved.Claims.Count, resolved.Claims.Select(claim => claim.Id).Distinct().Count());
        UInt256 won = resolved.Claims.Where(claim => claim.CounteredBy == us).Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        (await Ledger.OfAsync(ring.Devnet, us, start, resolved, None)).AssertHonest(won);
    }
}
