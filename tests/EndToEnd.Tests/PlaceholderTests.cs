using System.Text.RegularExpressions;
using Gavel.Agent.Demo;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.TestKit.Judges;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// Permissioned games as on chains that keep them in reserve: their absolute prestate is <c>0xdead…</c>, so that nobody has a state to step from. Whose
/// claims stand at the maximum depth wins: there Gavel fights, elsewhere it puts no bond and calls the guardian.
/// </summary>
public sealed partial class PlaceholderTests
{
    private const uint Challengers = DevnetGameType.PermissionedCannon; // odd depth, as the real ones
    private const uint Defenders = 2;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan SomeCycles = TimeSpan.FromSeconds(2); // some twenty
    private static readonly Hash32 Placeholder = Hash32.Parse("0xdead000000000000000000000000000000000000000000000000000000000000");
    private static readonly Address Us = DevnetAccounts.Challenger.Address;

    [Fact]
    public async Task FalseRoot_WhoseLastWordIsOurs_LosesThoughTheLiarPlaysToTheLastLeaf()
    {
        await using Ring ring = await RingAsync();
        Hash32 beside = Keccak256.Hash("a claim beside ours"u8);
        Duel duel = Duel.OfPermissioned with
        {
            // The proposer attacks its own root first: a bond against that claim could not be held.
            Before = (_, game) => new NewerGames(ring).AttackAsync(DevnetAccounts.Proposer, game, 0, beside, None),
            Configure = chain => chain.Cannon.Server.Clear(), // nothing is executed
        };
        Outcome outcome = await duel.PlayAsync(ring, None);
        Assert.Equal((Placeholder, "2.4.0"), (outcome.Game.Rules!.AbsolutePrestate, outcome.Game.Version));
        outcome.AssertWon(GameStatus.ChallengerWins);
        Claim last = Assert.Single(outcome.Fought.Claims, claim => claim.Position.Depth == outcome.Game.Rules.MaxDepth);
        Assert.Equal((Us, Address.Zero), (last.Claimant, last.CounteredBy));
        int besideUs = Enumerable.Range(0, outcome.Fought.Claims.Count).Single(index => outcome.Fought.Claims[index].Value == beside);
        Assert.DoesNotContain(outcome.Fought.Claims, claim => claim.Claimant == Us && claim.ParentIndex == besideUs);
        Assert.Contains(outcome.Fought.Claims, claim => claim.Claimant == Us && claim.Position.Depth > outcome.Game.Rules.SplitDepth);
        Assert.False(ring.Lines.Has("game-unwinnable: "), $"{ring.Lines}");
        Assert.False(ring.Lines.Has("claim-unanswerable"), $"{ring.Lines}");
        Assert.True(ring.Lines.Has("Warn preimage-server-missing: devnet: Cannon:Server is empty, so that nothing can be executed for game type 0;"), $"{ring.Lines}");
    }

