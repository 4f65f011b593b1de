using Gavel.Rollup;

namespace Gavel.Chains.Tests;

/// <summary>What a person decided of a game is remembered as our verdict while the decision stands, and no longer.</summary>
public sealed class DecidedVerdictTests : IDisposable
{
    private static readonly Address Game = Address.Parse("0x3333333333333333333333333333333333333333");
    private static readonly L1View View = new(new BlockId(Hash32.Zero, 7), 1, Hash32.Zero);
    private static readonly RootDecision Decision = new(Truth.Invalid, "alice", DateTimeOffset.UnixEpoch, "I have looked");
    private static readonly Verdict Nothing = Verdict.Unknown(VerdictRule.Contradicted, "one against one");
    private static readonly Verdict Decided = Nothing with { Truth = Truth.Invalid, Rule = VerdictRule.DecidedByAPerson, Because = Decision.ToString(), Decision = Decision };

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-verdicts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TakenBack_NothingIsRemembered_WhereTheNodesCannotTell()
    {
        VerdictBook book = Noted(Decided);
        Assert.Equal((Truth.Invalid, VerdictRule.DecidedByAPerson), (book.Find(Game)!.Verdict, book.Find(Game)!.Rule));
        book.Note(Game, Nothing, View, holdsBond: false, default);
        Assert.Null(book.Find(Game));
        Assert.Null(new VerdictBook(_folder).Find(Game));
    }

    // After a restart the L1 head is not known at first: the game must not be helped to end meanwhile.
    [Fact]
    public void WhileItStands_ItIsRemembered_AlsoWhereItHasNoEffectYet()
    {
        VerdictBook book = Noted(Decided);
        book.Note(Game, Nothing with { Rule = VerdictRule.HeadUnknown, Decision = Decision }, View, holdsBond: true, default);
        Assert.Equal(Truth.Invalid, new VerdictBook(_folder).Find(Game)!.Verdict);
    }

    [Fact]
    public void ItIsNoted_WhereTheNodesSaidTheSame_AndAnewWhenItIsDecidedAnew()
    {
        VerdictBook book = Noted(Nothing with { Truth = Truth.Invalid, Rule = VerdictRule.OtherOutput });
        book.Note(Game, Decided, View, holdsBond: false, default);
        Assert.Equal(VerdictRule.DecidedByAPerson, book.Find(Game)!.Rule);
        book.Note(Game, Decided with { Because = "decided anew" }, View, holdsBond: false, default);
        Assert.Contains("decided anew", book.Find(Game)!.Reason, StringComparison.Ordinal);
        book.Note(Game, Nothing with { Truth = Truth.Valid, Rule = VerdictRule.SameOutput }, View, holdsBond: false, default);
        Assert.Equal((Truth.Valid, VerdictRule.SameOutput), (book.Find(Game)!.Verdict, book.Find(Game)!.Rule));
    }

    private VerdictBook Noted(Verdict verdict)
    {
        VerdictBook book = new(_folder);
        book.Note(Game, verdict, View, holdsBond: false, default);
        return book;
    }
}
