namespace Gavel.GameSolver.Tests;

/// <summary>Figures that were measured on deployed contracts.</summary>
public sealed class ClockAndBondTests
{
    [Theory]
    [InlineData(95, 12, ClockExtensionRule.PlainTest, 80)]
    [InlineData(95, 13, ClockExtensionRule.PlainTest, 60)]
    [InlineData(95, 14, ClockExtensionRule.PlainTest, 80)]
    [InlineData(80, 13, ClockExtensionRule.PlainTest, 80)]
    [InlineData(70, 13, ClockExtensionRule.PlainTest, 70)]
    [InlineData(95, 49, ClockExtensionRule.PlainTest, 80)]
    [InlineData(70, 13, ClockExtensionRule.TestByDepth, 60)]
    [InlineData(60, 13, ClockExtensionRule.TestByDepth, 60)]
    [InlineData(95, 49, ClockExtensionRule.TestByDepth, 50)]
    [InlineData(51, 49, ClockExtensionRule.TestByDepth, 50)]
    [InlineData(95, 50, ClockExtensionRule.TestByDepth, 80)]
    public void A_late_move_is_given_its_extension(ulong used, int depth, ClockExtensionRule rule, ulong stored)
    {
        ClockRules rules = new(100, 20, SplitDepth: 14, MaxDepth: 50, rule, OracleChallengePeriod: 30);
        Assert.Equal(new ChessClock(stored, 1_000 + used), rules.ForMove(default, new ChessClock(7, 1_000), depth, 1_000 + used));
    }

    [Fact]
    public void At_exactly_the_maximum_a_move_is_too_late_and_the_claim_resolvable()
    {
        ClockRules rules = new(100, 20, 14, 50);
        ChessClock parent = new(30, 5_000);
        ChessClock claim = new(0, 6_000);
        Assert.NotNull(rules.ForMove(parent, claim, 3, 6_069));
        Assert.False(rules.IsExpired(parent, claim, 6_069));
        Assert.Null(rules.ForMove(parent, claim, 3, 6_070));
        Assert.True(rules.IsExpired(parent, claim, 6_070));
        Assert.Equal(6_070, rules.Deadline(parent, claim));
        Assert.Equal(100UL, rules.Used(parent, claim, 9_999));
    }

    [Theory]
    [InlineData(18, 1, "115562000000000000")]
    [InlineData(18, 17, "41536091200000000000")]
    [InlineData(18, 18, "59999999800000000000")]
    [InlineData(50, 0, "80000000000000000")]
    [InlineData(50, 14, "510630800000000000")]
    [InlineData(50, 31, "4848729600000000000")]
    [InlineData(50, 50, "59999999800000000000")]
    [InlineData(73, 1, "87594000000000000")]
    [InlineData(73, 31, "1330474000000000000")]
    [InlineData(73, 60, "18456699400000000000")]
    [InlineData(73, 73, "59999999800000000000")]
    public void Bonds_are_those_that_were_measured(int maxDepth, int depth, string wei) =>
        Assert.Equal(UInt256.Parse(wei), BondTable.Computed(maxDepth)[depth]);

    [Fact]
    public void Games_are_values()
    {
        GameShape shape = new(8, 4);
        Game root = Game.Create(shape, new Claim(Claim.NoParent, Position.Root, Hash32.Zero));
        Claim one = new(0, Position.Root.Attack(), Hash32.Zero);
        Claim two = new(0, Position.Root.Attack(), Keccak256.Hash([]));
        Game left = root.Add(one);
        Game right = root.Add(two);
        Assert.Equal(1, root.Count);
        Assert.Equal(one, left[1]);
        Assert.Equal(two, right[1]);
        Assert.NotEqual(left, right);
        Assert.Equal(Game.Create(shape, [root[0], two, one]), right.Add(one));
        Assert.Equal([1, 2], right.Add(one).ChildrenOf(0));
        Assert.Equal([1], left.ChildrenOf(0));
        Assert.True(left.Extends(root));
        Assert.False(left.Extends(right));
        Assert.False(left.Contains(two.Id));
        Assert.Throws<ArgumentException>(() => left.Add(one));
        Assert.Throws<ArgumentException>(() => left.Add(one with { ParentIndex = 9 }));
        Assert.Throws<ArgumentException>(() => left.Add(new Claim(1, new Position(5), Hash32.Zero)));
    }
}
