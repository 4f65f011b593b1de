using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.GameSolver.Tests.Play;

namespace Gavel.GameSolver.Tests;

/// <summary>Rules that random play reaches seldom or never, one by one.</summary>
public sealed class RuleTests
{
    private static readonly World Truth = new(maxDepth: 8, splitDepth: 4, blocks: 16);
    private static readonly RootBlockProof Proof = new(default, default, default, default, new byte[] { 0xc0 });

    [Fact]
    public void A_true_root_of_another_block_is_challenged_and_nothing_else()
    {
        Game game = RootOnly(isTrue: true).Add(new Claim(0, Position.Root.Attack(), Hash32.Zero));
        Solution solution = new HonestSolver(new FixedTrace { RootBlockAnswer = TraceAnswer.Of<RootBlockProof?>(Proof) }).Solve(game);
        Assert.True(solution.AgreesWithRoot);
        Assert.Equal([new RootBlockAction(Proof)], solution.Actions);
    }

    [Fact]
    public void A_false_root_of_a_known_block_is_attacked_and_then_challenged()
    {
        HonestSolver solver = new(new FixedTrace { RootBlockAnswer = TraceAnswer.Of<RootBlockProof?>(Proof) });
        Game game = RootOnly(isTrue: false);
        Solution solution = solver.Solve(game);
        Assert.False(solution.AgreesWithRoot);
        Assert.Collection(
            solution.Actions,
            first => Assert.Equal(0, Assert.IsType<MoveAction>(first).ParentIndex),
            second => Assert.IsType<RootBlockAction>(second));
        Address challenger = Address.Parse("0x00000000000000000000000000000000000000b1");
        Assert.Empty(solver.Solve(game.WithBlockChallenged(challenger)).Actions);
        Forecast forecast = Forecast.Of(game.WithBlockChallenged(challenger));
        Assert.Equal(GameStatus.ChallengerWins, forecast.Status);
        Assert.Equal(challenger, forecast.BondRecipients[0]);
    }

    [Fact]
    public void An_unknown_block_of_a_true_root_leaves_the_game_undecided()
    {
        FixedTrace trace = new() { RootBlockAnswer = TraceAnswer.Unavailable<RootBlockProof?>("the node is behind") };
        HonestSolver solver = new(trace);
        Game game = RootOnly(isTrue: true).Add(new Claim(0, Position.Root.Attack(), Hash32.Zero));
        Solution solution = solver.Solve(game);
        Assert.Empty(solution.Actions);
        Assert.Equal(new UnansweredClaim(0, UnansweredReason.RootBlockUnavailable, "the node is behind"), Assert.Single(solution.Unanswered));
        trace.RootBlockAnswer = TraceAnswer.Of<RootBlockProof?>(null);
        Assert.Single(solver.Solve(game).Actions);
    }

    [Fact]
    public void An_unknown_block_of_a_false_root_does_not_stop_the_attack()
    {
        FixedTrace trace = new() { RootBlockAnswer = TraceAnswer.Unavailable<RootBlockProof?>("the node is behind") };
        Solution solution = new HonestSolver(trace).Solve(RootOnly(isTrue: false));
        Assert.IsType<MoveAction>(Assert.Single(solution.Actions));
        Assert.Equal(UnansweredReason.RootBlockUnavailable, Assert.Single(solution.Unanswered).Reason);
    }

    [Fact]
    public void A_status_that_the_contract_does_not_take_is_reported_and_not_sent()
    {
        // Down to the split depth by true claims of ours and lies of theirs; the VM says "valid" about the disputed lie.
        Game game = LineToSplitDepth();
        Solution solution = new HonestSolver(new FixedTrace { Status = VmStatus.Valid }).Solve(game);
        Assert.Empty(solution.Actions);
        Assert.Equal(UnansweredReason.StatusNotAccepted, Assert.Single(solution.Unanswered).Reason);
        Assert.Single(new HonestSolver(new FixedTrace { Status = VmStatus.Panic }).Solve(game).Actions);
        Assert.Single(new HonestSolver(new FixedTrace { Status = VmStatus.Invalid }).Solve(game).Actions);
    }

