using Gavel.GameSolver.Resolving;
using Gavel.TestKit;

namespace Gavel.Intents.Tests;

/// <summary>An account's balance against what may be needed of it.</summary>
public sealed class AccountFundsTests
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

    private static UInt256 Ethers(int ether) => (UInt256)(ulong)ether * 1_000_000_000_000_000_000UL;
}
