using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Traces;

namespace Gavel.Challenger.Tests;

/// <summary>A placeholder that is not to be believed makes no play of its own: below the split depth nothing is known.</summary>
public sealed class DoubtfulPlaceholderTests
{
    [Fact]
    public void InDoubt_NothingIsKnownBelowTheSplitDepth_NorThatNobodyHasAFirstState()
    {
        GameMetadata game = Samples.Game(GameGeneration.V1, 12);
        game = game with { Rules = game.Rules! with { AbsolutePrestate = Hash32.Parse($"0xdead{new string('0', 60)}") } };
        GameTrace believed = new(game, new OutputTrace(game), new NoExecutions(), null);
        Assert.False(believed.HasFirstState);

        GameTrace inDoubt = new(game, new OutputTrace(game), new NoExecutions(), "one endpoint says so");
        Assert.True(inDoubt.HasFirstState);
        ExecutionBranch branch = new(null, new OutputClaim(Samples.Hash("disputed"), Position.Root));
        TraceAnswer<Hash32> value = inDoubt.ValueAt(branch, Position.Root);
        Assert.Equal((false, false, "one endpoint says so", null), (value.IsAvailable, value.IsUnderWay, value.Reason, value.Want));
        TraceAnswer<StepData> step = inDoubt.StepAt(branch, 0);
        Assert.Equal((false, "one endpoint says so", null), (step.IsAvailable, step.Reason, step.Want));
    }

    private sealed class NoExecutions : IExecutionTraces
    {
        public IExecutionTrace Of(GameMetadata game, LocalInputs inputs) => throw new InvalidOperationException("no branch is asked for");

        public void Keep(IReadOnlySet<Address> games)
        {
        }
    }
}
