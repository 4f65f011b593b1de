using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger.Tests;

/// <summary>What decides how a game's bonds are paid is told once for each change, and nothing where all is as it should be.</summary>
public sealed class StandingVoiceTests
{
    private static readonly Address Us = Address.Parse("0x1111111111111111111111111111111111111111");

    [Theory]
    [InlineData(GameGeneration.V1, "blacklisted", "its bonds are paid as it ends")]
    [InlineData(GameGeneration.V13, "retired, not respected", "its bonds are paid as it ends")]
    [InlineData(GameGeneration.V14, "blacklisted, retired", "its bonds will be refunded when it is closed, whoever wins")]
    [InlineData(GameGeneration.V18, "retired", "its bonds will be refunded when it is closed, whoever wins")]
    [InlineData(GameGeneration.V2, "not respected", "its bonds are paid as it ends")]
    public void Standing_IsToldOnce_AndWhenItIsOver(GameGeneration generation, string standing, string bonds)
    {
        (GameVoice voice, Lines lines, GameMetadata game) = Listen(generation);
        GameState good = State(generation);
        GameState bad = good with
        {
            Standing = new GameStanding(!standing.Contains("not respected", StringComparison.Ordinal), standing.Contains("blacklisted", StringComparison.Ordinal), standing.Contains("retired", StringComparison.Ordinal)),
        };
        Tell(voice, game, good with { Standing = null }, good, good);
        Assert.Empty(lines.All);
        Tell(voice, game, bad, bad, bad);
        (LogLevel level, string text) = Assert.Single(lines.All);
        Assert.Equal(standing == "not respected" ? LogLevel.Information : LogLevel.Warning, level);
        Assert.Contains($"it is {standing}: no withdrawal is paid against it; {bonds}", text, StringComparison.Ordinal);
        Tell(voice, game, good with { Standing = null }, bad); // a reading that brought nothing is no change
        Assert.Single(lines.All);
        Tell(voice, game, good, good);
        Assert.Contains("it counts again", Assert.Single(lines.All.Skip(1)).Text, StringComparison.Ordinal);
        Tell(voice, game, bad);
        Assert.Equal(3, lines.All.Count);
    }

    [Theory]
    [InlineData(BondDistributionMode.Normal, "bonds are paid as it ended", LogLevel.Information)]
    [InlineData(BondDistributionMode.Refund, "everybody gets back what they put in", LogLevel.Warning)]
    public void Mode_IsToldOnce_WhenItIsDecided(BondDistributionMode mode, string expected, LogLevel level)
    {
        (GameVoice voice, Lines lines, GameMetadata game) = Listen(GameGeneration.V2);
        GameState undecided = State(GameGeneration.V2) with { Status = GameStatus.DefenderWins };
        GameState closed = undecided with { BondMode = mode };
        Tell(voice, game, undecided, closed, closed);
        (LogLevel said, string text) = Assert.Single(lines.All);
        Assert.Equal(level, said);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Tell(voice, game, undecided, closed); // a reorganisation has opened it, and it was closed anew
        Assert.Equal(2, lines.All.Count);
    }

    [Theory]
    [InlineData(GameGeneration.V1)]
    [InlineData(GameGeneration.V13)]
    public void OlderGames_HaveNoMode_AndTellOfNone(GameGeneration generation)
    {
        (GameVoice voice, Lines lines, GameMetadata game) = Listen(generation);
        Tell(voice, game, State(generation) with { Status = GameStatus.DefenderWins, BondMode = BondDistributionMode.Normal });
        Assert.Empty(lines.All);
    }

    [Theory]
    [InlineData(GameGeneration.V1)]
    [InlineData(GameGeneration.V14)]
    [InlineData(GameGeneration.V2)]
    public void Pause_ThatHoldsUpWhatIsOurs_IsToldOnce_AndItsEnd(GameGeneration generation)
    {
        (GameVoice voice, Lines lines, GameMetadata game) = Listen(generation);
        GameState paid = State(generation) with
        {
            Status = GameStatus.DefenderWins,
            BondMode = BondDistributionMode.Normal,
            Credits = new Dictionary<Address, GameCredit> { [Us] = new(UInt256.Parse("2500000000000000000"), new PendingWithdrawal(UInt256.One, 1), true) },
        };
        Tell(voice, game, paid);
        int before = lines.All.Count;
        Tell(voice, game, paid with { IsPaused = true }, paid with { IsPaused = true });
        Assert.Contains("the system is paused: 2.5 ETH of ours wait", Assert.Single(lines.All.Skip(before)).Text, StringComparison.Ordinal);
        Tell(voice, game, paid, paid);
        Assert.Contains("the system goes on", Assert.Single(lines.All.Skip(before + 1)).Text, StringComparison.Ordinal);
    }

    private static (GameVoice Voice, Lines Lines, GameMetadata Game) Listen(GameGeneration generation)
    {
        Lines lines = new();
        return (new GameVoice("chain", lines), lines, Samples.Game(generation, 12));
    }

    private static void Tell(GameVoice voice, GameMetadata game, params GameState[] states)
    {
        foreach (GameState state in states)
        {
            StandingVoice.Tell(voice, game, state, 1_000_000);
        }
    }

    private static GameState State(GameGeneration generation) => new()
    {
        Status = GameStatus.InProgress,
        ResolvedAt = 0,
        Claims = [],
        Resolved = [],
        L2BlockNumberChallenger = default,
        BondMode = RuleSet.Of(generation).IsClosed ? BondDistributionMode.Undecided : BondDistributionMode.Normal,
        Credits = new Dictionary<Address, GameCredit>(),
        Standing = new GameStanding(IsRespected: true, IsBlacklisted: false, IsRetired: false),
    };
}
