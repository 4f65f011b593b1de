using FsCheck;
using FsCheck.Fluent;
using Gavel.GameSolver.Tests.Play;
using Gavel.TestKit;
using Xunit.Abstractions;

namespace Gavel.GameSolver.Tests;

/// <summary>What must hold whatever the opposition does.</summary>
public sealed class AdversarialProperties(ITestOutputHelper output)
{
    [Fact]
    [Trait("Scale", "full")]
    public void The_truth_wins_and_no_honest_bond_is_lost() =>
        Check(Scale.Of(1_000, 20_000), MatchPlan.Arbitrary(73, 120), plan => MatchRun.PlayOut(plan));

    [Fact]
    [Trait("Scale", "full")]
    public void The_truth_wins_in_shallow_crowded_games() =>
        Check(Scale.Of(1_000, 20_000), MatchPlan.Arbitrary(8, 200), plan => MatchRun.PlayOut(plan));

    [Fact]
    [Trait("Scale", "full")]
    public void The_truth_wins_among_thousands_of_claims()
    {
        int most = 0;
        int deepest = 0;
        int leaves = 0;
        Check(Scale.Of(6, 100), MatchPlan.Arbitrary(73, 6_000), plan =>
        {
            Game game = MatchRun.PlayOut(plan).Game;
            most = Math.Max(most, game.Count);
            deepest = Math.Max(deepest, game.Claims.Max(claim => claim.Position.Depth));
            leaves += game.Claims.Count(claim => claim.Position.Depth == game.Shape.MaxDepth);
        });
        output.WriteLine($"at most {most} claims, to depth {deepest}, {leaves} leaves in all");
        Assert.True(most >= 2_000, $"no game had 2000 claims, the largest {most}");
        Assert.True(deepest >= 40, $"no line went deeper than {deepest}");
        Assert.True(leaves >= 100, $"only {leaves} leaves");
    }

    private static void Check(int count, Arbitrary<MatchPlan> plans, Action<MatchPlan> property) =>
        Prop.ForAll(plans, property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(0x6176656c, 0x5eed | 1));
}
