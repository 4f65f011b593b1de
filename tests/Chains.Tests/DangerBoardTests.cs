
namespace Gavel.Chains.Tests;

/// <summary>The board shows what its parts know of, the gravest first, for as long as they are on it.</summary>
public sealed class DangerBoardTests
{
    private readonly DangerBoard _board = new();

    [Fact]
    public void Dangers_OfAllParts_AreShownGravestAndNearestFirst()
    {
        Part one = new(Danger("a", DangerSeverity.Watch), Danger("b", DangerSeverity.Page, deadline: 200));
        Part two = new(Danger("c", DangerSeverity.Page), Danger("d", DangerSeverity.Page, deadline: 100), Danger("e", DangerSeverity.Warn));
        using IDisposable first = _board.Add(one);
        using IDisposable second = _board.Add(two);
        Assert.Equal(["d", "b", "c", "e", "a"], _board.Dangers.Select(danger => danger.Subject));
    }

    [Fact]
    public void Part_ThatIsTakenOff_IsShownNoMore_AndOnlyThatOne()
    {
        Part twice = new(Danger("a", DangerSeverity.Page));
        IDisposable first = _board.Add(twice);
        using IDisposable second = _board.Add(twice);
        using IDisposable other = _board.Add(new Part(Danger("b", DangerSeverity.Watch)));
        first.Dispose();
        first.Dispose();
        Assert.Equal(["a", "b"], _board.Dangers.Select(danger => danger.Subject));
    }

    [Fact]
    public void PartsThatComeAndGo_AtOnce_LeaveNothingBehind()
    {
        Parallel.For(0, 2_000, _ =>
        {
            using IDisposable part = _board.Add(new Part(Danger("a", DangerSeverity.Page)));
            Assert.NotEmpty(_board.Dangers);
        });
        Assert.Empty(_board.Dangers);
    }

    private static Danger Danger(string subject, DangerSeverity severity, long? deadline = null) => new()
    {
        Kind = DangerCodes.SenderHeld,
        Severity = severity,
        Subject = subject,
        Problem = "p",
        Mend = "m",
        Since = DateTimeOffset.UnixEpoch,
        Deadline = deadline is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
    };

    private sealed class Part(params Danger[] dangers) : IDangerSource
    {
        public IReadOnlyList<Danger> Dangers => dangers;
    }
}
