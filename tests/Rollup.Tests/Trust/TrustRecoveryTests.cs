using System.Collections.Concurrent;
using Gavel.Rollup.Tests.Trust.World;

namespace Gavel.Rollup.Tests.Trust;

/// <summary>What restarts, reorganisations, silence after an answer, and many games at once do to what is believed.</summary>
public sealed class TrustRecoveryTests
{
    private static readonly ulong[] _positions = [75, 90, 96];

    // A restarted node reads again from below the L1 block by which its safe head was derivable, and names both at once.
    [Fact]
    public void RestartedNode_DoesNotMakeAnEarlyRootTrue() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 100);
        world.Rollup[0].Replays = (79, 112);
        world.Rollup[0].RecordFrom = 1_000;
        GameCase early = world.Game(FakeChains.L2(75).Output, 75, head: 60);
        GameCase late = world.Game(FakeChains.L2(75).Output, 75, head: 90);
        for (int cycle = 0; cycle < 12; cycle++)
        {
            world.Cycle([early, late], _positions);
            Assert.NotEqual(Truth.Valid, early.Weigh().Verdict.Truth);
            Assert.All(_positions, position => Assert.Null(early.Weigh().HonestAt(position).Output));
            Assert.NotEqual(Truth.Invalid, late.Weigh().Verdict.Truth);
        }
    });

    [Fact]
    public void EmptyRecordOfARestartedNode_LeavesWhatWasShown() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null);
        GameCase game = world.Game(FakeChains.L2(96).Output, 96);
        world.Cycles(10, [game], _positions);
        Assert.Equal(Truth.Valid, game.Weigh().Verdict.Truth);
        world.Rollup[0].RecordFrom = 1_000;
        for (int cycle = 0; cycle < 100; cycle++)
        {
            world.Cycle([game], _positions);
            Assert.Equal(Truth.Valid, game.Weigh().Verdict.Truth);
        }
    });

    [Fact]
    public void LostForkOfL1_HasNoVoice() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null) { L1Fork = FakeChains.Other };
        GameCase kept = world.Game(FakeChains.L2(96).Output, 96);
        GameCase lost = world.Nodes.CaseOf(kept.Facts with { L1Head = FakeChains.L1(FakeWorld.Head, FakeChains.Other).Id.Hash });
        world.Cycles(10, [kept, lost], _positions);
        Assert.Equal((VerdictRule.HeadUnknown, Truth.Valid), (kept.Weigh().Verdict.Rule, lost.Weigh().Verdict.Truth));
        world.L1Fork = FakeChains.True;
        world.Cycle([kept, lost], _positions, wasReorganised: true);
        world.Cycles(8, [kept, lost], _positions);
        Assert.Equal((Truth.Valid, VerdictRule.HeadUnknown), (kept.Weigh().Verdict.Truth, lost.Weigh().Verdict.Rule));
        Assert.All(_positions, position => Assert.Null(lost.Weigh().HonestAt(position).Output)); // nothing is to be posted on it any more
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatWasShown_StandsThroughSilence(bool isTrue) => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null);
        GameCase game = world.Game(isTrue ? FakeChains.L2(96).Output : FakeBlock.Named("made up"), 96);
        world.Cycles(10, [game], _positions);
        Array.ForEach(world.Rollup, node => node.Fault = new Fault { IsSilent = true });
        for (int cycle = 0; cycle < 100; cycle++)
        {
            world.Cycle([game], _positions);
            Assert.Equal(isTrue ? Truth.Valid : Truth.Invalid, game.Weigh().Verdict.Truth);
            Assert.All(_positions, position => Assert.Equal(FakeChains.L2(position).Output, game.Weigh().HonestAt(position).Output!.OutputRoot));
        }
    });

    [Fact]
    public void OneThatLiedAndFellSilent_DoesNotSpeakAgainstTheOthers() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, 1);
        GameCase game = world.Game(FakeBlock.Named("made up"), 96);
        world.Rollup[0].Fault = new Fault { Lie = Lie.OtherOutput };
        world.Cycles(10, [game], _positions);
        Assert.Equal(Truth.Unavailable, game.Weigh().Verdict.Truth);
        world.Rollup[0].Fault = new Fault { IsSilent = true };
        world.Cycles(3, [game], _positions);
        Assert.Equal(Truth.Invalid, game.Weigh().Verdict.Truth);
    });

    [Fact]
    public void LastResort_IsForValues_WhereNobodyElseSaysAnything() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null);
        GameCase value = world.Game(FakeBlock.Named("made up"), 96);
        GameCase early = world.Game(FakeChains.L2(100).Output, 100);
        world.Rollup[1].Fault = new Fault { IsSilent = true };
        world.Cycles(12, [value, early], _positions);
        Assert.Equal((Truth.Unavailable, 1), (value.Weigh().Verdict.Truth, value.Weigh().WellGroups));
        Assert.Equal((Truth.Invalid, VerdictRule.OtherOutput), (value.Weigh(isLastResort: true).Verdict.Truth, value.Weigh(isLastResort: true).Verdict.Rule));
        Assert.Equal(Truth.Unavailable, early.Weigh(isLastResort: true).Verdict.Truth);

        // What the one that is silent now said before, it said.
        using FakeWorld other = new(["a", "b"], 1, null);
        GameCase contradicted = other.Game(FakeChains.L2(96).Output, 96);
        other.Cycles(1, [contradicted], _positions);
        other.Rollup[0].Fault = new Fault { Lie = Lie.OtherL2Fork };
        other.Execution[0].Fault = new Fault { Lie = Lie.OtherL2Fork };
        other.Cycles(6, [contradicted], _positions);
        other.Rollup[1].Fault = new Fault { IsSilent = true };
        other.Cycles(6, [contradicted], _positions);
        Assert.Equal(1, contradicted.Weigh().WellGroups);
        Assert.NotEqual(Truth.Invalid, contradicted.Weigh(isLastResort: true).Verdict.Truth);
    });

    // The only rollup node lies together with an execution node: more than it takes by the rules, and still not enough while another has the true block.
    [Fact]
    public void ExecutionNode_ThatHasAnotherBlock_IsADoubt() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 2, null);
        GameCase game = world.Game(FakeChains.L2(96).Output, 96);
        world.Rollup[0].Fault = world.Execution[0].Fault = new Fault { Lie = Lie.OtherL2Fork };
        world.Cycles(12, [game], _positions);
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), (game.Weigh().Verdict.Truth, game.Weigh().Verdict.Rule));
    });

    [Fact]
    public void OutputThatTheProofOfItsBlockContradicts_IsNoAnswer() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null);
        GameCase game = world.Game(FakeChains.L2(96).Output, 96);
        world.Rollup[0].Fault = new Fault { Lie = Lie.OtherOutput };
        world.Cycles(12, [game], _positions);
        Assert.Equal((Truth.Unavailable, VerdictRule.Contradicted), (game.Weigh().Verdict.Truth, game.Weigh().Verdict.Rule));
    });

    [Fact]
    public void NodeThatContradictsAConfirmedAnchor_HasNoVoice_AboutAnything() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b", "c"], 1, null);
        GameCase game = world.Game(FakeBlock.Named("made up"), 96);
        world.Rollup[2].Fault = new Fault { Lie = Lie.OtherAnchor };
        world.Cycles(12, [game], _positions);
        Weighing weighing = game.Weigh();
        Assert.False(weighing.IsAnchorFalse);
        Assert.Equal(ObjectionKind.OtherAnchor, Assert.Single(weighing.Objections).Value.Kind);
        Assert.Equal(["a", "b"], weighing.Verdict.Evidence.For);
    });

    [Fact]
    public void OutputThatTheMinimumTakesBack_IsNotPosted_ThoughNobodyProvesTheOther() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null);
        GameCase game = world.Game(FakeChains.L2(96).Output, 96);
        world.Rollup[0].Fault = world.Execution[0].Fault = new Fault { Lie = Lie.OtherL2Fork };
        world.Cycles(12, [game], _positions);
        Assert.Equal(FakeChains.L2(90, FakeChains.Other).Output, game.Weigh().HonestAt(90).Output!.OutputRoot);
        world.Rollup[0].Fault = Fault.None;
        world.Execution[0].Fault = new Fault { IsSilent = true };
        world.Cycles(60, [game], _positions);
        Assert.Null(game.Weigh().HonestAt(90).Output);
    });

    // Of three groups one may confirm an anchor that was never an output, and bars nobody by it.
    [Fact]
    public void FalseAnchor_ThatALiarConfirms_BarsNobody() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b", "c"], 1, null);
        GameCase game = world.Game(FakeBlock.Named("made up"), 96, anchor: OutputRoot.Compute(FakeBlock.Named("another chain's"), FakeChains.L2(FakeWorld.Start).StorageRoot, FakeChains.L2(FakeWorld.Start).Id.Hash));
        world.Rollup[2].Fault = new Fault { Lie = Lie.OtherAnchor };
        world.Cycles(12, [game], _positions);
        Weighing weighing = game.Weigh();
        Assert.True(weighing.IsAnchorFalse);
        Assert.Empty(weighing.Objections);
        Assert.Equal(Truth.Invalid, weighing.Verdict.Truth);
    });

    [Fact]
    public void OtherChainAtTheSameAddress_BringsNoSightingsAlong() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null);
        world.Rollup[0].RecordFrom = 1_000;
        world.Rollup[0].Fault = new Fault { Lie = Lie.OtherL2Chain };
        GameCase game = world.Game(FakeChains.L2(96).Output, 96);
        world.Cycles(12, [game], _positions);
        Assert.Equal(ObjectionKind.Foreign, game.Weigh().Objections["rollup 0"].Kind);
        world.Rollup[0].Fault = Fault.None;
        world.Cycles(12, [game], _positions);
        Assert.Empty(game.Weigh().Objections);
        Assert.Null(game.Weigh().Derivability.LastDerivable); // what was seen before the head was seen of another chain
    });

    [Fact]
    public void SilentNode_IsLookedAtByOneTask_AndHoldsUpOneCycleOnly() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null);
        int asked = 0;
        world.Rollup[0].OnAsked = method => asked += method == "optimism_syncStatus" ? 1 : 0;
        world.Rollup[0].Fault = new Fault { IsSilent = true };
        Task first = world.Nodes.LookAsync(false, default);
        Task second = world.Nodes.LookAsync(false, default);
        Assert.False(first.IsCompleted);
        Assert.Equal(1, asked);
        world.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(first.IsCompleted && second.IsCompleted);
        world.Clock.Advance(TimeSpan.FromSeconds(12));
        Assert.True(world.Nodes.LookAsync(false, default).IsCompleted);
        Assert.Equal(2, asked);
    });

    [Fact]
    public void NodeThatTellsOfAHeadThatIsNotThere_AccusesItselfAlone() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b", "c"], 1, null);
        NodeDangers dangers = new("chain", world.Nodes, lagBlocks: 20);
        world.Rollup[1].Fault = new Fault { Lie = Lie.HighHead };
        world.Rollup[2].Fault = new Fault { Lag = 30 };
        world.Cycle([], []);
        Assert.Equal(["rollup 1", "rollup 2"], dangers.Dangers.Where(danger => danger.Code == "node-lags").Select(danger => danger.Subject[^8..]));
    });

    [Fact]
    public void AddressesThatAreShownAlike_AreKeptApart() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, null);
        using TrustedNodes nodes = new(
            [new TrustedRollupNode("https://host/***", "a", new RollupNode(world.Rollup[0])), new TrustedRollupNode("https://host/***", "b", new RollupNode(world.Rollup[1]))],
            [new TrustedExecutionNode("execution", "e", new L2ExecutionNode(new Ethereum.ChainReader(world.Execution[0])))],
            new Ethereum.ChainReader(world.L1),
            FakeWorld.L1ChainId,
            null,
            new TrustLimits(),
            SafeHeadLog.InMemory(),
            world.Clock);
        Assert.Equal(2, nodes.CaseOf(world.Game(Hash32.Zero, 96).Facts).Weigh().Objections.Count);
    });

    // Real threads: the same question of many games is asked once, and all come to the same end while looks go on.
    [Fact]
    public async Task ManyGamesAtOnce_AskOnce_AndAreAllJudged()
    {
        using FakeWorld world = new(["a", "b"], 2, null, firstL1: 120);
        ConcurrentDictionary<string, int> asked = new();
        foreach (FakeNode node in (FakeNode[])[.. world.Rollup, .. world.Execution, world.L1])
        {
            node.IsRemote = true;
            node.OnAsked = method => asked.AddOrUpdate(method, 1, (_, count) => count + 1);
        }

        await world.Nodes.LookAsync(false, default);
        GameCase[] games = [.. Enumerable.Range(0, 41).Select(i => world.Game(i % 2 == 0 ? FakeChains.L2(96).Output : FakeBlock.Named("made up"), 96))];
        await Task.WhenAll(games.Select(game => Task.Run(async () =>
        {
            while (game.Weigh().Verdict.Truth == Truth.Unavailable)
            {
                await world.Nodes.LookAsync(false, default);
                await game.AskAsync(_positions, TimeSpan.FromSeconds(3), default, default);
                Weighing weighing = game.Weigh();
                _ = weighing.HonestAt(90);
                game.Hold(weighing);
            }
        }))).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.All(games, (game, i) => Assert.Equal(i % 2 == 0 ? Truth.Valid : Truth.Invalid, game.Weigh().Verdict.Truth));
        Assert.InRange(asked["optimism_outputAtBlock"], 4, 8); // of two nodes four blocks at most, whatever the number of games
    }
}
