using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>Whole games of type 255 against the real contracts: output roots above, the AlphabetVM below.</summary>
public sealed class AlphabetGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task FalseRoot_IsFoughtDownToAStep_AndEveryBondIsOurs()
    {
        await using Ring ring = await Ring.OpenAsync(new DevnetOptions { InitialL2Blocks = 10 }, None);

        // The first false block's trace index is even, so that an honest answer exists at the split (docs/honest-strategy.md, rule 16).
        const ulong FirstFalse = 6;
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Alphabet, FalseTrace.FalseOutput(10), 10, None);
        Address us = DevnetAccounts.Challenger.Address;
        UInt256 before = await ring.Devnet.L1.GetBalanceAsync(us, BlockRef.Latest, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        FalseTrace lie = new(game, await ring.TruthAsync(game, None), FirstFalse, (_, leaf) => FalseTrace.FalseState(leaf, (byte)VmStatus.Invalid));
        Player liar = new(ring.Devnet, DevnetAccounts.Dishonest, game, lie);
        await ring.FightAsync(game, [liar], None);
        GameState fought = await ring.StateAsync(game, None);
        Assert.Contains(fought.Claims, claim => claim.Position.Depth == game.Rules!.MaxDepth && claim.CounteredBy == us);
        GameState resolved = await ring.SettleAsync(game, us, None);
        Assert.Equal(GameStatus.ChallengerWins, resolved.Status);
        UInt256 staked = resolved.Claims.Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        Assert.Equal(staked, resolved.Credits[us].Owed);
        UInt256 after = await ring.Devnet.L1.GetBalanceAsync(us, BlockRef.Latest, None);
        Assert.True(after > before, $"before {before}, after {after}\n{ring.Lines}");
    }
}
