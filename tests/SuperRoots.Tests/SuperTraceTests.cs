using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.SuperRoots.Tests;

/// <summary>The trace of a super game against the program's own steps in made-up worlds, and at its edges.</summary>
public sealed class SuperTraceTests
{
    private const int Depth = 30;
    private const ulong S = 1_790_000_000;

    [Fact]
    [Trait("Scale", "full")]
    public void EveryClaim_IsWhatTheProgramMakesOfTheOneBefore()
    {
        int invalid = 0;
        for (int seed = 0; seed < Scale.Of(60, 3000); seed++)
        {
            World world = World.Random(new Random(seed));
            SuperTrace trace = Trace(world);
            UInt128 index = 0;
            foreach (byte[] state in world.ProgramStates().Skip(1).Take(1 << world.SplitDepth))
            {
                Position position = Position.At(world.SplitDepth, index);
                TraceAnswer<SuperClaim> claim = trace.ClaimAt(position);
                Assert.True(claim.IsAvailable, $"seed {seed}, index {index}: {claim.Reason}");
                Assert.True(claim.Value.Preimage.Span.SequenceEqual(state), $"seed {seed}, index {index}: {claim.Value}, not {Hex.Encode(state)}");
                Assert.Equal(claim.Value, SuperClaim.Decode(state));
                Assert.True(trace.PreimageOf(Keccak256.Hash(state))?.Span.SequenceEqual(state));
                index++;
                invalid += claim.Value.Kind == SuperClaimKind.Invalid ? 1 : 0;
            }

            Assert.Equal(UInt128.One << world.SplitDepth, index);
        }

        Assert.True(invalid > 500, $"only {invalid} claims were invalid");
    }

    [Fact]
    public void ClaimsAbove_AreThoseOfTheirLastStep()
    {
        World world = World.Random(new Random(7));
        SuperTrace trace = Trace(world);
        for (int depth = 0; depth < world.SplitDepth; depth++)
        {
            for (UInt128 index = 0; index < UInt128.One << depth; index++)
            {
                Position position = Position.At(depth, index);
                Assert.Equal(trace.ClaimAt(Position.At(world.SplitDepth, position.TraceIndex(world.SplitDepth))).Value, trace.ClaimAt(position).Value);
            }
        }
    }

    [Fact]
    public void WhatIsNotKnown_IsWanted_AndNeverInvalid()
    {
        SuperRoot start = Root(S, (10, 1), (130, 2));
        Dictionary<ulong, SuperMoment> known = [];
        SuperTrace trace = new(new SuperTimeline(S, S + 5, Depth), start, known.GetValueOrDefault);
        Assert.Equal(new MomentWant(S), trace.ClaimAt(new SuperPlace(S, 1)).Want);
        known[S + 2] = new SuperMoment(S + 2, null, [null, null]);
        Assert.Equal(new MomentWant(S), trace.ClaimAt(new SuperPlace(S + 2, 0)).Want); // whoever says that has not shown to know the start
        known[S] = Moment(start);
        Assert.Equal(SuperClaim.Invalid, trace.ClaimAt(new SuperPlace(S + 2, 0)).Value);
        known.Remove(S + 2);
        Assert.Equal(new MomentWant(S + 2), trace.ClaimAt(new SuperPlace(S + 2, 0)).Want);
        Assert.Equal(new MomentWant(S + 1), trace.ClaimAt(new SuperPlace(S, 1)).Want);
        Assert.False(trace.ClaimAt(new SuperPlace(S, 1)).IsAvailable);
        known[S + 1] = Moment(Root(S + 1, (10, 3), (130, 2)));
        Assert.Equal(SuperClaimKind.Transition, trace.ClaimAt(new SuperPlace(S, 1)).Value.Kind);
    }

    [Fact]
    public void Values_StayKnown_WhenWhatTheyWereMadeOfIsForgotten()
    {
        SuperRoot start = Root(S, (10, 1));
        Dictionary<ulong, SuperMoment> known = new() { [S] = Moment(start), [S + 1] = Moment(Root(S + 1, (10, 3))) };
        SuperTrace trace = new(new SuperTimeline(S, S + 5, Depth), start, known.GetValueOrDefault);
        SuperClaim claim = trace.ClaimAt(new SuperPlace(S, 77)).Value;
        known.Clear();
        Assert.Equal(claim.Preimage, trace.PreimageOf(claim.Value));
        Assert.Equal(start.Encoding, trace.PreimageOf(start.Hash));
        Assert.True(trace.PreimageOf(SuperClaim.Invalid.Value)?.Span.SequenceEqual("invalid"u8));
        Assert.Null(trace.PreimageOf(Hash(9)));
    }