    [Fact]
    public void A_true_execution_root_is_never_defended()
    {
        // Another party attacks our true claim at the split depth, and the VM agrees with it, as AlphabetVM would.
        Game game = RootOnly(isTrue: true);
        for (int depth = 1; depth <= 4; depth++)
        {
            Position position = game[depth - 1].Position.Attack();
            Hash32 value = depth % 2 == 0 ? Truth.Honest(null, position) : Hash32.Zero;
            game = game.Add(new Claim((uint)(depth - 1), position, value));
        }

        FixedTrace trace = new() { Status = VmStatus.Invalid };
        ExecutionBranch branch = ExecutionBranch.Below(game, 4, isAttack: true);
        Position root = game[4].Position.Attack();
        game = game.Add(new Claim(4, root, trace.ValueAt(branch, root).Value));
        Solution solution = new HonestSolver(trace).Solve(game);
        Assert.Empty(solution.Actions);
        Assert.Equal(UnansweredReason.ExecutionRootIsTrue, Assert.Single(solution.Unanswered).Reason);
    }

    [Fact]
    public void A_move_after_the_clock_ran_out_is_reported_and_not_sent()
    {
        ClockRules clocks = new(100, 20, 4, 8);
        Game game = RootOnly(isTrue: false);
        HonestSolver solver = new(Truth);
        Assert.Single(solver.Solve(game, new GameTime(clocks, 99)).Actions);
        Solution late = solver.Solve(game, new GameTime(clocks, 100));
        Assert.Empty(late.Actions);
        Assert.Equal(UnansweredReason.ClockExpired, Assert.Single(late.Unanswered).Reason);
        ActionDeadline deadline = Assert.Single(ActionDeadline.Of(game, solver.Solve(game).Actions, clocks));
        Assert.Equal(1, deadline.Slack(99));
        Assert.Equal(0, deadline.Slack(100));
    }

    [Fact]
    public void A_finished_game_needs_nothing() =>
        Assert.Empty(new HonestSolver(Truth).Solve(RootOnly(isTrue: false).WithStatus(GameStatus.DefenderWins)).Actions);

    [Fact]
    public void Resolved_subgames_cost_no_look_at_the_trace()
    {
        Game game = RootOnly(isTrue: true);
        for (int i = 0; i < 50; i++)
        {
            game = game.Add(new Claim(0, Position.Root.Attack(), Keccak256.Hash([(byte)i])));
            game = game.WithResolved(i + 1, default);
        }

        BlindTrace trace = new(Truth, 0) { Sees = true };
        Assert.Empty(new HonestSolver(trace).Solve(game).Actions);
        Assert.Equal(1, trace.Asked);
    }

    [Fact]
    public void One_claim_more_costs_one_decision()
    {
        BlindTrace trace = new(Truth, 0) { Sees = true };
        HonestSolver solver = new(trace);
        Game game = RootOnly(isTrue: true);
        for (int i = 0; i < 2_000; i++)
        {
            game = game.Add(new Claim(0, Position.Root.Attack(), Keccak256.Hash(BitConverter.GetBytes(i))));
        }

        solver.Solve(game);
        int before = trace.Asked;
        Solution solution = solver.Solve(game.Add(new Claim(0, Position.Root.Attack(), Hash32.Zero)));
        Assert.Equal(2_001, solution.Actions.Count);
        Assert.Equal(2, trace.Asked - before);
    }

    private static Game RootOnly(bool isTrue) =>
        Game.Create(Truth.Shape, new Claim(Claim.NoParent, Position.Root, isTrue ? Truth.Honest(null, Position.Root) : Hash32.Zero));

    private static Game LineToSplitDepth()
    {
        Game game = RootOnly(isTrue: false);
        for (int depth = 1; depth <= 4; depth++)
        {
            Position position = game[depth - 1].Position.Attack();
            Hash32 value = depth % 2 == 1 ? Truth.Honest(null, position) : Hash32.Zero;
            game = game.Add(new Claim((uint)(depth - 1), position, value));
        }

        return game;
    }

    /// <summary>The world's outputs, a VM that ends with one status whatever it is asked, and a chosen answer about the root's block.</summary>
    private sealed class FixedTrace : ITrace
    {
        public VmStatus Status { get; init; } = VmStatus.Invalid;

        public TraceAnswer<RootBlockProof?> RootBlockAnswer { get; set; } = TraceAnswer.Of<RootBlockProof?>(null);

        public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
            TraceAnswer.Of(branch is null ? Truth.Honest(null, position) : Truth.Honest(branch, position).WithFirstByte((byte)Status));

        public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) => Truth.StepAt(branch, traceIndex);

        public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => RootBlockAnswer;
    }
}
