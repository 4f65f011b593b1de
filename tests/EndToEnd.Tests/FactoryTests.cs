using Gavel.Agent.Configuring;
using Gavel.Agent.Demo;
using Gavel.Agent.Operating;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.TestKit;
using Gavel.TestKit.Judges;

namespace Gavel.EndToEnd.Tests;

/// <summary>A chain whose games came from the real factory of 1.2.0 before and come from the twin of a newer one now: one life cycle.</summary>
public sealed class FactoryTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Address Us = DevnetAccounts.Challenger.Address;

    [Fact]
    public async Task GamesOfADrainingFactory_AreDefendedAndListedLikeThoseOfTheLiveOne_ToTheLastBond()
    {
        await using Ring ring = await Duel.NewerRingAsync(None, former: DevnetGeneration.V1);
        Address old = ring.Devnet.FormerAddresses!.DisputeGameFactory;
        Address live = ring.Devnet.Addresses.DisputeGameFactory;
        GameMetadata before = await CreateAsync(ring, 6, old);
        ChainOptions? chain = null;
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, options =>
        {
            chain = options;
            options.DrainingFactories.Add(old.ToString());
        });
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(1), None); // games are listed by the second of their creation
        GameMetadata newer = await CreateAsync(ring, 7, live);
        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(1), None);
        GameMetadata late = await CreateAsync(ring, 8, old); // a factory that drains may still be used by anybody
        Assert.Equal(("1.2.0", "2.4.2", "1.2.0"), (before.Version, newer.Version, late.Version));
        await AttackedAsync(ring, before, newer, late);

        AgentOptions agent = new() { Challenger = new ChallengerOptions { DataDirectory = Path.Combine(ring.Data, "none"), Chains = [chain!] }, Host = { Listen = "" } };
        await using (ChainAccess access = await ChainAccess.OfConfigurationAsync(chain!, agent, None))
        {
            GameList games = await GameList.ReadAsync(access, [Us], 0, open: true, None);
            Assert.Equal([(before.Game, old), (newer.Game, live), (late.Game, old)], games.Games.Select(game => (game.Game, game.Factory)));
            Assert.Equal(3UL, games.Total);
            Assert.Equal([newer.Game, late.Game], (await GameList.ReadAsync(access, [Us], 2, open: false, None)).Games.Select(game => game.Game));
        }

        await ring.Devnet.WarpAsync(TimeSpan.FromSeconds(before.Rules!.Clock.MaxDuration + 1), None);
        await ring.UntilAsync("all are resolved", async () => (await StatesAsync(ring, before, newer, late)).All(state => state.Status == GameStatus.ChallengerWins), None);
        await using (ChainAccess access = await ChainAccess.OfConfigurationAsync(chain!, agent, None))
        {
            CreditList credits = await CreditList.ReadAsync(access, [Us], None);
            Assert.Equal([(before.Game, old), (newer.Game, live), (late.Game, old)], credits.Credits.Select(credit => (credit.Game, credit.Factory)));
        }

        foreach (GameMetadata game in new[] { newer, before, late })
        {
            await ring.SettleAsync(game, Us, None);
        }
    }

    // Anybody who upgrades a chain may forget us: games of a factory that the SystemConfig names no more are defended as before.
    [Fact]
    public async Task FactoryThatIsReplacedWhileWeRun_IsToldAndDrains_AndTheNewOneIsDefendedAtOnce()
    {
        await using Ring ring = await Duel.NewerRingAsync(None, former: DevnetGeneration.V1);
        Address first = ring.Devnet.Addresses.DisputeGameFactory;
        Address next = ring.Devnet.FormerAddresses!.DisputeGameFactory;
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        GameMetadata known = await CreateAsync(ring, 6, first);
        await AttackedAsync(ring, known);

        // The portal, which knows the factory, becomes a contract that names another one: PUSH20, MSTORE, RETURN.
        byte[] code = [0x73, .. next.ToArray(), 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3];
        byte[] creation = [0x60, (byte)code.Length, 0x80, 0x60, 0x09, 0x3d, 0x39, 0x3d, 0xf3, .. code];
        Address portal = (await ring.Devnet.SendAsync(DevnetAccounts.Owner, null, creation)).ContractAddress!.Value;
        byte[] upgrade = new AbiFunction("upgrade(address,address)").Encode(a => a.Address(ring.Devnet.Addresses.OptimismPortal).Address(portal));
        await ring.Devnet.SendAsync(DevnetAccounts.Owner, ring.Devnet.Addresses.ProxyAdmin, upgrade);
        await ring.UntilAsync("the upgrade is told", () => Task.FromResult(ring.Lines.Has($"the SystemConfig names factory {next}, before {first}")), None);

        GameMetadata drained = await CreateAsync(ring, 7, first);
        GameMetadata newest = await CreateAsync(ring, 8, next);
        await AttackedAsync(ring, drained, newest);
        Assert.Equal([first], new UpgradeBook(Path.Combine(ring.Data, "devnet", "devnet", UpgradeBook.FileName)).FormerFactories);
    }

    // SystemConfig 4.0.0 lacks batchInbox() and others that earlier ones had; what it has of what we could ask is this.
    [Fact]
    public async Task SystemConfigWithoutTheRemovedGetters_LeadsToAllThatIsNeeded()
    {
        string[] kept = ["0xf2b4e617", "0x0a49cb03", "0x5c975abb"]; // disputeGameFactory(), optimismPortal(), paused()
        await using Ring ring = await Duel.NewerRingAsync(None);
        await using FaultProxy l1 = await FaultProxy.StartAsync(ring.Devnet.L1Url);
        Address config = ring.Devnet.Addresses.SystemConfig;
        l1.Instead(
            call => call.To.Equals(config.ToString(), StringComparison.OrdinalIgnoreCase) && !kept.Contains(call.Selector),
            call => call.Error(3, "execution reverted", "0x"));
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.L1[0] = l1.Url);
        GameMetadata game = await CreateAsync(ring, 6, ring.Devnet.Addresses.DisputeGameFactory);
        await AttackedAsync(ring, game);
        await ring.UntilAsync("the types are told", () => Task.FromResult(ring.Lines.Has("creates games of type 8 (respected)")), None);
        await ring.SettleAsync(game, Us, None);
    }

    private static Task<GameMetadata> CreateAsync(Ring ring, ulong block, Address factory) =>
        ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(block), block, None, factory);

    private static Task AttackedAsync(Ring ring, params GameMetadata[] games) => ring.UntilAsync(
        "all roots are attacked", async () => (await StatesAsync(ring, games)).All(state => state.Claims.Count == 2 && state.Claims[1].Claimant == Us), None);

    private static async Task<GameState[]> StatesAsync(Ring ring, params GameMetadata[] games)
    {
        List<GameState> states = [];
        foreach (GameMetadata game in games)
        {
            states.Add(await ring.StateAsync(game, None));
        }

        return [.. states];
    }
}