    [Fact]
    public void ASecondOfOtherChains_OrAnotherStart_IsNoAnswer()
    {
        SuperRoot start = Root(S, (10, 1), (130, 2));
        Assert.Contains("not the game's start", Reason(Moment(Root(S, (10, 1), (130, 3)))), StringComparison.Ordinal);
        Assert.Contains("not derivable, not the game's start", Reason(new SuperMoment(S, null, [null, null])), StringComparison.Ordinal);
        Assert.Contains("other chains", Reason(Moment(Root(S, (10, 1), (131, 2)))), StringComparison.Ordinal);
        Assert.Contains("1 chains", Reason(Moment(Root(S, (10, 1)))), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SuperTrace(new SuperTimeline(S + 1, S + 5, Depth), start, _ => null));
        Assert.Throws<ArgumentException>(() => new SuperTrace(new SuperTimeline(S, S + 5, Depth), Root(S, (130, 1), (10, 2)), _ => null));
        Assert.Throws<ArgumentException>(() => new SuperMoment(S, Root(S + 1, (10, 1)), [null]));

        string Reason(SuperMoment moment) => new SuperTrace(new SuperTimeline(S, S + 5, Depth), start, _ => moment).ClaimAt(new SuperPlace(S, 1)).Reason!;
    }

    [Theory]
    [InlineData(ulong.MaxValue)] // 2^64 - 1
    [InlineData(S + (1UL << 23) + 1)] // one second beyond the reach
    public void ARootBeyondTheReach_IsFalseByTheStateThatItsPositionShows(ulong claimed)
    {
        SuperTimeline timeline = new(S, claimed, Depth);
        Assert.False(timeline.ReachesClaimed);
        Assert.Equal(new SuperPlace(S + (1UL << 23), 0), timeline.At(Position.Root));
        SuperRoot start = Root(S, (10, 1));
        SuperTrace derivable = new(timeline, start, at => Moment(Root(at, (10, at == S ? (byte)1 : (byte)5))));
        SuperClaim honest = derivable.ClaimAt(Position.Root).Value;
        SuperRoot root = Root(claimed, (10, 5));
        Assert.NotEqual(root.Hash, honest.Value);
        Assert.Equal([RootFlawKind.BeyondReach], RootFlaw.Of(root, derivable, honest).Select(flaw => flaw.Kind));

        SuperTrace future = new(timeline, start, at => at == S ? Moment(start) : new SuperMoment(at, null, [null]));
        Assert.Equal(SuperClaim.Invalid, future.ClaimAt(Position.Root).Value);
        Assert.Equal([RootFlawKind.BeyondReach, RootFlawKind.NotDerivable], RootFlaw.Of(root, future, SuperClaim.Invalid).Select(flaw => flaw.Kind));
    }

