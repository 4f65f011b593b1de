namespace Gavel.Sending.Tests.Sender;

/// <summary>
/// Places in flight where no block comes: whatever can wait keeps no move out, neither by its number, nor by what an earlier run was allowed, nor
/// by having been there first.
/// </summary>
public sealed class PlaceTests
{
    private static readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    // Before, a run with fewer places than the one before it found all of them taken.
    [Fact]
    public async Task WhatAnEarlierRunHasInFlight_IsMoreThanThisOneMayHave_AndKeepsNoMoveOut()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        await QueueAsync(harness, 7);
        harness.Run(options => options with { MaxInFlight = 8, ReservedForUrgent = 1, ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.UntilAsync("resolve 6", OutboxState.Sent);
        await harness.StopAsync();

        harness.Run(options => options with { MaxInFlight = 4, ReservedForUrgent = 2, ResubmitAfter = TimeSpan.FromMinutes(1) });
        for (int i = 0; i < 2; i++)
        {
            await harness.Sender.EnqueueAsync(Move(i), SenderHarness.None);
            await harness.UntilAsync($"move {i}", OutboxState.Sent);
        }

        Assert.Equal(9, (await harness.Outbox.ListOpenAsync(SenderHarness.None)).Count(entry => entry.IsInFlight));
    }

    [Fact]
    public async Task MovesMayTakeEveryPlace_AndThenEvenTheyWait()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { MaxInFlight = 4, ReservedForUrgent = 2, ResubmitAfter = TimeSpan.FromMinutes(1) });
        for (int i = 0; i < 4; i++)
        {
            await harness.Sender.EnqueueAsync(Move(i), SenderHarness.None);
            await harness.UntilAsync($"move {i}", OutboxState.Sent);
        }

        await harness.Sender.EnqueueAsync(Move(4), SenderHarness.None);
        await QueueAsync(harness, 1);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        List<Landed> landed = await harness.LandedAsync();
        Assert.Equal(6, landed.Count);
        Assert.All(landed, one => Assert.True(one.Succeeded));
    }

    [Fact]
    public async Task MoveThatComesLast_TakesThePlaceThatGetsFree_BeforeWhatWasThereFirst()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        await QueueAsync(harness, 12);
        harness.Run(options => options with { MaxInFlight = 3, ReservedForUrgent = 0, ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.UntilAsync("resolve 2", OutboxState.Sent);
        await harness.Sender.EnqueueAsync(Move(0), SenderHarness.None);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        List<Landed> landed = await harness.LandedAsync();
        Assert.InRange(landed.Single(one => one.Name == "move 0").Nonce, 3ul, 6ul);
    }

    private static Intent Move(int number) => SenderHarness.Intent($"move {number}", 1000, _now.AddHours(1));

    private static async Task QueueAsync(SenderHarness harness, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent($"resolve {i}"), SenderHarness.None);
        }
    }
}
