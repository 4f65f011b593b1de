using System.Collections.Concurrent;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>How often the queue is looked at. Before, every cycle appraised all of it, whatever places there were.</summary>
public sealed class QueueLookTests
{
    private const int Waiting = 90;

    [Fact]
    public async Task WithoutPlaces_AFewAreLookedAtInEachCycle_AndEachInItsTurn()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        int cycle = 0;
        ConcurrentDictionary<int, int> looks = new();
        ConcurrentDictionary<string, int> seen = new();
        node.Script = (method, parameters) =>
        {
            _ = method == "eth_getBlockByNumber" && (string?)parameters[0] == "latest" ? Interlocked.Increment(ref cycle) : 0;
            return null;
        };
        harness.Guard.Answer = name =>
        {
            looks.AddOrUpdate(Volatile.Read(ref cycle), 1, (_, count) => count + 1);
            seen.AddOrUpdate(name, 1, (_, count) => count + 1);
            return harness.Guard.Verdicts.GetValueOrDefault(name, IntentVerdict.Wanted);
        };
        foreach (string name in (string[])["first", "second"])
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent(name, 5), SenderHarness.None);
        }

        harness.Run(options => options with { MaxInFlight = 2, ReservedForUrgent = 0, ResubmitAfter = TimeSpan.FromHours(1) });
        await harness.UntilAsync("second", OutboxState.Sent);
        for (int i = 0; i < Waiting; i++)
        {
            await harness.Outbox.EnqueueAsync(
                SenderHarness.Intent($"{i}", deadline: i == 40 ? DateTimeOffset.UtcNow.AddDays(-1) : null), SenderHarness.None);
        }

        looks.Clear();
        await Eventually.TrueAsync(() => seen.Count == Waiting + 2 && seen.Where(one => one.Key.Length < 3).All(one => one.Value >= 2), SenderHarness.Patience);
        await harness.UntilAsync("40", OutboxState.Expired);
        harness.Guard.Verdicts["77"] = new IntentVerdict(IntentStanding.Effective, "it is there");
        await harness.UntilAsync("77", OutboxState.Superseded); // without a place
        Assert.InRange(looks.Values.Max(), 1, 20);
        Assert.Equal(OutboxState.Sent, (await harness.EntryAsync("second")).State);

        // A place that comes free is taken by the best, whoever's turn it was.
        harness.Guard.Answer = null;
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("best", 9), SenderHarness.None);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal("best", (await harness.LandedAsync())[2].Name);
    }

    [Fact]
    public async Task FundsThatAreMissingForWhatHasNoPlace_StayADanger()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync(key: new PrivateKey(Keccak256.Hash("poor"u8).ToArray()));
        await harness.FundAsync(UInt256.Parse("1000000000000000000"));
        harness.Run(options => options with { MaxInFlight = 1, ReservedForUrgent = 0, ResubmitAfter = TimeSpan.FromHours(1) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("first"), SenderHarness.None);
        await harness.UntilAsync("first", OutboxState.Sent);
        for (int i = 0; i < 40; i++)
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent($"{i}", value: i == 7 ? 4_000_000_000_000_000_000ul : 0), SenderHarness.None);
        }

        await Eventually.TrueAsync(() => Short() is not null, SenderHarness.Patience);
        DateTimeOffset since = Short()!.Since;
        int looks = 0;
        harness.Guard.Answer = name =>
        {
            looks += name == "7" ? 1 : 0;
            return IntentVerdict.Wanted;
        };
        await Eventually.TrueAsync(() => Volatile.Read(ref looks) > 2, SenderHarness.Patience); // twice round all
        Assert.Equal(since, Short()?.Since); // it never went away between

        Danger? Short() => harness.Sender.Dangers.FirstOrDefault(danger => danger.Code == "funds-short");
    }
}