    [Fact]
    public async Task FalseRoot_WhoseLastWordIsTheLiars_GetsNoBond_AndTheGuardiansCallIsTold()
    {
        await using Ring ring = await RingAsync();
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, Defenders, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        ulong nonce = await ring.Devnet.L1.GetTransactionCountAsync(Us, BlockRef.Pending, None);
        ChallengerService gavel = await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("that it cannot be won is told", () => Task.FromResult(ring.Lines.Has("game-unwinnable: ")), None);
        string told = Assert.Single(ring.Lines.All, line => line.Contains("game-unwinnable: ", StringComparison.Ordinal));
        Assert.Contains(" Error: ", told, StringComparison.Ordinal);
        Assert.Contains($"Page game-unwinnable: devnet game {game.Game}: a false root cannot be beaten", told, StringComparison.Ordinal);

        // Every type with a placeholder is told at the start, with what it means.
        await ring.UntilAsync("placeholders are told", () => Task.FromResult(ring.Lines.Has($"prestate-placeholder: devnet game type {Defenders} of prestate {Placeholder}: ")), None);
        Assert.Single(ring.Lines.All, line => line.Contains($"Watch prestate-placeholder: devnet game type {Challengers} of prestate {Placeholder}: a placeholder in game type {Challengers}: nobody has such a state", StringComparison.Ordinal));
        Assert.Single(ring.Lines.All, line => line.Contains($"Warn prestate-placeholder: devnet game type {Defenders} of prestate {Placeholder}: ", StringComparison.Ordinal));

        // Nor when somebody else has begun, and the liar has answered.
        NewerGames others = new(ring);
        await others.AttackAsync(DevnetAccounts.Proposer, game, 0, Keccak256.Hash("anything"u8), None);
        await others.AttackAsync(DevnetAccounts.Proposer, game, 1, Keccak256.Hash("anything else"u8), None);
        await Task.Delay(SomeCycles);
        Assert.Equal(nonce, await ring.Devnet.L1.GetTransactionCountAsync(Us, BlockRef.Pending, None));

        // What is told is what the guardian can send.
        Match call = Blacklist().Match(told);
        Assert.True(call.Success, told);
        Assert.Equal((ring.Devnet.Addresses.AnchorStateRegistry, game.Game), (Address.Parse(call.Groups["to"].Value), Address.Parse(call.Groups["game"].Value)));
        await ring.Devnet.SendAsync(DevnetAccounts.Guardian, Address.Parse(call.Groups["to"].Value), Hex.Decode(call.Groups["data"].Value), cancellationToken: None);
        CallRequest asked = new() { To = ring.Devnet.Addresses.AnchorStateRegistry, Data = new AbiFunction("disputeGameBlacklist(address)").Encode(a => a.Address(game.Game)) };
        Assert.Equal(Hash32.FromUInt256(1UL), new AbiDecoder(await ring.Devnet.L1.CallAsync(asked, BlockRef.Latest, None)).Bytes32());
        await ring.UntilAsync("it is no danger any more", () => Task.FromResult(gavel.Dangers.Dangers.All(danger => danger.Code != "game-unwinnable")), None);
    }

    [Fact]
    public async Task FalseRoot_WhoseLineCannotBePaidToItsEnd_GetsNoBond_UntilTheFundsAreThere()
    {
        await using Ring ring = await RingAsync();
        UInt256 rich = await ring.Devnet.L1.GetBalanceAsync(Us, BlockRef.Latest, None);
        await HoldAsync(ring, (UInt256)60UL * 1_000_000_000_000_000_000UL); // many times the first bond
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, Challengers, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        Assert.True(game.IsPrestateInCode);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("that it cannot be paid is told", () => Task.FromResult(ring.Lines.Has("game-unwinnable: ")), None);
        string told = Assert.Single(ring.Lines.All, line => line.Contains("game-unwinnable: ", StringComparison.Ordinal));
        Assert.Contains($"Page game-unwinnable: devnet game {game.Game}: a false root is not attacked for want of funds", told, StringComparison.Ordinal);
        Assert.Contains($"{Us} has 60 ETH", told, StringComparison.Ordinal);
        Assert.Matches(Blacklist(), told);
        await Task.Delay(SomeCycles);
        Assert.Single((await ring.StateAsync(game, None)).Claims);

        await HoldAsync(ring, rich);
        await ring.UntilAsync("it is attacked", async () => (await ring.StateAsync(game, None)).Claims.Any(claim => claim.Claimant == Us), None);
    }

    private static async Task HoldAsync(Ring ring, UInt256 wei)
    {
        await ring.Devnet.L1.Rpc.RequestAsync(new RpcRequest("anvil_setBalance", Us.ToString(), wei.ToQuantity()), None);
        await ring.Devnet.MineL1Async();
    }

    // Small games: the depth decides nothing but whose it is.
    private static Task<Ring> RingAsync() => Ring.OpenAsync(
        new DevnetOptions
        {
            Generation = DevnetGeneration.V2,
            InitialL2Blocks = (int)Duel.Block,
            CannonPrestate = FaultProofProgram.Rollup.Prestate,
            DisputeGameFinalityDelay = TimeSpan.FromSeconds(NewerGames.FinalitySeconds),
            RespectedGameType = Challengers,
            SplitDepth = 4,
            FurtherGameTypes = [Game(Challengers, 15), Game(Defenders, 16)],
        },
        None);

    private static DevnetGameType Game(uint type, uint maxDepth) => new(type, Placeholder, DevnetVm.Mips) { IsPermissioned = true, MaxDepth = maxDepth };

    [GeneratedRegex(@"AnchorStateRegistry (?<to>0x[0-9a-f]{40})\.blacklistDisputeGame\((?<game>0x[0-9a-f]{40})\) \(data (?<data>0x[0-9a-f]{72})\)", RegexOptions.IgnoreCase)]
    private static partial Regex Blacklist();
}
