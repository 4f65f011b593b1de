using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Settlement.Tests;

/// <summary>What is resolved when nobody may move any more: never what makes a root win that our verdict calls invalid, unless a bond of ours comes back by it.</summary>
public sealed class SettlementPlannerTests
{
    private static readonly Address Us = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address Other = Address.Parse("0x3333333333333333333333333333333333333333");
    private static readonly Address Liar = Address.Parse("0x2222222222222222222222222222222222222222");
    private static readonly L1View View = new(new BlockId(Samples.Hash("view"), 100), 1_000_000, default);

    // The liar answered last: root, our attack, the liar's attack on it. All bonds of ours are lost.
    private static readonly Claim[] Line = [Root(Liar), Below(0, Position.Root.Attack(), Us), Below(1, Position.Root.Attack().Attack(), Liar)];

    // The same, and beside it a false defence of the liar that we countered, which nobody answered.
    private static readonly Claim[] Fork = [.. Line, Below(1, Position.Root.Attack().Defend(), Liar), Below(3, Position.Root.Attack().Defend().Attack(), Us)];

    [Theory]
    [InlineData(Truth.Invalid, false, false)]
    [InlineData(Truth.Invalid, true, true)] // it is told to
    [InlineData(Truth.Valid, false, true)]
    [InlineData(Truth.Unavailable, false, true)]
    public void RootThatIsHeldInvalid_IsNotHelpedToWin(Truth verdict, bool isToldTo, bool isResolved)
    {
        Assert.Equal(isResolved ? ["resolveClaim 2"] : [], Plan(GameGeneration.V1, Line, verdict, isToldTo));
        Assert.Equal(isResolved ? ["resolve"] : [], Plan(GameGeneration.V1, Line, verdict, isToldTo, resolved: [true, true, true]));
    }

    [Fact]
    public void FalseRootThatLoses_IsResolved() =>
        Assert.Equal(["resolveClaim 1"], Plan(GameGeneration.V1, Line[..2], Truth.Invalid));

    [Fact]
    public void OnVersion120_WhatPaysUs_IsResolved_AndNothingElse()
    {
        Assert.Equal(["resolveClaim 4"], Plan(GameGeneration.V1, Fork, Truth.Invalid));
        Assert.Equal(["resolveClaim 3"], Plan(GameGeneration.V1, Fork, Truth.Invalid, resolved: [false, false, false, false, true]));
        Assert.Equal([], Plan(GameGeneration.V1, Fork, Truth.Invalid, resolved: [false, false, true, true, true]));
    }

    [Fact]
    public void OnVersion2_ASingleBondOfOurs_NeedsTheWholeGame()
    {
        Assert.Equal(["resolveClaim 4", "resolveClaim 2"], Plan(GameGeneration.V2, Fork, Truth.Invalid));
        Assert.Equal(["resolve"], Plan(GameGeneration.V2, Fork, Truth.Invalid, resolved: [true, true, true, true, true]));
        Assert.Equal([], Plan(GameGeneration.V2, Line, Truth.Invalid));
    }

    // Nobody may resolve for a long time; 1.2.0 pays before the end.
    [Theory]
    [InlineData(Truth.Invalid, true)]
    [InlineData(Truth.Valid, false)]
    public void OnVersion120_CreditIsTakenBeforeTheEnd_WhereTheEndIsNotBroughtAbout(Truth verdict, bool isTaken)
    {
        GameCredit credit = new(UInt256.One, new PendingWithdrawal(UInt256.One, 1), true);
        IReadOnlyList<string> calls = Plan(GameGeneration.V1, Fork, verdict, resolved: [false, false, false, true, true], credit: credit);
        Assert.Equal(isTaken, calls.Contains("claimCredit"));
    }

    // From 1.4 on the claim closes the game: one transaction less. Each account claims for itself; whichever comes first closes.
    [Theory]
    [InlineData(GameGeneration.V14)]
    [InlineData(GameGeneration.V18)]
    [InlineData(GameGeneration.V2)]
    public void ClosingIsLeftToTheClaim(GameGeneration generation)
    {
        GameState won = Over(generation) with { Credits = new Dictionary<Address, GameCredit> { [Us] = Credit(5, 3), [Other] = Credit(2, 2) } };
        Assert.Equal([$"claimCredit {Us}", $"claimCredit {Other}"], PlanOver(generation, won, resolveAll: true));
        Assert.Equal([$"claimCredit {Us}", $"claimCredit {Other}"], PlanOver(generation, won with { IsProper = false }));

        // As it stands nothing is due to us, but it may come to be refunded: it is left open.
        Assert.Equal([], PlanOver(generation, won with { Credits = new Dictionary<Address, GameCredit> { [Us] = Credit(0, 3), [Other] = default } }));
        Assert.Equal([], PlanOver(generation, won with { IsFinalized = false }, resolveAll: true));
        Assert.Equal(generation == GameGeneration.V14 ? [$"claimCredit {Us}", $"claimCredit {Other}"] : [], PlanOver(generation, won with { IsPaused = true }, resolveAll: true));
    }

