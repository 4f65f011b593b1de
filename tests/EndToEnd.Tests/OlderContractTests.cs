using Gavel.Agent.Demo;
using Gavel.Agent.Operating;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.TestKit.Judges;

namespace Gavel.EndToEnd.Tests;

/// <summary>What a guardian does to games of the real contracts of 1.2.0: it concerns withdrawals, and stops the bond store for as long as the system is paused.</summary>
public sealed class OlderContractTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan SomeCycles = TimeSpan.FromSeconds(2); // some twenty
    private static readonly DevnetAccount Us = DevnetAccounts.Challenger;

    [Fact]
    public async Task BlacklistedGame_IsToldAndPaidAllTheSame_ButNotWhileTheStoreIsPaused()
    {
        await using Ring ring = await Duel.RingAsync(None);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Alphabet, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        DevnetAddresses contracts = ring.Devnet.Addresses;
        await ring.StartGavelAsync(Us, None);
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        await GuardAsync(ring, contracts.OptimismPortal, "blacklistDisputeGame(address)", a => a.Address(game.Game));
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await ring.UntilAsync("the game is resolved", async () => (await ring.StateAsync(game, None)).Status == GameStatus.ChallengerWins, None);
        await ring.UntilAsync("the blacklisting is told", () => Task.FromResult(ring.Lines.Has("blacklisted")), None);

        await using (ChainAccess chain = await ChainAccess.OfNodeAsync(EndpointUrl.Parse(ring.Devnet.L1Url), contracts.SystemConfig, null, None))
        {
            GameRow row = Assert.Single((await GameList.ReadAsync(chain, [Us.Address], last: 0, open: false, None)).Games);
            Assert.Equal(
                (new GameStanding(IsRespected: false, IsBlacklisted: true, IsRetired: false), BondDistributionMode.Normal, BondDistributionMode.Normal),
                (row.Standing, row.BondMode, row.ExpectedBondMode));
        }

        await GuardAsync(ring, contracts.SuperchainConfig, "pause(string)", a => a.String("test"));
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules.WethDelay + 1));
        await ring.UntilAsync("the pause is told", () => Task.FromResult(ring.Lines.Has("the system is paused: ")), None);
        ulong nonce = await ring.Devnet.L1.GetTransactionCountAsync(Us.Address, BlockRef.Pending, None);
        await Task.Delay(SomeCycles);
        Assert.Equal(nonce, await ring.Devnet.L1.GetTransactionCountAsync(Us.Address, BlockRef.Pending, None));
        Assert.False(ring.Lines.Has("DelayedWETH: contract is paused"), ring.Lines.ToString()); // it was not even tried

        await GuardAsync(ring, contracts.SuperchainConfig, "unpause()", _ => { });
        await ring.UntilAsync("the bonds are withdrawn", async () => (await ring.StateAsync(game, None, Us.Address)).Credits[Us.Address].Owed.IsZero, None);
        GameState paid = await ring.StateAsync(game, None, Us.Address);
        (await Ledger.OfAsync(ring.Devnet, Us.Address, start, paid, None)).AssertHonest(paid.Claims[0].Bond);
        foreach (string once in (string[])["it is blacklisted, not respected: no withdrawal is paid against it; its bonds are paid as it ends", "the system is paused: ", "the system goes on"])
        {
            Assert.True(ring.Lines.All.Count(line => line.Contains(once, StringComparison.Ordinal)) == 1, $"\"{once}\" is not told once:\n{ring.Lines}");
        }
    }

    private static Task<RpcReceipt> GuardAsync(Ring ring, Address contract, string function, Action<AbiEncoder> arguments) =>
        ring.Devnet.SendAsync(DevnetAccounts.Guardian, contract, new AbiFunction(function).Encode(arguments), cancellationToken: None);
}
