using Gavel.Rollup.Tests.Trust.World;

namespace Gavel.Rollup.Tests.Trust;

/// <summary>A person's decision chooses whom to believe, for one game, and invents no value.</summary>
public sealed class DecisionTests
{
    private const ulong Block = 96;
    private static readonly ulong[] _positions = [75, 90, Block];
    private static readonly ulong[] _early = [75, FakeWorld.SafeAtHead, 102];
    private static readonly Hash32 _true = FakeChains.L2(Block).Output;
    private static readonly Hash32 _forked = FakeChains.L2(Block, FakeChains.Other).Output;
    private static readonly RootDecision _valid = new(Truth.Valid, "alice", DateTimeOffset.UnixEpoch, "I have looked");
    private static readonly RootDecision _invalid = _valid with { Truth = Truth.Invalid };

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void OneAgainstOne_ThoseInKeepingWithIt_GiveTheValues(bool isTrueRoot, bool isValid) => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = Forked(executionNodes: 2);
        GameCase game = world.Game(isTrueRoot ? _true : _forked, Block);
        GameCase untouched = world.Game(isTrueRoot ? _true : _forked, Block);
        world.Cycles(10, [game, untouched], _positions);
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), Of(game));
        Assert.True(game.Decide(isValid ? _valid : _invalid));
        world.Cycle([game, untouched], _positions);

        Assert.Equal((isValid ? Truth.Valid : Truth.Invalid, VerdictRule.DecidedByAPerson), Of(game));
        char believed = isTrueRoot == isValid ? FakeChains.True : FakeChains.Other;
        Assert.All(_positions, position => Assert.Equal(FakeChains.L2(position, believed).Output, game.Weigh().HonestAt(position).Root));
        Assert.Equal([isTrueRoot == isValid ? "b" : "a"], game.Weigh().Verdict.Evidence.Against);
        Assert.Equal(ObjectionKind.AgainstDecision, game.Weigh().Objections[isTrueRoot == isValid ? "rollup 1" : "rollup 0"].Kind);
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), (game.WeighNodes().Verdict.Truth, game.WeighNodes().Verdict.Rule));
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), Of(untouched));

        // Taken back, nothing is left of it: neither the verdict nor a value.
        Assert.True(game.Decide(null));
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), Of(game));
        Assert.Null(game.Weigh().HonestAt(90).Root);
    });

    // Nobody has another value, or nobody proves it: there is nothing to attack with above the split.
    [Fact]
    public void Invalid_WithoutAProvenOtherValue_GivesNone() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = Forked(executionNodes: 1);
        GameCase unproven = world.Game(_true, Block);
        unproven.Decide(_invalid);
        world.Cycles(10, [unproven], _positions);
        Assert.Equal((Truth.Invalid, VerdictRule.DecidedByAPerson), Of(unproven));
        Assert.All(_positions, position => Assert.Null(unproven.Weigh().HonestAt(position).Root));

        using FakeWorld honest = new(["a", "b"], 1, null);
        GameCase against = honest.Game(_true, Block);
        honest.Cycles(10, [against], _positions);
        Assert.Equal((Truth.Valid, VerdictRule.SameOutput), Of(against));
        against.Decide(_invalid);
        honest.Cycles(2, [against], _positions);
        Assert.Equal((Truth.Invalid, VerdictRule.DecidedByAPerson), Of(against));
        Assert.All(_positions, position => Assert.Null(against.Weigh().HonestAt(position).Root));
        Assert.Equal(2, against.Weigh().Objections.Count(objection => objection.Value.Kind == ObjectionKind.AgainstDecision));
    });

    [Fact]
    public void Invalid_WhatNobodyProves_HasNoWeightBesideAProof() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null);
        world.Rollup[1].Fault = new Fault { Lie = Lie.OtherOutput };
        GameCase game = world.Game(FakeBlock.Named("made up"), Block);
        world.Cycles(10, [game], _positions);
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), Of(game));
        game.Decide(_invalid);
        world.Cycle([game], _positions);
        Assert.All(_positions, position => Assert.Equal(FakeChains.L2(position).Output, game.Weigh().HonestAt(position).Root));
    });

    // Against every node's word the root stands for itself, and no node gives a value beside it.
    [Fact]
    public void Valid_AgainstAllNodes_GivesTheRootAlone() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null);
        Hash32 root = FakeBlock.Named("made up");
        GameCase game = world.Game(root, Block);
        world.Cycles(10, [game], _positions);
        Assert.Equal(Truth.Invalid, Of(game).Truth);
        game.Decide(_valid);
        world.Cycles(2, [game], _positions);
        Assert.Equal((Truth.Valid, VerdictRule.DecidedByAPerson), Of(game));
        Assert.Equal((root, root), (game.Weigh().HonestAt(Block).Root, game.Weigh().HonestAt(UInt128.MaxValue).Root));
        Assert.Null(game.Weigh().HonestAt(Block).Output);
        Assert.All(_positions[..2], position => Assert.Null(game.Weigh().HonestAt(position).Root));
        Assert.Empty(game.Weigh().KnownOutputs);
    });

    // A node that has not told its output at the block may contradict the decision: until it has, its other values are not heard.
    [Fact]
    public void NodeThatHasNotSaid_IsNotHeard() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null);
        world.Rollup[0].Fault = new Fault { Error = "*" };
        world.Rollup[1].Fault = new Fault { Lag = 8 }; // it has derived up to 84
        GameCase game = world.Game(_true, Block);
        game.Decide(_valid);
        world.Cycles(7, [game], _positions);
        Assert.NotNull(game.Weigh().L1Head);
        Assert.Equal(ObjectionKind.Undeclared, game.Weigh().Objections["rollup 1"].Kind);
        Assert.Null(game.Weigh().HonestAt(75).Root);
        world.Rollup[1].Fault = Fault.None;
        world.Cycles(2, [game], _positions);
        Assert.Equal(FakeChains.L2(75).Output, game.Weigh().HonestAt(75).Root);
    });

    [Fact]
    public void LackOfEvidence_BecomesWhatWasSaid() => FakeWorld.OnThisThread(() =>
    {
        // Everything is asked after the fact, so that the node's record stands alone; the block is derived today.
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        GameCase early = world.Game(FakeChains.L2(102).Output, 102);
        GameCase late = world.Game(FakeChains.L2(102).Output, 102);
        world.Cycles(4, [early, late], _early);
        Assert.Equal((Truth.Unavailable, VerdictRule.TooLittleEvidence), Of(early));
        early.Decide(_invalid);
        late.Decide(_valid);
        world.Cycle([early, late], _early);
        Assert.Equal((Truth.Invalid, VerdictRule.DecidedByAPerson), Of(early));
        Assert.Equal(FakeChains.L2(FakeWorld.SafeAtHead).Output, early.Weigh().HonestAt(102).Root); // the last block that was derivable
        Assert.Equal((Truth.Valid, VerdictRule.DecidedByAPerson), Of(late));
        Assert.Equal(FakeChains.L2(102).Output, late.Weigh().HonestAt(102).Root);
        Assert.All([early, late], game => Assert.Equal(FakeChains.L2(75).Output, game.Weigh().HonestAt(75).Root));
    });

    // Too early is what "invalid" means only where no node that answers may still know another value.
    [Fact]
    public void Invalid_IsNotTakenForTooEarly_BeforeEachNodeHasSaidItsValue() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null, firstL1: 130);
        world.Rollup[1].Fault = new Fault { Error = "optimism_outputAtBlock" };
        world.Rollup[1].RecordFrom = 1_000;
        GameCase game = world.Game(FakeChains.L2(102).Output, 102);
        game.Decide(_invalid);
        world.Cycles(4, [game], _early);
        Assert.Equal(Truth.Invalid, Of(game).Truth);
        Assert.Null(game.Weigh().HonestAt(102).Root);
        world.Rollup[1].Fault = Fault.None;
        world.Cycles(4, [game], _early);
        Assert.Equal(FakeChains.L2(FakeWorld.SafeAtHead).Output, game.Weigh().HonestAt(102).Root);
    });

    [Fact]
    public void LostL1Head_GivesNothing_ButKeepsTheDecision() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null) { L1Fork = FakeChains.Other };
        GameCase game = world.Game(_true, Block);
        game.Decide(_valid);
        world.Cycles(10, [game], _positions);
        Assert.Equal((Truth.Unavailable, VerdictRule.HeadUnknown, _valid), (Of(game).Truth, Of(game).Rule, game.Weigh().Verdict.Decision));
        Assert.All(_positions, position => Assert.Null(game.Weigh().HonestAt(position).Root));
    });

    [Fact]
    public void ValuesFoundBesideIt_StandThroughSilence() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = Forked(executionNodes: 2);
        GameCase game = world.Game(_true, Block);
        game.Decide(_valid);
        world.Cycles(10, [game], _positions);
        Array.ForEach(world.Rollup, node => node.Fault = new Fault { IsSilent = true });
        for (int cycle = 0; cycle < 60; cycle++)
        {
            world.Cycle([game], _positions);
            Assert.All(_positions, position => Assert.Equal(FakeChains.L2(position).Output, game.Weigh().HonestAt(position).Root));
        }
    });

    // Whatever fails or lies beside an honest node: rightly decided, no other value than the true one is ever given.
    [Fact]
    public void RightlyDecided_NoFaultOfOneGroup_GivesAFalseValue() => FakeWorld.OnThisThread(() =>
    {
        int given = 0;
        foreach (Fault fault in Fault.OfRollup.Concat(Fault.OfExecution))
        {
            using FakeWorld world = new(["a", "b"], 2, null);
            world.Rollup[1].Fault = Fault.OfRollup.Contains(fault) ? fault : new Fault { Lie = Lie.OtherL2Fork };
            world.Execution[1].Fault = Fault.OfExecution.Contains(fault) ? fault : new Fault { Lie = Lie.OtherL2Fork };
            GameCase kept = world.Game(_true, Block);
            GameCase attacked = world.Game(_forked, Block);
            kept.Decide(_valid);
            attacked.Decide(_invalid);
            for (int cycle = 0; cycle < 12; cycle++)
            {
                world.Cycle([kept, attacked], _positions);
                foreach ((GameCase game, ulong position) in new[] { kept, attacked }.SelectMany(game => _positions.Select(position => (game, position))))
                {
                    Hash32? root = game.Weigh().HonestAt(position).Root;
                    given += root is null ? 0 : 1;
                    Assert.True(root is null || root == FakeChains.L2(position).Output, $"{fault}: {root} at {position} in cycle {cycle}");
                }
            }
        }

        Assert.True(given > 1_000);
    });

    private static FakeWorld Forked(int executionNodes)
    {
        FakeWorld world = new(["a", "b"], executionNodes, null);
        world.Rollup[1].Fault = new Fault { Lie = Lie.OtherL2Fork };
        if (executionNodes > 1)
        {
            world.Execution[1].Fault = new Fault { Lie = Lie.OtherL2Fork };
        }

        return world;
    }

    private static (Truth Truth, VerdictRule Rule) Of(GameCase game) => (game.Weigh().Verdict.Truth, game.Weigh().Verdict.Rule);
}
