using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>Whole games of type 0 against the real contracts: output roots above, a real Go program on the real MIPS contract below.</summary>
public sealed class CannonGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task FalseRoot_IsFoughtDownToARealMipsStep_AndEveryBondIsOurs()
    {
        await using Ring ring = await Ring.OpenAsync(new DevnetOptions { InitialL2Blocks = 10, CannonPrestate = Programs.Rollup }, None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(10), 10, None);
        Address us = DevnetAccounts.Challenger.Address;
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => Programs.Configure(ring, chain));
        FalseTrace lie = new(game, await ring.TruthAsync(game, None), 6, (_, leaf) => FalseTrace.FalseState(leaf, (byte)VmStatus.Invalid));
        Player liar = new(ring.Devnet, DevnetAccounts.Dishonest, game, lie);
        await ring.FightAsync(game, [liar], None);
        GameState fought = await ring.StateAsync(game, None);
        Assert.True(
            fought.Claims.Any(claim => claim.Position.Depth == game.Rules!.MaxDepth && claim.CounteredBy == us), $"no step was made\n{ring.Lines}");
        GameState resolved = await ring.SettleAsync(game, us, None);
        Assert.Equal(GameStatus.ChallengerWins, resolved.Status);
        UInt256 staked = resolved.Claims.Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        Assert.Equal(staked, resolved.Credits[us].Owed);
    }
}
