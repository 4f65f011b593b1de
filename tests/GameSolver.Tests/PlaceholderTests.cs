using FsCheck;
using FsCheck.Fluent;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.GameSolver.Tests.Play;
using Gavel.Simulator;
using Gavel.TestKit;
using Xunit.Abstractions;

namespace Gavel.GameSolver.Tests;

/// <summary>
/// Games whose absolute prestate is a placeholder (rule 17): nobody can step on the first instruction, and who claims at the maximum depth has the
/// last word. Opponents know every state of every made-up execution of theirs, and step wherever that helps.
/// </summary>
public sealed class PlaceholderTests(ITestOutputHelper output)
{
    // Superchain games are 73 deep, split at 30.
    private const int Deepest = 73;
    private const int Split = 30;
    private static readonly Address Liar = Address.Parse("0x00000000000000000000000000000000000000b1");
    private static readonly RootBlockProof Proof = new(default, default, default, default, new byte[] { 0xc0 });

    [Theory]
    [InlineData(73, 120, 600, 20_000)]
    [InlineData(9, 200, 600, 20_000)]
    [Trait("Scale", "full")]
    public void The_truth_wins_where_it_has_the_last_word_and_puts_no_bond_where_it_has_not(int deepest, int gambits, int few, int many)
    {
        int leaves = 0;
        int spared = 0;
        Prop.ForAll(MatchPlan.Arbitrary(deepest, gambits), plan =>
        {
            Game game = MatchRun.PlayOut(plan with { IsPlaceholder = true }).Game;
            leaves += game.Claims.Count(claim => claim.Claimant == Match.Honest && claim.Position.Depth == game.Shape.MaxDepth);
            spared += plan.HasTruthTheLastWord ? 0 : 1;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(few, many)).WithReplay(0x6e6f6273, 0x5eed | 1));
        output.WriteLine($"{leaves} last words were ours, {spared} games were left alone");
        Assert.True(leaves >= 100 && spared >= 100, $"only {leaves} last words and {spared} games without a bond");
    }

    [Theory]
    [InlineData(Deepest, Split, true)]
    [InlineData(Deepest, Split, false)]
    [InlineData(51, 14, true)]
    [InlineData(9, 3, false)]
    public void A_liar_who_plays_to_the_last_leaf_loses_and_can_step_on_nothing(int maxDepth, int splitDepth, bool goesLeft)
    {
        MatchPlan plan = new(maxDepth, splitDepth, Seed: 3, HonestJoinsAfter: 0, []) { IsPlaceholder = true };
        World world = plan.World();
        Match match = new(world, plan);
        match.PlayHonest();
        for (int newest = match.Game.Count - 1; match.Game[newest].Position.Depth < maxDepth; newest = match.Game.Count - 1)
        {
            Claim ours = match.Game[newest];
            bool isAttack = goesLeft || ours.Position.Depth == splitDepth + 1 || ours.Position.Depth % 4 == 1;
            Position position = isAttack ? ours.Position.Attack() : ours.Position.Defend();
            ExecutionBranch? branch = position.Depth == splitDepth + 1
                ? ExecutionBranch.Below(match.Game, newest, isAttack)
                : match.Game.BranchOf(newest);
            Hash32 lie = branch is null
                ? Keccak256.Hash(BitConverter.GetBytes(newest))
                : world.Honest(branch, position).WithFirstByte((byte)(branch.MustRefute(splitDepth) ? VmStatus.Invalid : VmStatus.Valid)); // a state that it can show
            match.TryMove(Player.Digger, newest, lie, isAttack);
            match.PlayHonest();
            Assert.Equal(newest + 3, match.Game.Count); // its move, and one of ours
        }

        int leaf = match.Game.Count - 1;
        Assert.Equal(Match.Honest, match.Game[leaf].Claimant);
        UInt128 step = world.Shape.LeafIndex(match.Game[leaf].Position);
        StepContext context = match.Contract.ContextOf(leaf);
        Assert.Equal(Revert.InvalidPrestate, match.Contract.Step(Liar, leaf, isAttack: true, World.StateBefore(context, step)));
        Assert.Equal(Revert.InvalidPrestate, match.Contract.Step(Liar, leaf, isAttack: false, World.StateBefore(context, step + 1)));
        Assert.Equal(GameStatus.ChallengerWins, Forecast.Of(match.Game).Status);
        match.Wait(2 * MatchPlan.MaxClock);
        match.ResolveWhatIsDue(inPages: false);
        match.Finish();
        Assert.Equal(GameStatus.ChallengerWins, match.Contract.Status);
        Assert.All(match.Contract.Claims.Where(claim => claim.Claimant == Match.Honest), claim => Assert.Equal(Match.Honest, claim.PaidTo));
    }

    [Fact]
    public void What_repeats_our_own_words_is_attacked_all_the_same()
    {
        // A true root at even depth: the attacker opens the execution game, and says what we would have said.
        World world = new(maxDepth: 8, splitDepth: 4, blocks: 16) { HasFirstState = false };
        Game game = Line(world, world.Output(16), 4);
        Hash32 words = new([(byte)VmStatus.Invalid, .. "nobody has a state of this hash"u8]);
        game = game.Add(new Claim(4, game[4].Position.Attack(), words));
        MoveAction move = Assert.IsType<MoveAction>(Assert.Single(new HonestSolver(world).Solve(game).Actions));
        Assert.Equal((5, true, 6), (move.ParentIndex, move.IsAttack, move.Position.Depth));

        // And below it.
        game = game.Add(new Claim(5, move.Position, move.Value)).Add(new Claim(6, move.Position.Defend(), move.Value));
        MoveAction next = Assert.IsType<MoveAction>(Assert.Single(new HonestSolver(world).Solve(game).Actions));
        Assert.Equal((7, true, 8), (next.ParentIndex, next.IsAttack, next.Position.Depth));
        Assert.Equal(words.WithFirstByte((byte)VmStatus.Unfinished), next.Value);
    }

