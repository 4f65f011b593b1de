using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;

namespace Gavel.Settlement.Tests;

/// <summary>What accounts are to get while it is not decided how a game pays.</summary>
public sealed class CreditForecastTests
{
    private static readonly Address Us = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address Liar = Address.Parse("0x2222222222222222222222222222222222222222");
    private static readonly Address Stranger = Address.Parse("0x3333333333333333333333333333333333333333");

    [Theory]
    [InlineData(GameGeneration.V1)]
    [InlineData(GameGeneration.V13)]
    public void OlderGames_PayAsTheyEnd_AndKnowNoRefunds(GameGeneration generation)
    {
        GameState open = State(generation, GameStatus.InProgress, BondDistributionMode.Normal);
        Assert.Equal(new CreditForecast(5, null, BondDistributionMode.Normal), Of(generation, open, Us));
        Assert.Equal(new CreditForecast(0, null, BondDistributionMode.Normal), Of(generation, open, Liar));
        Assert.Null(Of(generation, open with { Status = GameStatus.ChallengerWins }, Us)); // what it owes is owed
    }

    [Theory]
    [InlineData(GameGeneration.V14)]
    [InlineData(GameGeneration.V18)]
    [InlineData(GameGeneration.V2)]
    public void UndecidedGames_AreForecastByBothModes(GameGeneration generation)
    {
        GameState open = State(generation, GameStatus.InProgress, BondDistributionMode.Undecided);
        Assert.Equal(new CreditForecast(5, 3, BondDistributionMode.Normal), Of(generation, open, Us));
        Assert.Equal(new CreditForecast(0, 2, BondDistributionMode.Normal), Of(generation, open, Liar));
        Assert.Equal(new CreditForecast(0, 0, BondDistributionMode.Normal), Of(generation, open, Stranger));
        Assert.Equal((UInt256)5, Of(generation, open, Us)!.Value.Due);

        // Blacklisted or retired: everybody gets back what they put in.
        CreditForecast refund = Of(generation, open with { IsProper = false }, Us)!.Value;
        Assert.Equal((new CreditForecast(5, 3, BondDistributionMode.Refund), (UInt256)3), (refund, refund.Due));

        // Over: what the contract holds counts, not the forecast.
        GameState over = open with { Status = GameStatus.ChallengerWins, Credits = open.Credits.ToDictionary(credit => credit.Key, credit => credit.Value with { Owed = 4 }) };
        Assert.Equal(new CreditForecast(4, 3, BondDistributionMode.Normal), Of(generation, over, Us));
        Assert.Null(Of(generation, over with { BondMode = BondDistributionMode.Normal }, Us));
        Assert.Null(Of(generation, over with { BondMode = BondDistributionMode.Refund }, Us));
    }

    private static CreditForecast? Of(GameGeneration generation, GameState state, Address account) =>
        CreditForecast.Of(RuleSet.Of(generation), state, WatchedGame.GameOf(Samples.Game(generation, 12).Rules!, state), account);

    // The liar's root, bonded with 2, and our attack, bonded with 3, that nobody has answered.
    private static GameState State(GameGeneration generation, GameStatus status, BondDistributionMode mode) => new()
    {
        Status = status,
        ResolvedAt = 0,
        Claims =
        [
            new Claim(Claim.NoParent, Position.Root, Samples.Hash("root"), Liar, 2, new ChessClock(0, 1_000), default),
            new Claim(0, Position.Root.Attack(), Samples.Hash("attack"), Us, 3, new ChessClock(0, 1_000), default),
        ],
        Resolved = [false, false],
        L2BlockNumberChallenger = default,
        BondMode = mode,
        Credits = new Dictionary<Address, GameCredit>
        {
            [Us] = new(UInt256.Zero, default, false, RuleSet.Of(generation).IsClosed ? 3UL : 0),
            [Liar] = new(UInt256.Zero, default, false, RuleSet.Of(generation).IsClosed ? 2UL : 0),
            [Stranger] = default,
        },
    };
}
