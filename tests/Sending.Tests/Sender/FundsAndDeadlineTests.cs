using Gavel.Ethereum;
using Gavel.Sending.Tests.Outbox;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>
/// Money and time. Before, one move that could not be paid kept every other bonded move in the queue, even after its own deadline.
/// </summary>
public sealed class FundsAndDeadlineTests
{
    private static readonly UInt256 _ether = UInt256.Parse("1000000000000000000");
    private static readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData(-300)] // five hours too late
    [InlineData(1)] // the most urgent of all
    [InlineData(600)]
    [InlineData(null)] // with all the time in the world
    public async Task MoveThatCannotBePaid_SilencesNoneThatCan(int? minutes)
    {
        await using SenderHarness harness = await SenderHarness.StartAsync(key: new PrivateKey(Keccak256.Hash("poor"u8).ToArray()));
        await harness.FundAsync(_ether);
        await harness.Outbox.EnqueueAsync(
            SenderHarness.Intent("dear", 1000, minutes is int after ? _now.AddMinutes(after) : null, 2_000_000_000_000_000_000), SenderHarness.None);
        for (int i = 0; i < 10; i++)
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent($"{i}", 1000, _now.AddMinutes(2), 50_000_000_000_000_000), SenderHarness.None);
        }

        harness.Run(options => options with { Confirmations = 1 });
        for (int i = 0; i < 10; i++)
        {
            await harness.UntilAsync($"{i}", OutboxState.Sent);
        }

        if (minutes < 0)
        {
            OutboxEntry expired = await harness.UntilAsync("dear", OutboxState.Expired);
            Assert.Contains("deadline", expired.Reason, StringComparison.Ordinal);
            await Eventually.TrueAsync(() => !harness.Sender.Dangers.Any(danger => danger.Code == "funds-short"), SenderHarness.Patience);
            return;
        }

        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "funds-short"), SenderHarness.Patience);
        Danger danger = harness.Sender.Dangers.Single(danger => danger.Code == "funds-short");
        Assert.Equal(DangerSeverity.Page, danger.Severity);
        Assert.Contains("ETH are missing", danger.Problem, StringComparison.Ordinal);
        harness.MineSteadily();
        await harness.FundAsync(_ether * 3ul);
        await harness.UntilAsync("dear", OutboxState.Confirmed);
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Count == 0, SenderHarness.Patience);
    }

    [Fact]
    public async Task ScarceFunds_GoToTheEarlierDeadlines()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync(key: new PrivateKey(Keccak256.Hash("poor"u8).ToArray()));
        await harness.FundAsync(_ether);
        for (int i = 5; i >= 0; i--)
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent($"{i}", 1000 + i, _now.AddMinutes(10 + i), 300_000_000_000_000_000), SenderHarness.None);
        }

        harness.Run();
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "funds-short"), SenderHarness.Patience);
        Assert.Equal(
            [OutboxState.Sent, OutboxState.Sent, OutboxState.Sent, OutboxState.Queued, OutboxState.Queued, OutboxState.Queued],
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => (await harness.EntryAsync($"{i}")).State)));
    }

    [Fact]
    public async Task MoveInFlight_WhoseDeadlinePasses_LosesItsNonceAndExpires()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", 1000, _now.AddHours(1), 9), SenderHarness.None);
        OutboxEntry sent = await harness.UntilAsync("a", OutboxState.Sent);
        await harness.AskAsync("anvil_dropTransaction", sent.Attempts[0].Hash.ToString());
        await harness.AskAsync("evm_increaseTime", Hex.Quantity(7200));
        await harness.MineAsync();
        await harness.UntilAsync("a", entry => !entry.Attempts.IsEmpty && entry.Attempts[^1].Purpose == AttemptPurpose.Cancel);
        harness.MineSteadily();
        await harness.UntilAsync("a", OutboxState.Expired);
        Assert.Equal("", Assert.Single(await harness.LandedAsync()).Name);
    }

    [Fact]
    public async Task StepThatTheChainStillTakes_IsSentAndKept_AfterItsDeadline()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Guard.Late["in flight"] = true;
        harness.Guard.Late["queued"] = true;
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("in flight", 1000, _now.AddHours(1), 9), SenderHarness.None);
        await harness.UntilAsync("in flight", OutboxState.Sent);
        await harness.AskAsync("evm_increaseTime", Hex.Quantity(7200));
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("queued", 1000, _now.AddMinutes(-30), 9), SenderHarness.None);
        harness.MineSteadily();
        await harness.UntilAsync("in flight", OutboxState.Confirmed);
        await harness.UntilAsync("queued", OutboxState.Confirmed);
        Assert.Equal(2, (await harness.LandedAsync()).Count(landed => landed.Name.Length > 0));
    }

    [Fact]
    public async Task WhatCanWait_NeverKeepsAMoveOut()
    {
        // Before, 16 resolutions in flight kept a move out until a block came.
        await using SenderHarness harness = await SenderHarness.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent($"resolve {i}"), SenderHarness.None);
        }

        harness.Run(options => options with { MaxInFlight = 8, ReservedForUrgent = 3 });
        await harness.UntilAsync("resolve 4", OutboxState.Sent);
        for (int i = 0; i < 3; i++)
        {
            await harness.Sender.EnqueueAsync(SenderHarness.Intent($"move {i}", 1000, _now.AddHours(1)), SenderHarness.None);
            await harness.UntilAsync($"move {i}", OutboxState.Sent);
        }

        Assert.Equal(8, (await harness.Outbox.ListOpenAsync(SenderHarness.None)).Count(entry => entry.IsInFlight));
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
    }

    [Fact]
    public async Task LeftFromAnEarlierRun_InFlightIsTendedAtOnce_QueuedWaitsForADecision()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("in flight"), SenderHarness.None);
        OutboxEntry sent = await harness.UntilAsync("in flight", OutboxState.Sent);
        await harness.StopAsync();
        await harness.AskAsync("anvil_dropTransaction", sent.Attempts[0].Hash.ToString());
        foreach (string name in (string[])["wanted", "unwanted"])
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent(name), isPermitted: true, SenderHarness.None); // by the earlier run
        }

        await harness.ReopenAsync();
        harness.Run(options => options with { AwaitsDecisions = true }).MineSteadily();
        await harness.UntilAsync("in flight", OutboxState.Confirmed);
        await Eventually.TrueAsync(() => harness.Notices.Count(notice => notice.Kind == SenderNoticeKind.Held) >= 2, SenderHarness.Patience);
        OutboxEntry wanted = await harness.EntryAsync("wanted");
        await harness.Outbox.RecordAsync(wanted.Id, wanted.Version, new OutboxChange.Permitted(null, harness.Outbox.Epoch, DateTimeOffset.UtcNow), SenderHarness.None);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("decided"), isPermitted: true, SenderHarness.None);
        await harness.UntilAsync("wanted", OutboxState.Confirmed);
        await harness.UntilAsync("decided", OutboxState.Confirmed);
        Assert.Equal(OutboxState.Queued, (await harness.EntryAsync("unwanted")).State);
        harness.Sender.Settle();
        await harness.UntilAsync("unwanted", OutboxState.Confirmed); // the harness' policy has a rule for it
    }

    [Theory]
    [InlineData(FailPoint.JournalBeforeWrite)]
    [InlineData(FailPoint.JournalWritten)]
    public async Task DiskThatRefusesForAWhile_IsADanger_AndTheSameSenderGoesOn(FailPoint where)
    {
        // Before, one failed write left the sender dead until the process was started again.
        RefusingDisk disk = new(where);
        await using SenderHarness harness = await SenderHarness.StartAsync(disk: disk);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        disk.Refuses = _ => true;
        harness.Run().MineSteadily();
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "journal-broken"), SenderHarness.Patience);
        Assert.NotNull(harness.Outbox.Fault);
        Assert.Empty(await harness.LandedAsync()); // what is not recorded is not sent
        disk.Refuses = null;
        await harness.UntilAsync("a", OutboxState.Confirmed);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("b"), SenderHarness.None);
        await harness.UntilAsync("b", OutboxState.Confirmed);
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Count == 0, SenderHarness.Patience);
    }
}
