using Gavel.Agent.Demo;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// Whole games of type 255 against the real contracts: output roots above, the AlphabetVM below. A false block with an even trace index is
/// chosen throughout, so that an honest answer exists at the split (docs/honest-strategy.md, rule 16).
/// </summary>
public sealed class AlphabetGameTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task FalseRoot_IsFoughtDownToAStep_AndEveryBondIsOurs()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await Duel.OfFalseRoot(DevnetGameType.Alphabet).PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep("step 0 against claim");
        Assert.Equal(outcome.Resolved.Claims.Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond), outcome.Resolved.Credits[DevnetAccounts.Challenger.Address].Owed);
    }

    [Fact]
    public async Task RootOfZeros_Loses()
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await new Duel { Type = DevnetGameType.Alphabet, Root = Hash32.Zero }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
    }

    [Fact]
    public async Task ValidRoot_AttackedWhereAnAnswerExists_IsDefended()
    {
        await using Ring ring = await Duel.RingAsync(None);

        // The liar disputes from block 7 on: at the split it stands against an output of ours that it must refute.
        Outcome outcome = await new Duel { Type = DevnetGameType.Alphabet, FirstFalseBlock = 7 }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.DefenderWins);
    }

    [Fact]
    public async Task Freeloader_EarnsNothing()
    {
        await using Ring ring = await Duel.RingAsync(None);
        DevnetAccount freeloader = DevnetAccounts.Users[0];
        Outcome outcome = await new Duel
        {
            Type = DevnetGameType.Alphabet,
            Root = FalseTrace.FalseOutput(Duel.Block),
            Before = async (arena, game) =>
            {
                // It is first to attack the false root, with a value of its own: it would win the root's bond if nobody answered it.
                ContractCall call = FaultDisputeGame.MoveOn(
                    game.Game, 0, game.RootClaim, FalseTrace.FalseOutput(99), isAttack: true, game.Rules!.Bonds[1]);
                await arena.Devnet.SendAsync(freeloader, call.To, call.Data, call.Value);
            },
        }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        GameState end = await ring.StateAsync(outcome.Game, None, freeloader.Address);
        Assert.True(end.Credits[freeloader.Address].Owed.IsZero);
        Assert.Equal(DevnetAccounts.Challenger.Address, end.Claims.Single(claim => claim.Claimant == freeloader.Address).CounteredBy);
    }
}
