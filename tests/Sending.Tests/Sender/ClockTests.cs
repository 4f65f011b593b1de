using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>A clock that is set back: by an operator, by NTP after a boot with a wrong one, by a machine that is moved.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task ClockSetBackBehindTheStart_StopsNoMove_AndNoResubmission()
    {
        // Before, what was permitted at a time before the start of the process was taken for an earlier run's: nothing was sent.
        SettableClock clock = new();
        await using SenderHarness harness = await SenderHarness.StartAsync(clock: clock);
        harness.Run(options => options with { AwaitsDecisions = true });
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("before"), isPermitted: true, SenderHarness.None);
        Hash32 hash = (await harness.UntilAsync("before", OutboxState.Sent)).Attempts[0].Hash;
        clock.Ahead = TimeSpan.FromHours(-2);
        await harness.AskAsync("anvil_dropTransaction", hash.ToString());
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("after"), isPermitted: true, SenderHarness.None);
        await harness.UntilAsync("after", OutboxState.Sent);
        await Eventually.NotNullAsync(
            async () => await harness.Chain.FindTransactionAsync(hash, SenderHarness.None) is null ? null : "back", SenderHarness.Patience);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal(["before", "after"], (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    [Fact]
    public async Task ClockSetForward_PermitsNothingOfAnEarlierRun()
    {
        SettableClock clock = new() { Ahead = TimeSpan.FromHours(2) };
        await using SenderHarness harness = await SenderHarness.StartAsync(clock: clock);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("left"), isPermitted: true, SenderHarness.None); // by a run whose clock was ahead
        ulong earlier = harness.Outbox.Epoch;
        await harness.ReopenAsync();
        Assert.True(harness.Outbox.Epoch > earlier);
        clock.Ahead = TimeSpan.Zero;
        harness.Run(options => options with { AwaitsDecisions = true }).MineSteadily();
        await harness.UntilToldAsync(SenderNoticeKind.Held);
        OutboxEntry left = await harness.EntryAsync("left");
        Assert.Equal(OutboxState.Queued, left.State);
        Assert.False(harness.Sender.IsPermitted(left));
        await harness.Outbox.CompactAsync(SenderHarness.None);
        await harness.Outbox.RecordAsync(left.Id, left.Version, new OutboxChange.Permitted(null, harness.Outbox.Epoch, clock.GetUtcNow()), SenderHarness.None);
        await harness.UntilAsync("left", OutboxState.Confirmed);
    }

    private sealed class SettableClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
