using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Gavel.Sending.Tests.Sender;

/// <summary>Many intents at once: none lost, none doubled, and the better one first.</summary>
public sealed class SendOrderTests
{
    [Fact]
    public async Task HundredsQueuedAtOnce_LandOnceEachInOrderOfPriorityDeadlineAndAge()
    {
        const int Count = 320;
        await using SenderHarness harness = await SenderHarness.StartAsync();
        var random = new Random(Seed.Value);
        var intents = Enumerable.Range(0, Count).Select(i => SenderHarness.Intent(
            i.ToString(CultureInfo.InvariantCulture),
            random.Next(5),
            random.Next(3) == 0 ? null : DateTimeOffset.UnixEpoch.AddHours(random.Next(20)))).ToList();
        await Task.WhenAll(intents.Select(intent => Task.Run(async () => await harness.Outbox.EnqueueAsync(intent, SenderHarness.None))));

        harness.Run(options => options with { MaxInFlight = 64, Confirmations = 1 }).MineSteadily();
        await harness.UntilAllFinalAsync();

        IReadOnlyList<OutboxEntry> entries = await harness.Outbox.ListAsync(default, SenderHarness.None);
        Assert.All(entries, entry => Assert.Equal(OutboxState.Confirmed, entry.State));
        string[] expected = [.. entries
            .OrderByDescending(entry => entry.Intent.Priority)
            .ThenBy(entry => entry.Intent.Deadline ?? DateTimeOffset.MaxValue)
            .ThenBy(entry => entry.Id)
            .Select(entry => Encoding.UTF8.GetString(entry.Intent.Key.Span))];
        Assert.Equal(expected, (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    [Fact]
    public async Task EnqueuedFromManyThreadsWhileRunning_LandOnceEach()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { Confirmations = 1 }).MineSteadily();
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => Task.Run(async () =>
            await harness.Sender.EnqueueAsync(SenderHarness.Intent($"{i % 60}", i % 4), SenderHarness.None))));
        await harness.UntilAllFinalAsync();
        List<Landed> landed = await harness.LandedAsync();
        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}").Order(), landed.Select(one => one.Name).Order());
    }

    [Fact]
    public async Task UrgentIntent_OvertakesThoseThatHoldNoNonceYet()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        for (int i = 0; i < 12; i++)
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent($"slow {i}"), SenderHarness.None);
        }

        harness.Run(options => options with { MaxInFlight = 4, ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.UntilAsync("slow 3", OutboxState.Sent);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("urgent", priority: 9), SenderHarness.None);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal("urgent", (await harness.LandedAsync())[4].Name);
    }

    [Fact]
    public async Task Metrics_CountWhatHappened()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { Confirmations = 1 }).MineSteadily();
        var totals = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == harness.Sender.Meter)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", value: 1000), SenderHarness.None);
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        await harness.UntilToldAsync(SenderNoticeKind.Finished);
        Assert.Equal("Gavel.Ethereum", harness.Sender.Meter.Name);
        Assert.Equal(1, totals["gavel.sender.queued"]);
        Assert.Equal(1, totals["gavel.sender.sent"]);
        Assert.Equal(1, totals["gavel.sender.finished"]);
        Assert.Equal((double)done.Expenses[0].Wei.ToBigInteger(), totals["gavel.sender.spent"]);
        Assert.Equal((done.Mined!.EffectiveGasPrice * done.Mined.GasUsed) + 1000ul, done.Mined.Cost);

        void Add(string name, double value)
        {
            lock (totals)
            {
                totals[name] = totals.GetValueOrDefault(name) + value;
            }
        }
    }
}
