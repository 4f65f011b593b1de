using Gavel.GameKit;
using Gavel.GameSolver;

namespace Gavel.Intents.Tests;

/// <summary>Whatever nodes say later, we counter no claim of our own and post no second value for a position.</summary>
public sealed class OwnMovesTests
{
    private static readonly Address Us = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address Liar = Address.Parse("0x2222222222222222222222222222222222222222");
    private static readonly Address Game = Address.Parse("0x3333333333333333333333333333333333333333");
    private static readonly Hash32 Head = Samples.Hash("l1 head");
    private static readonly MoveAction Attack = new(0, true, Position.Root.Attack(), Samples.Hash("ours"));

    [Fact]
    public void MoveOnAnothersClaim_IsAllowed_AlsoInEveryLaterCycle()
    {
        OwnMoves own = new(Us);
        for (int cycle = 0; cycle < 3; cycle++)
        {
            Assert.Equal([Attack], own.Part(Game, Head, Claims(Liar), [Attack]).Allowed);
        }
    }

    [Fact]
    public void ClaimOfOurs_IsNotCountered_ByMoveStepOrProof()
    {
        GameAction[] actions = [Attack, new StepAction(0, true, 0, null, new StepData(default, default)), new RootBlockAction(new RootBlockProof(default, default, default, default, default))];
        (IReadOnlyList<GameAction> allowed, IReadOnlyList<UnplannedAction> contradicting) = new OwnMoves(Us).Part(Game, Head, Claims(Us), actions);
        Assert.Empty(allowed);
        Assert.Equal(3, contradicting.Count);
        Assert.All(contradicting, action => Assert.Contains("our own", action.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void SecondValueForAPosition_IsNotPosted()
    {
        MoveAction other = Attack with { Value = Samples.Hash("another") };
        OwnMoves own = new(Us);
        own.Part(Game, Head, Claims(Liar), [Attack]); // decided, not on the chain yet
        Assert.Equal("ours", NameIn(Assert.Single(own.Part(Game, Head, Claims(Liar), [other]).Contradicting).Problem));

        // On the chain: also after a restart.
        Game posted = Claims(Liar, new Claim(0, Position.Root.Attack(), Samples.Hash("ours"), Us, UInt256.One, new ChessClock(0, 1), default));
        Assert.Equal("ours", NameIn(Assert.Single(new OwnMoves(Us).Part(Game, Head, posted, [other]).Contradicting).Problem));

        // Another's claim at the position, and another game or another claim at the same index, are no second value.
        Game others = Claims(Liar, new Claim(0, Position.Root.Attack(), Samples.Hash("theirs"), Liar, UInt256.One, new ChessClock(0, 1), default));
        Assert.Equal([other], new OwnMoves(Us).Part(Game, Head, others, [other]).Allowed);
        Assert.Equal([other], own.Part(Liar, Head, Claims(Liar), [other]).Allowed);
        Assert.Equal([other], own.Part(Game, Head, Claims(Liar, root: "of another fork"), [other]).Allowed);

        own.Keep(new HashSet<Address>());
        Assert.Equal([other], own.Part(Game, Head, Claims(Liar), [other]).Allowed);
    }

    // The address of a decided game may be another game's after a reorganisation, with another L1 head.
    [Fact]
    public void DecidedGame_IsPlayedAgainstOurselves_AndThatGameAlone()
    {
        OwnMoves own = new(Us, (game, head) => game == Game && head == Head);
        MoveAction other = Attack with { Value = Samples.Hash("another") };
        Assert.Equal([Attack], own.Part(Game, Head, Claims(Us), [Attack]).Allowed);
        Assert.Equal([other], own.Part(Game, Head, Claims(Us), [other]).Allowed);
        Assert.Empty(own.Part(Game, Samples.Hash("another head"), Claims(Us), [Attack]).Allowed);
        Assert.Empty(own.Part(Liar, Head, Claims(Us), [Attack]).Allowed);
    }

    private static string NameIn(string problem) => problem.Contains(Samples.Hash("ours").ToString(), StringComparison.Ordinal) ? "ours" : problem;

    private static Game Claims(Address proposer, Claim? child = null, string root = "root")
    {
        Claim first = new(Claim.NoParent, Position.Root, Samples.Hash(root), proposer, UInt256.One, new ChessClock(0, 1), default);
        return GameSolver.Game.Create(new GameShape(8, 3), child is { } second ? [first, second] : [first]);
    }
}
