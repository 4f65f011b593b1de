using Gavel.Agent.Demo;
using Gavel.Agent.Hosting;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// The loudest thing that Gavel ever says. Before, a configuration without prestates lost a game in silence: a warning about one claim, "ready" all
/// along, and Gavel itself sent the calls that made the false root final.
/// </summary>
public sealed class LostGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan SomeCycles = TimeSpan.FromSeconds(2); // some twenty
    private static readonly Address Us = DevnetAccounts.Challenger.Address;

    [Fact]
    public async Task FalseRootThatCannotBeRefuted_IsToldFromTheFirstSecond_NotHelpedToWin_AndToldAsLost()
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, WithoutCannon);
        await ring.UntilAsync(
            "what is missing is told before it is needed",
            () => Task.FromResult(ring.Lines.Has($"Page prestate-missing: devnet prestate {game.Rules!.AbsolutePrestate}") && ring.Lines.Has("Page preimage-server-missing: devnet")),
            None);
        KnownOutputs truth = await ring.TruthAsync(game, None);
        Player liar = new(ring.Devnet, DevnetAccounts.Dishonest, game, new FalseTrace(game, truth, 6, (_, leaf) => FalseTrace.FalseState(leaf, VmStatus.Invalid)));

        // A claim that cannot be answered: an error from its first line on, and the agent is not ready.
        await ring.UntilAsync(
            "the claim that has no answer is told",
            async () => await liar.MoveAsync(None) == 0 && ring.Lines.Has("claim-unanswerable"),
            None);
        Assert.All(ring.Lines.All.Where(line => line.Contains("claim-unanswerable", StringComparison.Ordinal)), line => Assert.Contains(" Error: ", line, StringComparison.Ordinal));
        Readiness readiness = new(gavel, new ChallengerOptions { Chains = [new ChainOptions { Name = "devnet" }] }, TimeProvider.System);
        Assert.Contains(readiness.Lines(), line => line.Contains($"claim-unanswerable: devnet game {game.Game} claim 14", StringComparison.Ordinal));
        int claims = (await ring.StateAsync(game, None)).Claims.Count;

        // Time is up: we do not lift a finger for the liar.
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await ring.UntilAsync("that the game is being lost is told", () => Task.FromResult(ring.Lines.Has("game-being-lost")), None);
        ulong nonce = await ring.Devnet.L1.GetTransactionCountAsync(Us, BlockRef.Pending, None);
        await Task.Delay(SomeCycles);
        GameState standing = await ring.StateAsync(game, None);
        Assert.Equal((GameStatus.InProgress, claims), (standing.Status, standing.Claims.Count));
        Assert.DoesNotContain(true, standing.Resolved);
        Assert.Equal(nonce, await ring.Devnet.L1.GetTransactionCountAsync(Us, BlockRef.Pending, None));

        // Somebody else does.
        for (int claim = claims - 1; claim >= 0; claim--)
        {
            await SendAsync(ring, FaultDisputeGame.ResolveClaim(game.Game, (uint)claim, 0));
        }

        await SendAsync(ring, FaultDisputeGame.Resolve(game.Game));
        await ring.UntilAsync("that the game is lost is told", () => Task.FromResult(ring.Lines.Has("LOST: a false root was made final")), None);
        string told = Assert.Single(ring.Lines.All, line => line.Contains("LOST:", StringComparison.Ordinal));
        Assert.Contains(" Critical: ", told, StringComparison.Ordinal);
        Assert.Contains($"OptimismPortal {ring.Devnet.Addresses.OptimismPortal}.blacklistDisputeGame({game.Game})", told, StringComparison.Ordinal);
        UInt256 lost = standing.Claims.Where(claim => claim.Claimant == Us).Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        Assert.Contains(gavel.Dangers.Dangers, danger => danger.Code == "bond-lost" && danger.Problem.Contains($"({lost} wei)", StringComparison.Ordinal));
        Assert.DoesNotContain(readiness.Lines(), line => line.Contains(game.Game.ToString(), StringComparison.Ordinal)); // the chain's own doing blocks no rollout
        Assert.Equal(nonce, await ring.Devnet.L1.GetTransactionCountAsync(Us, BlockRef.Pending, None));

        // A restart does not forget it.
        await gavel.StopAsync(None);
        ChallengerService again = await ring.StartGavelAsync(DevnetAccounts.Challenger, None, WithoutCannon);
        await ring.UntilAsync("it is on the board again", () => Task.FromResult(again.Dangers.Dangers.Any(danger => danger.Code == "game-against-verdict")), None);
    }

    private static void WithoutCannon(ChainOptions chain)
    {
        chain.Cannon.Prestates.Clear();
        chain.Cannon.Server.Clear();
    }

    private static Task<RpcReceipt> SendAsync(Ring ring, ContractCall call) => ring.Devnet.SendAsync(DevnetAccounts.Users[0], call.To, call.Data, call.Value);
}
