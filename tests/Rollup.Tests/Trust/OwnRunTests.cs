using Gavel.Rollup.Tests.Trust.World;

namespace Gavel.Rollup.Tests.Trust;

/// <summary>
/// Runs of our own of the game's program: which is wanted, and what it settles. Before, a root that the very next L1 block after the game's head made
/// derivable stayed unjudged where one group of nodes is all there is, and so did a true one where the node keeps no record of safe heads.
/// </summary>
public sealed class OwnRunTests
{
    private const ulong Early = 102; // derivable today, not by the games' L1 head
    private const ulong True = 90; // derivable by it
    private static readonly Fault NoRecord = new() { Error = "optimism_safeHeadAtL1Block" };

    [Fact]
    public void RecordAlone_WantsTheRunOfItsNextBlock_WhichMakesTheRootFalse() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        GameCase game = world.Game(FakeChains.L2(Early).Output, Early);
        DerivationRun run = Wanted(world, game);
        Assert.Equal((FakeWorld.SafeAtHead, FakeWorld.SafeAtHead + 1), (run.From.Block.Number, run.To.Block.Number));
        Assert.Equal((FakeChains.L2(99).Output, FakeChains.L2(100).Output), (run.From.OutputRoot, run.To.OutputRoot));

        Assert.False(game.Take(Of(world, run, null, "it has reached step 5")));
        Weighing open = game.Weigh();
        Assert.Equal((Truth.Unavailable, VerdictRule.TooLittleEvidence), (open.Verdict.Truth, open.Verdict.Rule));
        Assert.Contains("our own run of block 100: it has reached step 5", open.Verdict.Because, StringComparison.Ordinal);
        Assert.NotNull(open.WantedRun);