    [Theory]
    [InlineData(true, true, Truth.Unavailable, false, true)]
    [InlineData(true, true, Truth.Valid, false, true)]
    [InlineData(false, true, Truth.Valid, false, false)] // not asked for
    [InlineData(true, false, Truth.Valid, false, false)] // it moves nothing
    [InlineData(true, true, Truth.Invalid, false, false)] // a false root is not made the anchor
    [InlineData(true, true, Truth.Invalid, true, true)]
    public void ClosingAlone_IsForTheAnchor_WhereAllGamesAreResolved(bool resolveAll, bool movesAnchor, Truth verdict, bool isToldTo, bool isClosed)
    {
        GameState won = Over(GameGeneration.V2) with { MovesAnchor = movesAnchor };
        Assert.Equal(isClosed ? ["closeGame"] : [], PlanOver(GameGeneration.V2, won, resolveAll, verdict, isToldTo));
        Assert.Equal([], PlanOver(GameGeneration.V2, won with { IsFinalized = false }, resolveAll, verdict, isToldTo));
        Assert.Equal([], PlanOver(GameGeneration.V2, won with { IsPaused = true }, resolveAll, verdict, isToldTo));
        Assert.Equal([], PlanOver(GameGeneration.V2, won with { BondMode = BondDistributionMode.Normal }, resolveAll, verdict, isToldTo));
    }

    private static GameCredit Credit(ulong owed, ulong refundable) => new(owed, default, IsUnlocked: false, refundable);

    private static GameState Over(GameGeneration generation) => new()
    {
        Status = GameStatus.DefenderWins,
        ResolvedAt = 1_000,
        Claims = [Root(Liar)],
        Resolved = [true],
        L2BlockNumberChallenger = default,
        BondMode = RuleSet.Of(generation).IsClosed ? BondDistributionMode.Undecided : BondDistributionMode.Normal,
        Credits = new Dictionary<Address, GameCredit> { [Us] = default, [Other] = default },
        IsFinalized = true,
    };

    private static string[] PlanOver(GameGeneration generation, GameState state, bool resolveAll = false, Truth verdict = Truth.Valid, bool isToldTo = false)
    {
        GameMetadata game = Samples.Game(generation, 12);
        return [.. new SettlementPlanner(1, [Us, Other], resolveAll, isToldTo).Plan(game, state, WatchedGame.GameOf(game.Rules!, state), null, verdict, View)
            .Select(call => call.Call.Name == "claimCredit" ? $"claimCredit {new Address(call.Call.Data.Span[^Address.Size..])}" : call.Call.Name)];
    }

    private static List<string> Plan(
        GameGeneration generation, Claim[] claims, Truth verdict, bool isToldTo = false, bool[]? resolved = null, GameCredit credit = default)
    {
        bool[] marks = resolved ?? new bool[claims.Length];
        GameMetadata game = Samples.Game(generation, 12);
        GameState state = new()
        {
            Status = GameStatus.InProgress,
            ResolvedAt = 0,
            Claims = [.. claims.Select((claim, i) => claim with { CounteredBy = (marks[i], i) switch { (true, 1) => Liar, (true, 3) => Us, _ => default } })],
            Resolved = marks,
            L2BlockNumberChallenger = default,
            BondMode = generation == GameGeneration.V1 ? BondDistributionMode.Normal : BondDistributionMode.Undecided,
            Credits = new Dictionary<Address, GameCredit> { [Us] = credit },
        };
        return [.. new SettlementPlanner(1, [Us], resolveAll: false, isToldTo)
            .Plan(game, state, WatchedGame.GameOf(game.Rules!, state), null, verdict, View)
            .Select(call => call.ClaimIndex is int claim ? $"{call.Call.Name} {claim}" : call.Call.Name)];
    }

    private static Claim Root(Address claimant) => new(Claim.NoParent, Position.Root, Samples.Hash("root"), claimant, UInt256.One, new ChessClock(0, 1_000), default);

    private static Claim Below(uint parent, Position position, Address claimant) =>
        new(parent, position, Samples.Hash($"{parent} {position}"), claimant, UInt256.One, new ChessClock(0, 1_000), default);
}
