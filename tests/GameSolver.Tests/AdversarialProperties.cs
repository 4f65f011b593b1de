using FsCheck;
using FsCheck.Fluent;
using Gavel.GameSolver.Tests.Play;
using Gavel.TestKit;

namespace Gavel.GameSolver.Tests;

/// <summary>What must hold whatever the opposition does.</summary>
public sealed class AdversarialProperties
{
    [Fact]
    [Trait("Scale", "full")]
    public void The_truth_wins_and_no_honest_bond_is_lost() =>
        Check(Scale.Of(120, 6_000), MatchPlan.Arbitrary(73, 120), plan => MatchRun.PlayOut(plan));

    [Fact]
    [Trait("Scale", "full")]
    public void The_truth_wins_in_shallow_crowded_games() =>
        Check(Scale.Of(120, 6_000), MatchPlan.Arbitrary(8, 200), plan => MatchRun.PlayOut(plan));

    [Fact]
    [Trait("Scale", "full")]
    public void The_truth_wins_among_thousands_of_claims() =>
        Check(Scale.Of(2, 30), MatchPlan.Arbitrary(73, 6_000), plan => MatchRun.PlayOut(plan));

    private static void Check(int count, Arbitrary<MatchPlan> plans, Action<MatchPlan> property) =>
        Prop.ForAll(plans, property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(0x6176656c, 0x5eed | 1));
}
