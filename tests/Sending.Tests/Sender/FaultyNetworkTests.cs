using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

public sealed class FaultyNetworkTests
{
    [Fact]
    public Task NetworkThatLosesDelaysDoublesAndDamages_EveryIntentLandsOnce() => RunAsync(Seed.Value, 40, 0.25);

    [Theory]
    [Trait("Scale", "full")]
    [Trait("Only", "full")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task NetworkThatLosesDelaysDoublesAndDamages_AtFullScale(int seed) => RunAsync(seed, 60, 0.35);

    private static async Task RunAsync(int seed, int intents, double rate)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(anvil.Url, seed, rate);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, proxy.Url);
        harness.Run().MineSteadily(60);
        await Task.WhenAll(Enumerable.Range(0, intents).Select(i => Task.Run(async () =>
            await harness.Sender.EnqueueAsync(SenderHarness.Intent($"{i}", i % 5, value: 3), SenderHarness.None))));
        await harness.UntilAllFinalAsync();

        IReadOnlyList<OutboxEntry> entries = await harness.Outbox.ListAsync(default, SenderHarness.None);
        Assert.All(entries, entry => Assert.Equal(OutboxState.Confirmed, entry.State));

        // Cancellations, if the damage made one necessary, carry no calldata.
        List<Landed> landed = [.. (await harness.LandedAsync()).Where(one => one.Name.Length > 0)];
        Assert.Equal(Enumerable.Range(0, intents).Select(i => $"{i}").Order(), landed.Select(one => one.Name).Order());
        Assert.All(entries, entry => Assert.Contains(landed, one => one.Hash == entry.Mined!.TransactionHash && one.Succeeded && one.Block == entry.Mined.BlockNumber));
        Assert.Equal(9, proxy.Made.Count + (proxy.Made.ContainsKey("LongDelay") ? 0 : 1));
    }
}