        Assert.True(game.Take(Of(world, run, false, "it does not derive it")));
        Weighing ended = game.Weigh();
        Assert.Equal((Truth.Invalid, VerdictRule.NotDerivable), (ended.Verdict.Truth, ended.Verdict.Rule));
        Assert.Equal([PieceKind.Record, PieceKind.Run], ended.Verdict.Evidence.Pieces.Select(piece => piece.Kind).Order());
        Assert.Equal(["a"], ended.Verdict.Evidence.For);
        Assert.Contains(ended.Verdict.Evidence.Testimonies, said => said is { Question: Questions.OwnRun, L2.Number: 100, Root: null });
        Assert.Equal(FakeChains.L2(FakeWorld.SafeAtHead).Output, ended.HonestAt(Early).Root);
        Assert.Null(ended.WantedRun);
    });

    [Fact]
    public void RunThatArrives_ShowsAGapInTheRecord_AndAnotherShowsTheRootTrue() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = new Fault { Lie = Lie.StaleRecord };
        GameCase game = world.Game(FakeChains.L2(True).Output, True);
        DerivationRun first = Wanted(world, game);
        Assert.True(first.To.Block.Number < True);
        game.Take(Of(world, first, true));
        Assert.Equal(Truth.Unavailable, game.Weigh().Verdict.Truth);
        DerivationRun second = Wanted(world, game);
        Assert.Equal((first.To.Block.Number, True), (second.From.Block.Number, second.To.Block.Number));
        game.Take(Of(world, second, true));
        Assert.Equal((Truth.Valid, VerdictRule.SameOutput), (game.Weigh().Verdict.Truth, game.Weigh().Verdict.Rule));
        Assert.Equal(FakeChains.L2(True).Output, game.Weigh().HonestAt(UInt128.MaxValue).Root);
    });

    [Fact]
    public void WithoutARecord_TheRunOfTheProposedBlock_ShowsThatItIsTrue_AndAloneNeverThatItIsFalse() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = NoRecord;
        GameCase valid = world.Game(FakeChains.L2(True).Output, True);
        GameCase early = world.Game(FakeChains.L2(Early).Output, Early);
        DerivationRun run = Wanted(world, valid);
        Assert.Equal((FakeWorld.Start, True), (run.From.Block.Number, run.To.Block.Number)); // the game's start was derivable, by an earlier game
        valid.Take(Of(world, run, true));
        early.Take(Of(world, Wanted(world, early), false));
        Assert.Equal(Truth.Valid, valid.Weigh().Verdict.Truth);
        Assert.Equal(Truth.Unavailable, early.Weigh().Verdict.Truth);
        Assert.Null(early.Weigh().WantedRun); // it has said what it can
    });

    [Fact]
    public void RunIsNoGroupsVoice() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a", "b"], 1, 2, firstL1: 130);
        world.Rollup[1].Fault = NoRecord;
        GameCase early = world.Game(FakeChains.L2(Early).Output, Early);
        GameCase valid = world.Game(FakeChains.L2(True).Output, True);
        early.Take(Of(world, Wanted(world, early), false));
        Assert.Equal(Truth.Unavailable, early.Weigh().Verdict.Truth);
        valid.Take(Of(world, Wanted(world, valid), true)); // one record and the run are two
        Assert.Equal(Truth.Valid, valid.Weigh().Verdict.Truth);
    });

    [Fact]
    public void RunsThatContradictEachOther_ShowNothing() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        GameCase game = world.Game(FakeChains.L2(Early).Output, Early);
        DerivationRun run = Wanted(world, game);
        world.Cycle([game], [FakeWorld.SafeAtHead, Early]);
        VerifiedOutput[] later = [.. new[] { FakeWorld.SafeAtHead, Early }.Select(block => game.Weigh().OutputOf(block).Verified!)];
        game.Take(Of(world, run, false));
        game.Take(Of(world, new DerivationRun(later[0], later[1]), true));
        Assert.Equal((Truth.Unavailable, VerdictRule.TooLittleEvidence), (game.Weigh().Verdict.Truth, game.Weigh().Verdict.Rule));
        Assert.Null(game.Weigh().WantedRun);
    });

    // What a run starts from and arrives at is told by nodes: as soon as they tell another, it speaks of something else.
    [Fact]
    public void RunOfAnOutputThatIsAnotherNow_SaysNothing() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = NoRecord;
        GameCase game = world.Game(FakeChains.L2(True).Output, True);
        DerivationRun run = Wanted(world, game);
        DerivationRun other = run with { To = run.To with { OutputRoot = Keccak256.Hash("another"u8) } };
        game.Take(Of(world, other, true));
        Assert.Equal(Truth.Unavailable, game.Weigh().Verdict.Truth);
        Assert.Equal(run, game.Weigh().WantedRun?.Run);
    });

    [Fact]
    public void NothingIsRun_ForWhatIsSettled_ForABlockThatNobodyDerives_OrForAPersonsDecision() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        GameCase valid = world.Game(FakeChains.L2(True).Output, True);
        GameCase wrong = world.Game(Keccak256.Hash("wrong"u8), True);
        GameCase future = world.Game(Keccak256.Hash("future"u8), 5_000);
        GameCase decided = world.Game(FakeChains.L2(Early).Output, Early);
        decided.Decide(new RootDecision(Truth.Invalid, "me", world.Clock.GetUtcNow(), "it is too early"));
        world.Cycles(4, [valid, wrong, future, decided], [True, Early]);
        Assert.All([valid, wrong, future, decided], game => Assert.Null(game.Weigh().WantedRun));
    });

    // The data of 102 may lie on L1 before those of 100: a channel that overtook another. Then the run from 101 arrives, and 102 was not derivable.
    [Fact]
    public void RunFromABlockThatIsNotShownDerivable_ShowsNothing() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = NoRecord;
        GameCase game = world.Game(FakeChains.L2(Early).Output, Early);
        world.Cycles(4, [game], [FakeWorld.Start, Early - 1, Early]);
        VerifiedOutput[] outputs = [.. new[] { Early - 1, Early }.Select(block => game.Weigh().OutputOf(block).Verified!)];
        game.Take(Of(world, new DerivationRun(outputs[0], outputs[1]), true));
        Assert.Equal(Truth.Unavailable, game.Weigh().Verdict.Truth);

        // Where another run shows where it starts from, it does.
        VerifiedOutput start = game.Weigh().OutputOf(FakeWorld.Start).Verified!;
        game.Take(Of(world, new DerivationRun(start, outputs[0]), true));
        Assert.Equal(Truth.Valid, game.Weigh().Verdict.Truth);
    });

    [Fact]
    public void StartThatIsNotTheNodes_IsNoPlaceToStartFrom_AndNorIsOneTooFar() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 150);
        world.Rollup[0].Fault = NoRecord;
        GameCase falseStart = world.Game(FakeChains.L2(True).Output, True, anchor: Keccak256.Hash("another"u8));
        GameCase far = world.Game(FakeChains.L2(FakeWorld.Start + 65).Output, FakeWorld.Start + 65);
        GameCase near = world.Game(FakeChains.L2(FakeWorld.Start + 64).Output, FakeWorld.Start + 64);
        world.Cycles(4, [falseStart, far, near], [FakeWorld.Start, True]);
        Assert.Equal([null, null, FakeWorld.Start + 64], new[] { falseStart, far, near }.Select(game => game.Weigh().WantedRun?.To));
    });

    [Fact]
    public void NothingIsRun_WhileTheRecordIsStillAskedFor() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = new Fault { Slow = "optimism_safeHeadAtL1Block" };
        GameCase game = world.Game(FakeChains.L2(True).Output, True);
        for (int cycle = 0; cycle < 40 && game.Weigh().Verdict.Truth != Truth.Valid; cycle++)
        {
            Assert.Null(game.Weigh().WantedRun);
            world.Cycle([game], [FakeWorld.Start, True], length: TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Truth.Valid, game.Weigh().Verdict.Truth);
    });

    // What a node told wrongly for a moment is forgotten, and with it what was run because of it.
    [Fact]
    public void WhatARunShowed_DoesNotOutliveItsOutputs() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = NoRecord;
        GameCase game = world.Game(FakeChains.L2(True).Output, True);
        DerivationRun run = Wanted(world, game);
        game.Take(Of(world, run, true));
        Assert.Equal(Derivable.Yes, game.Weigh().Derivability.Of(True));
        world.Rollup[0].Fault = NoRecord with { Lie = Lie.OtherOutput };
        for (int cycle = 0; cycle < 80 && game.Weigh().OutputOf(True).Verified?.OutputRoot == run.To.OutputRoot; cycle++)
        {
            world.Cycle([game], [FakeWorld.Start, True]);
        }

        world.Rollup[0].Fault = NoRecord;
        Assert.NotEqual(run.To.OutputRoot, game.Weigh().OutputOf(True).Verified?.OutputRoot);
        Assert.NotEqual(Derivable.Yes, game.Weigh().Derivability.Of(True));
    });

    [Fact]
    public void OneGame_CostsFewRuns_WhateverItsNodesSay() => FakeWorld.OnThisThread(() =>
    {
        using FakeWorld world = new(["a"], 1, null, firstL1: 130);
        world.Rollup[0].Fault = NoRecord;
        GameCase game = world.Game(FakeChains.L2(True).Output, True);
        DerivationRun run = Wanted(world, game);
        for (byte i = 0; i < world.Nodes.Limits.RunsOfAGame; i++)
        {
            game.Take(Of(world, run with { To = run.To with { OutputRoot = Keccak256.Hash([i]) } }, null));
        }

        Assert.Null(game.Weigh().WantedRun);
    });

    // As a judge does it: asks for the outputs that a run needs, until it is known.
    private static DerivationRun Wanted(FakeWorld world, GameCase game)
    {
        for (int cycle = 0; cycle < 6; cycle++)
        {
            RunWant? want = game.Weigh().WantedRun;
            if (want?.Run is { } run)
            {
                return run;
            }

            world.Cycle([game], want is null ? [] : [want.From, want.To]);
        }

        throw new InvalidOperationException($"no run is wanted: {game.Weigh().Verdict}");
    }

    private static RunFinding Of(FakeWorld world, DerivationRun run, bool? arrived, string progress = "it is done") => new(run, arrived, progress, world.Clock.GetUtcNow());
}