    [Fact]
    public void TheReach_EndsWithItsLastSecond()
    {
        SuperTimeline timeline = new(S, S + (1UL << 23), Depth);
        Assert.True(timeline.ReachesClaimed);
        Assert.Equal(new SuperPlace(S + (1UL << 23), 0), timeline.At(Position.Root));
        Assert.Equal(new SuperPlace(S + (1UL << 23) - 1, 127), timeline.At(Position.At(Depth, (UInt128.One << Depth) - 2)));
        Assert.Equal((UInt128)(1UL << 23), timeline.Reach);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SuperTimeline(S, S, Depth));
    }

    [Theory]
    [InlineData(990, 1000)]
    [InlineData(1001, 1000)]
    [InlineData(1002, 1002)]
    [InlineData(1003, 1002)]
    public void NewestBlock_IsAtOrBeforeTheSecond_AndNotBeforeGenesis(ulong timestamp, ulong time) => Assert.Equal(time, new SuperChain(10, 1000, 2).NewestBlockTime(timestamp));

    [Fact]
    public void FalseRoots_AreFalseByValue_AndSayWhy()
    {
        SuperRoot start = Root(S, (10, 1), (130, 2));
        SuperTrace trace = new(new SuperTimeline(S, S + 2, Depth), start, at => Moment(at == S ? start : Root(at, (10, 3), (130, 4))));
        SuperClaim honest = trace.ClaimAt(Position.Root).Value;
        Assert.Empty(RootFlaw.Of(Root(S + 2, (10, 3), (130, 4)), trace, honest));
        Said([RootFlawKind.Order], (130, 4), (10, 3));
        Said([RootFlawKind.Order, RootFlawKind.Chains], (10, 3), (10, 3), (130, 4));
        Said([RootFlawKind.Chains], (10, 3), (131, 4));
        Said([RootFlawKind.Chains], (10, 3));
        Said([RootFlawKind.Output], (10, 3), (130, 5));

        void Said(RootFlawKind[] kinds, params (ulong Id, byte Output)[] chains)
        {
            SuperRoot claimed = Root(S + 2, chains);
            Assert.NotEqual(honest.Value, claimed.Hash);
            Assert.Equal(kinds, RootFlaw.Of(claimed, trace, honest).Select(flaw => flaw.Kind));
            Assert.Equal(claimed.Hash, SuperRoot.Decode(claimed.Encoding.Span).Hash); // it can be created: the order is kept
        }
    }

    [Fact]
    public void LocalData_AreOfTheGame_AndOnlyOfHonestAgreedClaims()
    {
        SuperRoot start = Root(S, (10, 1));
        SuperTrace trace = new(new SuperTimeline(S, S + 9, Depth), start, at => Moment(at == S ? start : Root(at, (10, (byte)(at - S)))));
        Position leaf = Position.At(Depth, 300);
        SuperClaim agreed = trace.ClaimAt(Position.At(Depth, 299)).Value;
        ExecutionBranch branch = new(new OutputClaim(agreed.Value, Position.At(Depth, 299)), new OutputClaim(Hash(7), leaf));
        SuperLocalInputs inputs = SuperLocalInputs.Of(Hash(8), trace, branch).Value;
        Assert.Equal(Hash(8).ToArray(), inputs.Datum(1));
        Assert.Equal(agreed.Value.ToArray(), inputs.Datum(2));
        Assert.Equal(Hash(7).ToArray(), inputs.Datum(3));
        Assert.Equal(Convert.FromHexString($"{S + 9:x16}"), inputs.Datum(4)); // not the leaf's second
        Assert.Null(inputs.Datum(5));
        Assert.Equal(agreed.Value, Keccak256.Hash(inputs.AgreedPreimage.Span));
        Assert.Equal(VmStatus.Invalid, SuperLocalInputs.StatusOf(trace, branch).Value);
        Assert.Equal(VmStatus.Valid, SuperLocalInputs.StatusOf(trace, branch with { Disputed = new OutputClaim(trace.ClaimAt(leaf).Value.Value, leaf) }).Value);

        TraceAnswer<SuperLocalInputs> foreign = SuperLocalInputs.Of(Hash(8), trace, branch with { Agreed = new OutputClaim(Hash(6), Position.At(Depth, 299)) });
        Assert.Contains("is not the honest", foreign.Reason, StringComparison.Ordinal);
        SuperLocalInputs first = SuperLocalInputs.Of(Hash(8), trace, new ExecutionBranch(null, new OutputClaim(Hash(7), Position.At(Depth, 0)))).Value;
        Assert.Equal((start.Hash, start.Encoding), (first.AgreedClaim, first.AgreedPreimage));
    }

    private static SuperTrace Trace(World world) => new(new SuperTimeline(world.Start, world.Claimed, world.SplitDepth), world.RootAt(world.Start), world.MomentAt);

    private static SuperMoment Moment(SuperRoot root) =>
        new(root.Timestamp, root, [.. root.Chains.Select(chain => (OptimisticBlock?)new OptimisticBlock(Hash(200), chain.OutputRoot))]);

    private static SuperRoot Root(ulong timestamp, params (ulong Id, byte Output)[] chains) =>
        new(timestamp, [.. chains.Select(chain => new ChainOutput(chain.Id, Hash(chain.Output)))]);

    private static Hash32 Hash(byte value) => new([.. Enumerable.Repeat(value, Hash32.Size)]);
}