    [Fact]
    public void Nothing_is_asked_of_the_trace_below_the_split()
    {
        World world = new(maxDepth: 9, splitDepth: 4, blocks: 16) { HasFirstState = false };
        HonestSolver solver = new(new OutputsOnly(world, null));
        Game game = Line(world, Hash32.Zero, 4);
        MoveAction root = Assert.IsType<MoveAction>(Assert.Single(solver.Solve(game).Actions));
        Assert.Equal(5, root.Position.Depth);
        game = game.Add(new Claim(4, root.Position, root.Value)).Add(new Claim(5, root.Position.Attack(), Hash32.Zero));
        Assert.IsType<MoveAction>(Assert.Single(solver.Solve(game).Actions));
    }

    [Fact]
    public void A_false_root_that_cannot_be_beaten_gets_no_bond_and_is_told()
    {
        World world = new(maxDepth: 8, splitDepth: 4, blocks: 16) { HasFirstState = false };
        HonestSolver solver = new(new OutputsOnly(world, null));
        Game game = Line(world, Hash32.Zero, 0);
        Solution solution = solver.Solve(game);
        Assert.False(solution.AgreesWithRoot);
        Assert.Empty(solution.Actions);
        UnansweredClaim told = Assert.Single(solution.Unanswered);
        Assert.Equal((0, UnansweredReason.LastWordIsTheirs, false), (told.ClaimIndex, told.Reason, told.IsUnderWay));
        Assert.Equal(default, CapitalNeed.Of(solver, game, solution, BondTable.Computed(8)));

        // Nor where somebody else has attacked it, and the liar has answered.
        Assert.Empty(solver.Solve(Line(world, Hash32.Zero, 2)).Actions);
    }

    [Fact]
    public void A_block_number_is_challenged_all_the_same_and_then_nothing_is_lost()
    {
        World world = new(maxDepth: 8, splitDepth: 4, blocks: 16) { HasFirstState = false };
        Solution solution = new HonestSolver(new OutputsOnly(world, Proof)).Solve(Line(world, Hash32.Zero, 0));
        Assert.Equal([new RootBlockAction(Proof)], solution.Actions);
        Assert.Empty(solution.Unanswered);
    }

    [Fact]
    public void A_true_root_that_cannot_be_held_is_told_when_it_is_attacked()
    {
        World world = new(maxDepth: 9, splitDepth: 4, blocks: 16) { HasFirstState = false };
        HonestSolver solver = new(new OutputsOnly(world, null));
        Game game = Line(world, world.Output(16), 0);
        Solution quiet = solver.Solve(game);
        Assert.Empty(quiet.Unanswered);
        Assert.Equal(default, CapitalNeed.Of(solver, game, quiet, BondTable.Computed(9)));
        Solution attacked = solver.Solve(game.Add(new Claim(0, Position.Root.Attack(), Hash32.Zero)));
        Assert.Empty(attacked.Actions);
        Assert.Equal((1, UnansweredReason.LastWordIsTheirs), Assert.Single(attacked.Unanswered.Select(claim => (claim.ClaimIndex, claim.Reason))));
    }

    [Fact]
    public void Who_stands_beside_us_is_left_alone()
    {
        World world = new(maxDepth: 9, splitDepth: 4, blocks: 16) { HasFirstState = false };
        Game game = Line(world, Hash32.Zero, 0).Add(new Claim(0, Position.Root.Attack(), Keccak256.Hash("beside us"u8), Liar));
        HonestSolver solver = new(new OutputsOnly(world, null));
        Solution solution = solver.Solve(game);
        MoveAction ours = Assert.IsType<MoveAction>(Assert.Single(solution.Actions));
        Assert.Equal(0, ours.ParentIndex);
        Assert.Empty(solution.Unanswered);
        Assert.Equal(Stance.Ignored, solver.StanceOn(1));
        game = game.Add(new Claim(0, ours.Position, ours.Value, Match.Honest, 5));
        Forecast forecast = Forecast.Of(game);
        Assert.Equal((GameStatus.ChallengerWins, Liar, Match.Honest), (forecast.Status, forecast.BondRecipients[0], forecast.BondRecipients[2]));
    }

    // Attacks all the way, true outputs at the depths of the side that the truth is on.
    private static Game Line(World world, Hash32 root, int depth)
    {
        bool isTrue = root == world.Output(world.Blocks);
        Game game = Game.Create(world.Shape, new Claim(Claim.NoParent, Position.Root, root));
        for (int at = 1; at <= depth; at++)
        {
            Position position = game[at - 1].Position.Attack();
            game = game.Add(new Claim((uint)(at - 1), position, at % 2 == (isTrue ? 0 : 1) ? world.Honest(null, position) : Keccak256.Hash(BitConverter.GetBytes(at))));
        }

        return game;
    }

    private sealed class OutputsOnly(World world, RootBlockProof? proof) : ITrace
    {
        public bool HasFirstState => false;

        public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
            branch is null ? world.ValueAt(null, position) : throw new InvalidOperationException($"asked for {position} of {branch}");

        public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) => throw new InvalidOperationException($"asked for step {traceIndex}");

        public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of(proof);
    }
}
