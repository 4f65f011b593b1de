using Gavel.TestKit;

namespace Gavel.Chains.Tests;

/// <summary>The free disk against what may be needed of it.</summary>
public sealed class DiskWatchTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Theory]
    [InlineData(3000, null)]
    [InlineData(2048, null)]
    [InlineData(2047, DangerSeverity.Warn)]
    [InlineData(4, DangerSeverity.Warn)]
    [InlineData(3, DangerSeverity.Page)] // less than the journal keeps for itself
    [InlineData(-1, null)] // it cannot be told
    public void Disk_ThatFillsUp_IsToldInTime(int mebibytes, DangerSeverity? severity)
    {
        DiskWatch watch = new("data", 2048L << 20, 4L << 20, _time, _ => mebibytes < 0 ? null : (long)mebibytes << 20);
        Assert.Equal(severity, watch.Dangers.SingleOrDefault()?.Severity);
    }

    [Fact]
    public void Disk_IsLookedAtNowAndThen_AndItsDangerKeepsItsBeginning()
    {
        int looks = 0;
        long free = 1;
        DiskWatch watch = new("data", 2048L << 20, 0, _time, _ =>
        {
            looks++;
            return free;
        });
        DateTimeOffset began = _time.GetUtcNow();
        for (int i = 0; i < 21; i++)
        {
            Assert.Equal(began, Assert.Single(watch.Dangers).Since);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, looks);
        free = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(watch.Dangers);
    }

    [Fact]
    public void Disk_OfThisMachine_HasLessThanEverything() =>
        Assert.Single(new DiskWatch(Path.GetTempPath(), long.MaxValue, 0, _time).Dangers);
}
