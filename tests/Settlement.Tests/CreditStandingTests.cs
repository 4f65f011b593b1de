using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;

namespace Gavel.Settlement.Tests;

/// <summary>What a game owes and what must happen for it to be paid, over both ways of paying.</summary>
public sealed class CreditStandingTests
{
    private static readonly Address Us = Address.Parse("0x1111111111111111111111111111111111111111");

    // owed, pending, unlocked at 100 with a delay of 30
    [Theory]
    [InlineData(GameStatus.InProgress, 0, 0, 200, true, CreditStage.InGame)]
    [InlineData(GameStatus.InProgress, 5, 5, 200, true, CreditStage.InGame)] // another payout may come
    [InlineData(GameStatus.InProgress, 5, 5, 130, false, CreditStage.Withdrawable)] // unless nobody brings the end about
    [InlineData(GameStatus.InProgress, 5, 5, 129, false, CreditStage.Waiting)]
    [InlineData(GameStatus.InProgress, 0, 0, 200, false, CreditStage.InGame)]
    [InlineData(GameStatus.DefenderWins, 5, 5, 129, true, CreditStage.Waiting)]
    [InlineData(GameStatus.DefenderWins, 5, 5, 130, true, CreditStage.Withdrawable)]
    [InlineData(GameStatus.ChallengerWins, 0, 0, 130, true, CreditStage.Settled)]
    [InlineData(GameStatus.ChallengerWins, 0, 5, 130, true, CreditStage.Waiting)]
    public void Paid_AsClaimsAreResolved(GameStatus status, int owed, int pending, ulong now, bool isEndAwaited, CreditStage expected)
    {
        CreditStanding credit = CreditStanding.Of(Game(GameGeneration.V1), State(status, BondDistributionMode.Normal, owed, pending, true, 0), Us, now, isEndAwaited);
        Assert.Equal((expected, (UInt256)(ulong)owed, pending == 0 ? null : (ulong?)130), (credit.Stage, credit.Due, credit.WithdrawableAt));
    }

    [Theory]
    [InlineData(GameStatus.InProgress, BondDistributionMode.Undecided, 0, 0, false, 7, "", CreditStage.InGame, 0)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Undecided, 5, 0, false, 7, "", CreditStage.ToBeFinal, 5)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Undecided, 5, 0, false, 7, "final", CreditStage.ToClose, 5)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Undecided, 5, 0, false, 7, "final improper", CreditStage.ToClose, 7)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Undecided, 0, 0, false, 7, "final", CreditStage.ToClose, 0)] // lost, but it may be refunded yet
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Undecided, 0, 0, false, 0, "final", CreditStage.Settled, 0)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Undecided, 5, 0, false, 7, "final paused", CreditStage.Paused, 5)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Normal, 5, 0, false, 7, "", CreditStage.ToUnlock, 5)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Normal, 0, 0, false, 7, "", CreditStage.Settled, 0)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Refund, 7, 7, true, 7, "", CreditStage.Withdrawable, 7)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Normal, 5, 5, true, 7, "early", CreditStage.Waiting, 5)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Normal, 5, 5, true, 7, "paused", CreditStage.Paused, 5)]
    [InlineData(GameStatus.DefenderWins, BondDistributionMode.Normal, 0, 0, true, 7, "paused", CreditStage.Settled, 0)]
    public void Paid_WhenTheGameIsClosed(
        GameStatus status, BondDistributionMode mode, int owed, int pending, bool isUnlocked, int refundable, string flags, CreditStage expected, int due)
    {
        GameState state = State(status, mode, owed, pending, isUnlocked, refundable) with
        {
            IsFinalized = flags.Contains("final", StringComparison.Ordinal),
            IsProper = !flags.Contains("improper", StringComparison.Ordinal),
            IsPaused = flags.Contains("paused", StringComparison.Ordinal),
        };
        CreditStanding credit = CreditStanding.Of(Game(GameGeneration.V2), state, Us, flags == "early" ? 129UL : 130);
        Assert.Equal((expected, (UInt256)(ulong)due), (credit.Stage, credit.Due));
    }

    // Up to 1.4 only the bond store is stopped: what is not withdrawn goes on.
    [Theory]
    [InlineData(GameGeneration.V1, BondDistributionMode.Normal, true, 130, CreditStage.Paused)]
    [InlineData(GameGeneration.V1, BondDistributionMode.Normal, true, 129, CreditStage.Waiting)]
    [InlineData(GameGeneration.V13, BondDistributionMode.Normal, true, 130, CreditStage.Paused)]
    [InlineData(GameGeneration.V14, BondDistributionMode.Normal, true, 130, CreditStage.Paused)]
    [InlineData(GameGeneration.V14, BondDistributionMode.Normal, true, 129, CreditStage.Waiting)]
    [InlineData(GameGeneration.V14, BondDistributionMode.Normal, false, 130, CreditStage.ToUnlock)]
    [InlineData(GameGeneration.V14, BondDistributionMode.Undecided, false, 130, CreditStage.ToClose)]
    [InlineData(GameGeneration.V18, BondDistributionMode.Normal, false, 130, CreditStage.Paused)]
    [InlineData(GameGeneration.V18, BondDistributionMode.Undecided, false, 130, CreditStage.Paused)]
    public void Pause_StopsWithdrawals_AndFromV16OnEverything(GameGeneration generation, BondDistributionMode mode, bool isUnlocked, ulong now, CreditStage expected)
    {
        GameState state = State(GameStatus.DefenderWins, mode, 5, isUnlocked ? 5 : 0, isUnlocked, 7) with { IsFinalized = true, IsPaused = true };
        Assert.Equal(expected, CreditStanding.Of(Game(generation), state, Us, now).Stage);
        Assert.NotEqual(CreditStage.Paused, CreditStanding.Of(Game(generation), state with { IsPaused = false }, Us, now).Stage);
    }

    private static GameState State(GameStatus status, BondDistributionMode mode, int owed, int pending, bool isUnlocked, int refundable) => new()
    {
        Status = status,
        ResolvedAt = 0,
        Claims = [],
        Resolved = [],
        L2BlockNumberChallenger = Address.Zero,
        BondMode = mode,
        Credits = new Dictionary<Address, GameCredit>
        {
            [Us] = new GameCredit((ulong)owed, pending == 0 ? default : new PendingWithdrawal((ulong)pending, 100), isUnlocked, (ulong)refundable),
        },
    };

    private static GameMetadata Game(GameGeneration generation) => Samples.Game(generation, 13);
}
