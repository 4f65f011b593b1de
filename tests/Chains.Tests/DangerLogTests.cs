using Gavel.GameKit;
using Gavel.TestKit;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains.Tests;

/// <summary>The log tells each danger when it begins, when it becomes graver or half of its time is gone, and when it is over; nothing else.</summary>
public sealed class DangerLogTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly Lines _lines = new();
    private readonly Part _part = new();
    private readonly DangerLog _log;

    public DangerLogTests() => _log = new DangerLog(_part, _time, _lines);

    [Theory]
    [InlineData("preimages-not-loadable", LogLevel.Information)]
    [InlineData("node-down", LogLevel.Warning)]
    [InlineData("sender-stopped", LogLevel.Error)]
    [InlineData("claim-unanswerable", LogLevel.Error)] // from the first line on, though it only warns at first
    [InlineData("game-against-verdict", LogLevel.Critical)]
    public void Danger_IsToldAtTheLevelOfItsSeverity_OnceHoweverOftenItIsSeen(string code, LogLevel level)
    {
        _part.Dangers = [Danger(DangerCodes.All.Single(kind => kind.Code == code))];
        Tell(100);
        (LogLevel told, string text) = Assert.Single(_lines.All);
        Assert.Equal(level, told);
        Assert.Contains($"{code}: a subject: a problem; a mend", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Danger_IsToldAgain_WhenItBecomesGraver_AndNotWhenItEases()
    {
        Danger danger = Danger(DangerCodes.SenderHeld);
        foreach (DangerSeverity severity in (DangerSeverity[])[DangerSeverity.Warn, DangerSeverity.Page, DangerSeverity.Warn, DangerSeverity.Page])
        {
            _part.Dangers = [danger with { Severity = severity }];
            Tell(2);
        }

        Assert.Equal([LogLevel.Warning, LogLevel.Error], _lines.All.Select(line => line.Level));
    }

    [Fact]
    public void Danger_IsToldAgain_EachTimeHalfOfTheTimeLeftIsGone()
    {
        _part.Dangers = [Danger(DangerCodes.ClaimUnanswerable) with { Deadline = _time.GetUtcNow().AddSeconds(1_000) }];
        Tell(1_200);
        Assert.Equal(
            ["1000", "500", "250", "125", "62", "31", "15", "its"],
            _lines.All.Select(line => line.Text.Split("; ")[^1].Split(' ')[0])); // 1000 s are left … its time is over
    }

    [Fact]
    public void Danger_ThatComesAndGoes_IsOverOnceItStaysAway()
    {
        Danger danger = Danger(DangerCodes.EndpointDown);
        for (int i = 0; i < 20; i++)
        {
            _part.Dangers = i % 2 == 0 ? [danger] : [];
            Tell(10);
        }

        Assert.Single(_lines.All);
        Tell(100);
        Assert.Equal(2, _lines.All.Count);
        Assert.Contains("Over endpoint-down: a subject", _lines.All.Last().Text, StringComparison.Ordinal);
        _part.Dangers = [danger]; // it has come back
        Tell(10);
        Assert.Equal(3, _lines.All.Count);
    }

    [Fact]
    public void Dangers_OfOneKind_AreToldApartByTheirSubject()
    {
        _part.Dangers = [Danger(DangerCodes.EndpointDown), Danger(DangerCodes.EndpointDown) with { Subject = "another" }];
        Tell(10);
        Assert.Equal(2, _lines.All.Count);
    }

    private void Tell(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _log.Tell();
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private Danger Danger(DangerKind kind) => new() { Kind = kind, Subject = "a subject", Problem = "a problem", Mend = "a mend", Since = _time.GetUtcNow() };

    private sealed class Part : IDangerSource
    {
        public IReadOnlyList<Danger> Dangers { get; set; } = [];
    }
}
