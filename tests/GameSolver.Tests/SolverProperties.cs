using FsCheck;
using FsCheck.Fluent;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.GameSolver.Tests.Play;
using Gavel.TestKit;

namespace Gavel.GameSolver.Tests;

/// <summary>Properties of one decision, over games that the opposition left in disorder.</summary>
[Trait("Scale", "full")]
public sealed class SolverProperties
{
    [Fact]
    public void The_order_of_claims_means_nothing() => Check(plan =>
    {
        Game game = MatchRun.PlayOpen(plan).Game;
        int[] order = RandomOrder(game, new Random(plan.Seed));
        int[] places = new int[game.Count];
        for (int i = 0; i < order.Length; i++)
        {
            places[order[i]] = i;
        }

        Game shuffled = Game.Create(game.Shape, [.. order.Select(index => game[index] with
        {
            ParentIndex = game.ParentOf(index) is int parent ? (uint)places[parent] : Claim.NoParent,
        })]);
        World world = plan.World();
        IEnumerable<string> expected = Solve(world, game).Select(action => Text(action, index => index)).Order();
        IEnumerable<string> actual = Solve(world, shuffled).Select(action => Text(action, index => order[index])).Order();
        Assert.Equal(expected, actual);
    });

    [Fact]
    public void What_was_remembered_gives_the_same_as_a_fresh_look() => Check(plan =>
    {
        Match match = MatchRun.PlayOpen(plan);
        Assert.Equal(new HonestSolver(plan.World()).Solve(match.Game, match.Time).Actions, match.NextHonestActions(), SameAction);
    });

    [Fact]
    public void A_blind_spot_leaves_everything_outside_its_subtree_decided() => Check(plan =>
    {
        Game game = MatchRun.PlayOpen(plan).Game;
        BlindTrace trace = new(plan.World(), plan.Seed);
        HonestSolver solver = new(trace);
        GameAction[] all = [.. Solve(plan.World(), game)];
        Solution partial = solver.Solve(game);
        HashSet<int> unknown = [.. partial.Unanswered.Select(claim => claim.ClaimIndex)];
        Assert.All(partial.Unanswered, claim => Assert.NotEmpty(claim.Detail));
        Assert.Equal(all.Where(action => !IsWithin(game, unknown, Answered(action))), partial.Actions, SameAction);
        trace.Sees = true;
        Solution whole = solver.Solve(game);
        Assert.Empty(whole.Unanswered);
        Assert.Equal(all, whole.Actions, SameAction);
    });

    [Fact]
    public void No_line_costs_more_than_the_worst_case() => Check(plan =>
    {
        World world = plan.World();
        BondTable bonds = new(plan.RulesFor(world).Bonds);
        HonestSolver solver = new(world);
        Game game = MatchRun.PlayOpen(plan).Game;
        CapitalNeed need = CapitalNeed.Of(solver, game, solver.Solve(game), bonds);
        Assert.True(need.Now <= need.Next && need.Next <= need.WorstCase, $"{need}");
        UInt256 spent = UInt256.Zero;
        HashSet<int> answered = [.. Enumerable.Range(0, game.Count).Where(index => !game.IsLeaf(index))];
        for (bool isOver = false; !isOver;)
        {
            isOver = true;
            foreach (MoveAction move in solver.Solve(game).Actions.OfType<MoveAction>())
            {
                isOver = false;
                spent += bonds[move.Position.Depth];
                game = game.Add(new Claim((uint)move.ParentIndex, move.Position, move.Value, Match.Honest, bonds[move.Position.Depth]));
            }

            solver.Solve(game);
            for (int i = game.Count - 1; i >= 0; i--)
            {
                bool ours = solver.StanceOn(i) is Stance.OurMove or Stance.TrueRoot;
                if (ours && game[i].Position.Depth < game.Shape.MaxDepth && answered.Add(i))
                {
                    isOver = false;
                    game = game.Add(LieAgainst(game, i));
                }
            }
        }

        Assert.True(spent <= need.WorstCase, $"{spent} wei were spent, {need.WorstCase} foreseen");
        Assert.True(need.Now <= need.WorstCase);
    });

    private static Claim LieAgainst(Game game, int index)
    {
        bool root = game[index].Position.Depth == game.Shape.SplitDepth;
        Hash32 value = Keccak256.Hash(BitConverter.GetBytes(index)).WithFirstByte(root ? (byte)VmStatus.Panic : (byte)VmStatus.Unfinished);
        return new Claim((uint)index, game[index].Position.Attack(), value);
    }

    private static void Check(Action<MatchPlan> property) =>
        Prop.ForAll(MatchPlan.Arbitrary(40, 120), property)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(60, 3_000)).WithReplay(0x70726f70, 0x5eed | 1));

    private static IReadOnlyList<GameAction> Solve(World world, Game game) => new HonestSolver(world).Solve(game).Actions;

    private static bool IsWithin(Game game, HashSet<int> roots, int index)
    {
        for (int? at = index; at is int claim; at = game.ParentOf(claim))
        {
            if (roots.Contains(claim))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Any order in which parents come before their children.</summary>
    private static int[] RandomOrder(Game game, Random random)
    {
        List<int> ready = [0];
        List<int> order = [];
        while (ready.Count > 0)
        {
            int pick = random.Next(ready.Count);
            order.Add(ready[pick]);
            ready[pick] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            ready.AddRange(game.ChildrenOf(order[^1]));
        }

        return [.. order];
    }

    private static int Answered(GameAction action) => action is MoveAction move ? move.ParentIndex : ((StepAction)action).ClaimIndex;

    private static string Text(GameAction action, Func<int, int> original) => action switch
    {
        MoveAction move => $"move {original(move.ParentIndex)} {move.Position} {move.Value}",
        StepAction step => $"step {original(step.ClaimIndex)} {step.IsAttack} {step.TraceIndex} {step.Branch}",
        _ => action.ToString(),
    };

    private static bool SameAction(GameAction left, GameAction right) => Text(left, index => index) == Text(right, index => index);
}
