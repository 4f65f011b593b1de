using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Simulator;

namespace Gavel.GameSolver.Tests.Play;

/// <summary>
/// A game between the honest party, which plays what the solver says, and an opposition, on the simulated contract. Whatever the honest
/// party does must succeed there.
/// </summary>
internal sealed class Match
{
    public static readonly Address Honest = AccountOf(0xaa);
    private const ulong Start = 1_700_000_000;
    private readonly World _world;
    private readonly HonestSolver _solver;
    private readonly ClockRules _clocks;
    private readonly HashSet<int> _defended = [];
    private ulong _now = Start;

    public Match(World world, MatchPlan plan)
    {
        _world = world;
        _solver = new HonestSolver(world);
        SimulatedRules rules = plan.RulesFor(world);
        _clocks = new ClockRules(
            rules.MaxClockDuration,
            rules.ClockExtension,
            rules.SplitDepth,
            rules.MaxDepth,
            rules.ExtendsByDepth ? ClockExtensionRule.TestByDepth : ClockExtensionRule.PlainTest,
            rules.OracleChallengePeriod);
        UInt256 bond = rules.Bonds[0];
        Contract = new SimulatedGame(rules, AccountOf(0xc0), plan.RootOf(world), bond, Start);
        Game = Game.Create(world.Shape, new Claim(Claim.NoParent, Position.Root, plan.RootOf(world), AccountOf(0xc0), bond, new ChessClock(0, Start)));
    }

    public SimulatedGame Contract { get; }

    public Game Game { get; private set; }

    /// <summary>Claims that the honest account answered by a move or a step.</summary>
    public HashSet<int> Answered { get; } = [];

    public GameTime Time => new(_clocks, _now);

    public IReadOnlyList<GameAction> NextHonestActions() => Solve().Actions;

    public bool WasDefended(int index) => _defended.Contains(index);

    public void Wait(ulong seconds) => _now += seconds;

    /// <summary>A move of the opposition; a refused one changes nothing.</summary>
    public void TryMove(Player player, int index, Hash32 value, bool isAttack)
    {
        Claim parent = Game[index];
        int depth = Math.Min(parent.Position.Depth + 1, _world.Shape.MaxDepth);
        Move(AccountOf((byte)(0xb0 + (int)player)), index, value, isAttack, Contract.Rules.Bonds[depth]);
    }

    /// <summary>A step of the opposition.</summary>
    public void TryStep(Player player, int index, bool isAttack, ReadOnlySpan<byte> state)
    {
        Address account = AccountOf((byte)(0xb0 + (int)player));
        if (Contract.Step(account, index, isAttack, state) is null)
        {
            Game = Game.WithStep(index, account);
        }
    }

    /// <summary>The honest party plays until it has nothing left to do.</summary>
    public void PlayHonest()
    {
        for (IReadOnlyList<GameAction> actions = NextHonestActions(); actions.Count > 0; actions = NextHonestActions())
        {
            foreach (GameAction action in actions)
            {
                Play(action);
            }
        }
    }

    /// <summary>Resolves all that can be resolved by now, in the order that <see cref="ResolutionOrder"/> gives.</summary>
    public void ResolveWhatIsDue(bool inPages)
    {
        ResolutionOrder order = ResolutionOrder.At(Game, Time);
        foreach (ResolvableClaim next in order.Claims)
        {
            int page = inPages ? 1 + (next.ClaimIndex % 3) : 0;
            do
            {
                Revert? refused = Contract.ResolveClaim(next.ClaimIndex, page, _now);
                Assert.True(refused is null, $"resolving claim {next.ClaimIndex}: {refused}");
            }
            while (!Contract.Claims[next.ClaimIndex].IsResolved);

            Assert.Equal(Contract.Claims[next.ClaimIndex].Children.Count, next.Children);
            Game = Game.WithResolved(next.ClaimIndex, Contract.Claims[next.ClaimIndex].CounteredBy);
        }

        Assert.Equal(order.CanResolveGame, Contract.Claims[0].IsResolved);
        for (int i = 0; i < Contract.Claims.Count; i++)
        {
            bool missed = !Contract.Claims[i].IsResolved && Contract.ResolveClaim(i, 0, _now) is null;
            Assert.False(missed, $"claim {i} could be resolved and was left out");
        }
    }

    public void Finish()
    {
        Assert.Null(Contract.Resolve());
        Game = Game.WithStatus(Contract.Status);
    }

    private void Play(GameAction action)
    {
        switch (action)
        {
            case MoveAction move:
                Assert.NotEqual(Honest, Game[move.ParentIndex].Claimant);
                Revert? refused = Move(Honest, move.ParentIndex, move.Value, move.IsAttack, Contract.Rules.Bonds[move.Position.Depth]);
                Assert.True(refused is null, $"{move}: {refused}");
                Assert.Equal(move.Position, Game[Game.Count - 1].Position);
                Answered.Add(move.ParentIndex);
                if (!move.IsAttack)
                {
                    _defended.Add(move.ParentIndex);
                }

                break;
            case StepAction step:
                Assert.NotEqual(Honest, Game[step.ClaimIndex].Claimant);
                refused = Contract.Step(Honest, step.ClaimIndex, step.IsAttack, step.Data.PreState.Span);
                Assert.True(refused is null, $"{step}: {refused}");
                Game = Game.WithStep(step.ClaimIndex, Honest);
                Answered.Add(step.ClaimIndex);
                break;
            default:
                Assert.Fail($"no such action is due here: {action}");
                break;
        }
    }

    private Revert? Move(Address from, int index, Hash32 value, bool isAttack, UInt256 bond)
    {
        Claim parent = Game[index];
        Revert? refused = Contract.Move(from, parent.Value, index, value, isAttack, bond, _now);
        if (refused is null)
        {
            SimulatedClaim added = Contract.Claims[^1];
            ChessClock clock = new(added.Duration, added.Timestamp);
            Assert.Equal(clock, _clocks.ForMove(Game.ParentClock(index), parent.Clock, parent.Position.Depth + 1, _now));
            Game = Game.Add(new Claim((uint)index, new Position(added.Position), value, from, bond, clock));
        }

        return refused;
    }

    private Solution Solve()
    {
        Solution solution = _solver.Solve(Game, Time);
        Assert.DoesNotContain(solution.Unanswered, claim => _world.HasFirstState || claim.Reason != UnansweredReason.LastWordIsTheirs);
        return solution;
    }

    private static Address AccountOf(byte number)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        bytes.Fill(number);
        return new Address(bytes);
    }
}
