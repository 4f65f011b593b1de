using Gavel.GameSolver.Resolving;
using Gavel.TestKit;

namespace Gavel.Challenger.Tests;

/// <summary>Funds and disk against what may be needed of them.</summary>
public sealed class WatchTests
{
    private static readonly Address Account = Address.Parse("0x00112233445566778899aabbccddeeff00112233");
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Theory]
    [InlineData(99, 0, "Page funds-below-next-bond 100, Watch funds-below-worst-case 1000")] // what is due cannot be paid
    [InlineData(100, 0, "Warn funds-below-next-bond 120, Watch funds-below-worst-case 1000")] // it can, but not one answer more
    [InlineData(119, 0, "Warn funds-below-next-bond 120, Watch funds-below-worst-case 1000")]
    [InlineData(120, 0, "Watch funds-below-worst-case 1000")]
    [InlineData(1_000, 0, "")]
    [InlineData(1_000, 1, "Watch funds-below-worst-case 1001")] // another chain of the same account
    [InlineData(120, 1, "Warn funds-below-next-bond 121, Watch funds-below-worst-case 1001")]
    public void Balance_IsHeldAgainstAllThatUsesIt(int ether, int elsewhere, string expected)
    {
        AccountFunds funds = new(Account, _time);
        funds.Need("elsewhere", new CapitalNeed(UInt256.Zero, Ethers(elsewhere), Ethers(elsewhere)));
        funds.Need("here", new CapitalNeed(Ethers(7), Ethers(7), Ethers(7))); // of an earlier cycle
        funds.Need("here", new CapitalNeed(Ethers(100), Ethers(120), Ethers(1_000)));
        funds.Hold(Ethers(ether));
        Assert.Equal(expected, string.Join(", ", funds.Dangers.Select(danger => $"{danger.Severity} {danger.Code} {danger.Problem.Split(" may take ")[1].Split(' ')[0]}")));
        Assert.All(funds.Dangers, danger => Assert.Equal((Account.ToString(), DangerOrigin.Ours), (danger.Subject, danger.Origin)));
    }

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

    private static UInt256 Ethers(int ether) => (UInt256)(ulong)ether * 1_000_000_000_000_000_000UL;
}
