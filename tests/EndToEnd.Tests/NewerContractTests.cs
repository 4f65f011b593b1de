using Gavel.Agent.Demo;
using Gavel.Agent.Operating;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// Closing, bond modes and credit in two calls, on our twins of the contracts of 2.x. Recorded games of the originals replay on the twins
/// (tests/Devnet.Tests/Twins).
/// </summary>
public sealed class NewerContractTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan SomeCycles = TimeSpan.FromSeconds(2); // some twenty
    private static readonly TimeSpan Finality = TimeSpan.FromSeconds(NewerGames.FinalitySeconds + 1);
    private static readonly DevnetAccount Us = DevnetAccounts.Challenger;
    private static readonly DevnetAccount Other = DevnetAccounts.Users[0];

    [Fact]
    public async Task FalseRoot_IsWon_ClosedWhenFinalised_AndPaidInTwoCalls()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        NewerGames games = new(ring);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await FalseGameAsync(ring);
        Assert.Equal(GameGeneration.V2, game.Generation);
        await ring.StartGavelAsync(Us, None);
        await ResolveAsync(ring, game, claims: 2);

        // Resolved, but not finalised: nothing is closed.
        await Task.Delay(SomeCycles);
        Assert.Equal(BondDistributionMode.Undecided, (await ring.StateAsync(game, None)).BondMode);

        // Finalised, but paused: nothing is tried either.
        await games.PauseAsync(true, None);
        await ring.Devnet.WarpAsync(Finality);
        await Task.Delay(SomeCycles);
        Assert.Equal(BondDistributionMode.Undecided, (await ring.StateAsync(game, None)).BondMode);
        Assert.False(ring.Lines.Has("GamePaused"), ring.Lines.ToString());
        AssertToldOnce(ring, "the system is paused: ");

        await games.PauseAsync(false, None);
        await UnlockedAsync(ring, game, Us.Address);
        GameState unlocked = await ring.StateAsync(game, None, Us.Address);
        Assert.Equal(BondDistributionMode.Normal, unlocked.BondMode);
        await Task.Delay(SomeCycles);
        Assert.False((await ring.StateAsync(game, None, Us.Address)).Credits[Us.Address].Owed.IsZero);

        GameState paid = await PaidAsync(ring, game, Us.Address);
        Assert.Equal(GameStatus.ChallengerWins, paid.Status);
        await Task.Delay(SomeCycles);
        (await Ledger.OfAsync(ring.Devnet, Us.Address, start, paid, None)).AssertHonest(paid.Claims[0].Bond);
        Assert.Equal(0, await games.CallsAsync(game, Us.Address, new("closeGame()"), start, None)); // the first claim has closed it
        Assert.Equal(2, await games.CallsAsync(game, Us.Address, new("claimCredit(address)"), start, None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ImproperGame_RefundsWhatWePutIn_AlsoWhatWeLost(bool isBlacklisted)
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        NewerGames games = new(ring);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, NewerGames.Type, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await games.AttackAsync(Other, game, 0, FalseTrace.FalseOutput(5), None);
        UInt256 before = await ring.Devnet.L1.GetBalanceAsync(Other.Address, BlockRef.Latest, None);
        await ring.StartGavelAsync(Us, None, chain => chain.CreditAccounts.Add(Other.Address.ToString()));
        GameState resolved = await ResolveAsync(ring, game, claims: 3);
        Assert.Equal(GameStatus.DefenderWins, resolved.Status);
        Assert.Equal(Us.Address, resolved.Claims[1].CounteredBy);

        // The bond that we countered is ours as the game ended, until the guardian says otherwise.
        UInt256 lost = resolved.Claims[1].Bond;
        UInt256 put = resolved.Claims[2].Bond;
        await AssertForecastAsync(ring, BondDistributionMode.Normal, (Us.Address, put + lost, put), (Other.Address, UInt256.Zero, lost));
        await (isBlacklisted ? games.BlacklistAsync(game, None) : games.RetireAsync(None));
        await AssertForecastAsync(ring, BondDistributionMode.Refund, (Us.Address, put + lost, put), (Other.Address, UInt256.Zero, lost));
        await ring.Devnet.WarpAsync(Finality);
        await UnlockedAsync(ring, game, Us.Address);
        await UnlockedAsync(ring, game, Other.Address);
        GameState paid = await PaidAsync(ring, game, Us.Address, Other.Address);
        Assert.Equal(BondDistributionMode.Refund, paid.BondMode);
        AssertToldOnce(ring, $"it is {(isBlacklisted ? "blacklisted" : "retired")}: no withdrawal is paid against it; its bonds will be refunded");
        AssertToldOnce(ring, "it is closed in the mode of refunds");
        (await Ledger.OfAsync(ring.Devnet, Us.Address, start, paid, None)).AssertHonest(UInt256.Zero);
        Assert.Equal(before + resolved.Claims[1].Bond, await ring.Devnet.L1.GetBalanceAsync(Other.Address, BlockRef.Latest, None));
    }

    [Fact]
    public async Task LostGame_ThatIsFoundAfterItsEnd_IsWatchedAndRefunded()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        NewerGames games = new(ring);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, NewerGames.Type, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await games.AttackAsync(Other, game, 0, FalseTrace.FalseOutput(5), None);
        await games.AttackAsync(DevnetAccounts.Users[1], game, 1, await ring.OutputAsync(3, None), None);
        UInt256 before = await ring.Devnet.L1.GetBalanceAsync(Other.Address, BlockRef.Latest, None);
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        foreach (ContractCall call in (ContractCall[])
            [.. new uint[] { 2, 1, 0 }.Select(claim => FaultDisputeGame.ResolveClaim(game.Game, claim, 0)), FaultDisputeGame.Resolve(game.Game)])
        {
            await ring.Devnet.SendAsync(DevnetAccounts.Users[2], call.To, call.Data);
        }

        await ring.Devnet.WarpAsync(Finality);
        await ring.StartGavelAsync(Us, None, chain => chain.CreditAccounts.Add(Other.Address.ToString()));

        // As it stands the bond is lost: closing the game would only cost gas, and give away the chance of a refund.
        await ring.UntilAsync("Gavel has looked", () => Task.FromResult(!ring.Reports.IsEmpty), None);
        await Task.Delay(SomeCycles);
        Assert.Equal(BondDistributionMode.Undecided, (await ring.StateAsync(game, None)).BondMode);

        await games.BlacklistAsync(game, None);
        await UnlockedAsync(ring, game, Other.Address);
        await PaidAsync(ring, game, Other.Address);
        Assert.Equal(
            before + (await ring.StateAsync(game, None)).Claims[1].Bond, await ring.Devnet.L1.GetBalanceAsync(Other.Address, BlockRef.Latest, None));
    }

    [Fact]
    public async Task Killed_AtEveryStageOfThePayout_GoesOnAndIsPaidOnce()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        NewerGames games = new(ring);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await FalseGameAsync(ring);
        using GavelProcess gavel = new(ring, Us);
        gavel.Start();
        await ring.UntilAsync($"the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        gavel.Kill();
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        gavel.Start();
        await ring.UntilAsync("the game is resolved", async () => (await ring.StateAsync(game, None)).Status != GameStatus.InProgress, None);
        gavel.Kill();
        await ring.Devnet.WarpAsync(Finality);
        gavel.Start();
        await ring.UntilAsync("the game is closed", async () => (await ring.StateAsync(game, None)).BondMode == BondDistributionMode.Normal, None);
        gavel.Kill();
        gavel.Start();
        await UnlockedAsync(ring, game, Us.Address);
        gavel.Kill();
        gavel.Start();
        GameState paid = await PaidAsync(ring, game, Us.Address);
        gavel.Kill();
        gavel.Start();
        await Task.Delay(SomeCycles);
        (await Ledger.OfAsync(ring.Devnet, Us.Address, start, paid, None)).AssertHonest(paid.Claims[0].Bond);
        Assert.Equal(2, await games.CallsAsync(game, Us.Address, new("claimCredit(address)"), start, None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TrueRoot_IsDefendedAndPaid_AndMovesTheAnchor_OnlyWhereItsTypeIsRespected(bool isRespected)
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        NewerGames games = new(ring);
        if (!isRespected)
        {
            await games.RespectAsync(DevnetGameType.PermissionedCannon, None);
        }

        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        (Hash32 Root, ulong Block) anchor = await games.AnchorAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, NewerGames.Type, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await games.AttackAsync(Other, game, 0, FalseTrace.FalseOutput(5), None);
        await ring.StartGavelAsync(Us, None);
        await ring.UntilAsync("Gavel has answered", async () => (await ring.StateAsync(game, None)).Claims.Count == 3, None);
        GameState resolved = await ring.SettleAsync(game, Us.Address, None);
        Assert.Equal(GameStatus.DefenderWins, resolved.Status);
        (await Ledger.OfAsync(ring.Devnet, Us.Address, start, resolved, None)).AssertHonest(resolved.Claims[1].Bond);
        Assert.Equal(BondDistributionMode.Normal, (await ring.StateAsync(game, None)).BondMode);
        if (!isRespected)
        {
            AssertToldOnce(ring, "it is not respected: no withdrawal is paid against it; its bonds are paid as it ends");
        }

        AssertToldOnce(ring, "it is closed in the normal mode");
        Assert.Equal(isRespected ? (game.RootClaim, Duel.Block) : anchor, await games.AnchorAsync(None));
    }

    // Nobody of ours has credit in it; a chain whose root bond is 0 has many such, and nobody has a reason to close them.
    [Fact]
    public async Task GameOfOthers_IsClosedForTheAnchor_WhereAllAreResolved()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        NewerGames games = new(ring);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, NewerGames.Type, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await ring.StartGavelAsync(Us, None, chain => chain.ResolveAll = true);
        await ResolveAsync(ring, game, claims: 1);
        await ring.Devnet.WarpAsync(Finality);
        await ring.UntilAsync("the game is closed", async () => (await ring.StateAsync(game, None)).BondMode == BondDistributionMode.Normal, None);
        Assert.Equal((game.RootClaim, Duel.Block), await games.AnchorAsync(None));
        Assert.Equal(1, await games.CallsAsync(game, Us.Address, new("closeGame()"), start, None));
        Assert.Equal(0, await games.CallsAsync(game, Us.Address, new("claimCredit(address)"), start, None));
    }

    // What agent credits shows of the one game, for us and for others.
    private static async Task AssertForecastAsync(Ring ring, BondDistributionMode expected, params (Address Account, UInt256 Normal, UInt256 Refund)[] accounts)
    {
        await using ChainAccess chain = await ChainAccess.OfNodeAsync(EndpointUrl.Parse(ring.Devnet.L1Url), ring.Devnet.Addresses.SystemConfig, null, None);
        CreditList list = await CreditList.ReadAsync(chain, [.. accounts.Select(account => account.Account)], None);
        Assert.Equal(
            accounts.Select(account => (account.Account, BondDistributionMode.Undecided, expected, (UInt256?)account.Normal, (UInt256?)account.Refund, expected == BondDistributionMode.Normal ? account.Normal : account.Refund)),
            list.Credits.Select(row => (row.Account, row.BondMode, row.ExpectedBondMode, row.IfNormalWei, row.IfRefundedWei, row.OwedWei)));
        Assert.All(list.Credits, row => Assert.Equal(expected == BondDistributionMode.Normal, row.Standing!.Value.Counts));
    }

    private static void AssertToldOnce(Ring ring, string words) =>
        Assert.True(ring.Lines.All.Count(line => line.Contains(words, StringComparison.Ordinal)) == 1, $"\"{words}\" is not told once:\n{ring.Lines}");

    private static Task<GameMetadata> FalseGameAsync(Ring ring) =>
        ring.CreateGameAsync(DevnetAccounts.Dishonest, NewerGames.Type, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);

    private static async Task<GameState> ResolveAsync(Ring ring, GameMetadata game, int claims)
    {
        await ring.UntilAsync("Gavel has answered", async () => (await ring.StateAsync(game, None)).Claims.Count == claims, None);
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await ring.UntilAsync("the game is resolved", async () => (await ring.StateAsync(game, None)).Status != GameStatus.InProgress, None);
        return await ring.StateAsync(game, None, Us.Address);
    }

    private static Task UnlockedAsync(Ring ring, GameMetadata game, Address account) =>
        ring.UntilAsync("the credit is unlocked", async () => (await ring.StateAsync(game, None, account)).Credits[account].IsUnlocked, None);

    private static async Task<GameState> PaidAsync(Ring ring, GameMetadata game, params Address[] accounts)
    {
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.WethDelay + 1));
        await ring.UntilAsync(
            "the bonds are paid",
            async () => (await ring.StateAsync(game, None, accounts)).Credits.Values.All(credit => credit.Owed.IsZero && credit.Pending.Amount.IsZero),
            None);
        return await ring.StateAsync(game, None, accounts);
    }
}
