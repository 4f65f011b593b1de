using Gavel.GameKit;
using Gavel.Rollup;

namespace Gavel.Intents.Tests;

/// <summary>Decisions of people are on disk before they count, for one game at one L1 head, until they are taken back.</summary>
public sealed class DecisionBookTests : IDisposable
{
    private static readonly Address Game = Address.Parse("0x3333333333333333333333333333333333333333");
    private static readonly Hash32 Head = Samples.Hash("l1 head");
    private static readonly RootDecision Invalid = new(Truth.Invalid, "alice", DateTimeOffset.UnixEpoch.AddDays(20_000), "too \"early\"");

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-decisions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Decision_SurvivesARestart_ForItsGameAlone_UntilItIsTakenBack()
    {
        new DecisionBook(_folder).Set(Game, Head, Invalid);
        DecisionBook again = new(_folder);
        Assert.Equal(Invalid, again.Find(Game, Head));
        Assert.NotNull(again.Find(Game, Head));
        Assert.Null(again.Find(Game, Samples.Hash("another head")));
        Assert.Null(again.Find(Address.Zero, Head));
        Assert.Equal(Invalid, Assert.Single(DecisionBook.Peek(_folder, Game)).Decision);
        Assert.Empty(DecisionBook.Peek(_folder, Address.Zero));
        Assert.Empty(DecisionBook.Peek(Path.Combine(_folder, "nowhere"), Game));

        again.Set(Game, Head, Invalid with { Truth = Truth.Valid });
        again.Set(Game, Samples.Hash("another head"), Invalid);
        Assert.Equal(Truth.Valid, new DecisionBook(_folder).Find(Game, Head)!.Truth);
        again.Remove(Game, Head);
        Assert.Null(again.Find(Game, Head));
        DecisionBook last = new(_folder);
        Assert.Null(last.Find(Game, Head));
        Assert.NotNull(last.Find(Game, Samples.Hash("another head")));
    }

    [Fact]
    public void DecisionThatCannotBeKept_IsNotTaken()
    {
        DecisionBook book = new(_folder);
        Directory.Delete(_folder);
        Assert.ThrowsAny<IOException>(() => book.Set(Game, Head, Invalid));
        Assert.Null(book.Find(Game, Head));
        Directory.CreateDirectory(_folder);
        book.Set(Game, Head, Invalid);
        Directory.Delete(_folder, recursive: true);
        Assert.ThrowsAny<IOException>(() => book.Remove(Game, Head));
        Assert.NotNull(book.Find(Game, Head));
        Directory.CreateDirectory(_folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"game\":\"0x33")]
    [InlineData("null")]
    [InlineData("{\"game\":\"0x3333333333333333333333333333333333333333\",\"l1Head\":\"0x12\",\"decision\":{\"truth\":\"Valid\",\"by\":\"a\",\"at\":\"2026-01-01T00:00:00+00:00\",\"because\":\"b\"}}")]
    [InlineData("{\"game\":\"0x3333333333333333333333333333333333333333\",\"l1Head\":\"0x3333333333333333333333333333333333333333333333333333333333333333\",\"decision\":{\"truth\":\"Unavailable\"}}")]
    [InlineData("{\"game\":\"0x3333333333333333333333333333333333333333\",\"l1Head\":\"0x3333333333333333333333333333333333333333333333333333333333333333\"}")]
    public void FileThatHoldsNone_IsTold_AndTheOthersStand(string content)
    {
        new DecisionBook(_folder).Set(Game, Head, Invalid);
        string broken = Path.Combine(_folder, $"{Path.GetFileName(Directory.GetFiles(_folder).Single()).Split('-')[0]}-x.json");
        File.WriteAllText(broken, content);
        DecisionBook book = new(_folder);
        Assert.StartsWith(broken, Assert.Single(book.Unreadable), StringComparison.Ordinal);
        Assert.NotNull(book.Find(Game, Head));
        Assert.Single(DecisionBook.Peek(_folder, Game));
    }
}
