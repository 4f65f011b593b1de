using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// Whole games on our twins of the contracts of 2.x, from creation to the last bond, with the real MIPS contract and preimage oracle below the
/// split. Recorded games of the originals replay on the twins (tests/Devnet.Tests/Twins).
/// </summary>
public sealed class NewerGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<uint, int, string> Lies { get; } = Scale.IsFull
        ? new() { { DevnetGameType.CannonKona, 2, "executing it from the state before" }, { DevnetGameType.Cannon, 1, "executing it from the claimed state" } }
        : new() { { DevnetGameType.CannonKona, 2, "executing it from the state before" } };

    // In the middle; only the last block.
    public static TheoryData<uint, int, int> FirstFalse { get; } = Scale.IsFull
        ? new() { { DevnetGameType.CannonKona, 7, 1 }, { DevnetGameType.Cannon, 10, 1000 } }
        : new() { { DevnetGameType.Cannon, 10, 1000 } };

    [Theory]
    [MemberData(nameof(Lies))]
    [Trait("Scale", "full")]
    public async Task FalseRoot_IsTakenApartDownToAStep(uint type, int firstFalse, string how)
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        Outcome outcome = await Duel.OfFalseRoot(type, (UInt128)firstFalse).PlayAsync(ring, None);
        Assert.Equal("2.4.2", outcome.Game.Version);
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep(how);
    }

    [Fact]
    public async Task PermissionedGame_WithAFalseRoot_IsWon()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        Outcome outcome = await Duel.OfPermissioned.PlayAsync(ring, None);
        Assert.Equal("2.4.0", outcome.Game.Version);
        outcome.AssertWon(GameStatus.ChallengerWins);
    }

    [Theory]
    [MemberData(nameof(FirstFalse))]
    [Trait("Scale", "full")]
    public async Task ValidRoot_IsDefended(uint type, int firstFalseBlock, int firstFalseLeaf)
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        Outcome outcome = await new Duel { Type = type, FirstFalseBlock = (ulong)firstFalseBlock, FirstFalseLeaf = (UInt128)firstFalseLeaf }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.DefenderWins);
    }

    [Fact]
    public async Task Step_ThatReadsLocalData_IsMadeOnceTheGameHasLoadedThem()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        Duel duel = Duel.OfFalseRoot(DevnetGameType.CannonKona) with { AtRead = new LieAtRead("rollup", keyType: 1, isOnChain: false) };
        Outcome outcome = await duel.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        Assert.True(ring.Lines.Has(": addLocalData: ") || ring.Lines.Has(": addLocalData, "), $"no local data were loaded\n{ring.Lines}");
    }

    [Fact]
    public async Task RootOfAnotherBlock_IsChallengedByItsNumber()
    {
        await using Ring ring = await Duel.NewerRingAsync(None);
        Address us = DevnetAccounts.Challenger.Address;
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata game = await ring.CreateGameAsync(
            DevnetAccounts.Dishonest, DevnetGameType.CannonKona, await ring.OutputAsync(Duel.Block, None), Duel.Block + 10, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("the block number is challenged", async () => (await ring.StateAsync(game, None)).L2BlockNumberChallenger == us, None);
        GameState resolved = await ring.SettleAsync(game, us, None);
        Assert.Equal(GameStatus.ChallengerWins, resolved.Status);
        Assert.Single(resolved.Claims);
        (await Ledger.OfAsync(ring.Devnet, us, start, resolved, None)).AssertHonest(resolved.Claims[0].Bond);
    }
}
