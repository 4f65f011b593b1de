using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>Whole games against the real contracts with a real Go program on the real MIPS contract below the split.</summary>
public sealed class CannonGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly UInt128 LastLeaf = (UInt128.One << 35) - 1; // max depth 50, split depth 14

    [Fact]
    public async Task FalseRoot_LieFromTheFirstInstruction_IsCounteredByAStepAtIndexZero()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await Duel.OfFalseRoot(DevnetGameType.Cannon).PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep("step 0 against claim");
    }

    [Theory]
    [InlineData(1, "executing it from the claimed state")] // the claim at leaf 0 is true, the next one is not: defend
    [InlineData(2, "executing it from the state before")]
    public async Task FalseRoot_LieLaterInTheTrace_IsCounteredByTheRightKindOfStep(int firstFalse, string how)
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await Duel.OfFalseRoot(DevnetGameType.Cannon, (UInt128)firstFalse).PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep($"step {firstFalse} against claim");
        outcome.AssertStep(how);
    }

    [Fact]
    public async Task PermissionedGame_WithAFalseRoot_IsWon()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await Duel.OfPermissioned.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
    }

    // Disputed from the first block on; in the middle; only the last block.
    public static TheoryData<int, int> FirstFalse { get; } = Scale.IsFull ? new() { { 2, 0 }, { 6, 0 }, { 7, 1 }, { 10, 1000 } } : new() { { 2, 0 }, { 10, 1000 } };

    [Theory]
    [MemberData(nameof(FirstFalse))]
    [Trait("Scale", "full")]
    public async Task ValidRoot_IsDefendedAtEveryLevel(int firstFalseBlock, int firstFalseLeaf)
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await new Duel
        {
            Type = DevnetGameType.Cannon,
            FirstFalseBlock = (ulong)firstFalseBlock,
            FirstFalseLeaf = (UInt128)firstFalseLeaf,
        }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.DefenderWins);
    }

    [Fact]
    public async Task LieBeyondTheProgramsExit_IsCountered()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await Duel.OfFalseRoot(DevnetGameType.Cannon, UInt128.One << 34).PlayAsync(ring, None); // the program ends within some millions of instructions
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep($"step {UInt128.One << 34} against claim");
    }

    [Fact]
    public async Task LieAtTheRightEdgeOnly_IsCountered()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await Duel.OfFalseRoot(DevnetGameType.Cannon, LastLeaf).PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep($"step {LastLeaf} against claim");
    }
}
