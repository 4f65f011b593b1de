using System.Globalization;
using System.Text;

namespace Gavel.Sending.Tests.Sender;

/// <summary>Many intents at once: none lost, none doubled, and the better one first.</summary>
public sealed class SendOrderTests
{
    [Fact]
    public async Task HundredsQueuedAtOnce_LandOnceEachInOrderOfUrgencyDeadlinePriorityAndAge()
    {
        const int Count = 320;
        await using SenderHarness harness = await SenderHarness.StartAsync();
        var random = new Random(Seed.Value);
        DateTimeOffset day = DateTimeOffset.UtcNow.AddDays(1);
        var intents = Enumerable.Range(0, Count).Select(i => SenderHarness.Intent(
            i.ToString(CultureInfo.InvariantCulture),
            random.Next(4) == 0 ? 1000 + random.Next(3) : random.Next(5),
            random.Next(3) == 0 ? null : day.AddHours(random.Next(20)))).ToList();
        await Task.WhenAll(intents.Select(intent => Task.Run(async () => await harness.Outbox.EnqueueAsync(intent, SenderHarness.None))));

        harness.Run(options => options with { MaxInFlight = 64, ReservedForUrgent = 0, Confirmations = 1 }).MineSteadily();
        await harness.UntilAllFinalAsync();

        IReadOnlyList<OutboxEntry> entries = await harness.Outbox.ListAsync(default, SenderHarness.None);
        Assert.All(entries, entry => Assert.Equal(OutboxState.Confirmed, entry.State));
        string[] expected = [.. entries
            .OrderByDescending(entry => entry.Intent.Priority >= 1000)
            .ThenBy(entry => entry.Intent.Deadline ?? DateTimeOffset.MaxValue)
            .ThenByDescending(entry => entry.Intent.Priority)
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

        harness.Run(options => options with { MaxInFlight = 4, ReservedForUrgent = 0, ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.UntilAsync("slow 3", OutboxState.Sent);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("urgent", priority: 9), SenderHarness.None);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal("urgent", (await harness.LandedAsync())[4].Name);
    }

    [Fact]
    public async Task Metrics_CountWhatHappened()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync(key: new Gavel.Ethereum.PrivateKey(Keccak256.Hash("counted"u8).ToArray()));
        await harness.FundAsync(UInt256.Parse("1000000000000000000"));
        harness.Run(options => options with { Confirmations = 1 }).MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", value: 1_000_000_000_000_000), SenderHarness.None);
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        await harness.UntilToldAsync(SenderNoticeKind.Finished);
        string account = harness.Signer.Address.ToString();
        string[] lines = await ScrapeAsync(account);
        double fee = (double)(done.Mined!.EffectiveGasPrice * done.Mined.GasUsed).ToBigInteger() / 1e18;
        Assert.Equal(1, Value("gavel_sender_finished_total", "state=\"confirmed\""));
        Assert.Equal(1, Value("gavel_sender_offers_total", "outcome=\"taken\""));
        Assert.Equal(fee, Value("gavel_sender_fees_ether_total", ""), 12);
        Assert.Equal(0.001, Value("gavel_sender_value_ether_total", ""), 12);
        Assert.Equal(1, Value("gavel_sender_next_nonce", ""));
        Assert.InRange(Value("gavel_sender_balance_ether", ""), 0.9, 1);

        double Value(string name, string label) => double.Parse(
            lines.Single(line => line.StartsWith(name + "{l1=\"900\"", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal)).Split(' ')[^1],
            CultureInfo.InvariantCulture);
    }

    private static async Task<string[]> ScrapeAsync(string account)
    {
        using MemoryStream text = new();
        await Prometheus.Metrics.DefaultRegistry.CollectAndExportAsTextAsync(text);
        return [.. Encoding.UTF8.GetString(text.ToArray()).Split('\n').Where(line => line.Contains(account, StringComparison.Ordinal))];
    }
}
