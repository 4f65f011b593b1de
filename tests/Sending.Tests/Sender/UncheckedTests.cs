using Gavel.Ethereum;
using Gavel.Sending.Tests.Outbox;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>
/// What was signed and recorded by a run that was killed before it offered it, and cannot be checked now. Before, it was never offered, and every
/// later nonce waited behind it.
/// </summary>
public sealed class UncheckedTests
{
    [Fact]
    public async Task SignedAndNeverOffered_IsOfferedAsItIs_ThoughItCannotBeChecked()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        Hash32 hash = await LeftAsync(harness, DateTimeOffset.UtcNow.AddHours(1));
        harness.Guard.Verdicts["left"] = new IntentVerdict(IntentStanding.Unknown, "the node does not answer");
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMilliseconds(20) });
        await Eventually.NotNullAsync(
            async () => await harness.Chain.FindTransactionAsync(hash, SenderHarness.None) is null ? null : "offered", SenderHarness.Patience);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("next"), SenderHarness.None);
        await harness.UntilAsync("next", OutboxState.Sent);

        // Never raised while it is not checked, however cheap it becomes.
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(40_000_000_000));
        await harness.MineAsync();
        await harness.UntilAsync("next", entry => entry.Attempts.Length > 1);
        Assert.Single((await harness.EntryAsync("left")).Attempts);
        harness.Guard.Verdicts.Clear();
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal(["left", "next"], (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    [Theory]
    [InlineData(IntentStanding.Doubtful)] // the chain has shown once that it is not wanted
    [InlineData(IntentStanding.Unwanted)]
    [InlineData(IntentStanding.Unknown)] // past its deadline
    public async Task SignedAndNeverOffered_IsNotOffered_WhereItMayBeUnwanted(IntentStanding standing)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        await LeftAsync(harness, standing == IntentStanding.Unknown ? DateTimeOffset.UtcNow.AddHours(-1) : null);
        int looks = 0;
        harness.Guard.Answer = _ =>
        {
            Interlocked.Increment(ref looks);
            return new IntentVerdict(standing, "another claim has taken the index");
        };
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMilliseconds(20) });
        await Eventually.TrueAsync(() => Volatile.Read(ref looks) > 12, SenderHarness.Patience);
        Assert.Equal(0, node.Count("eth_sendRawTransaction"));
        if (standing == IntentStanding.Doubtful)
        {
            harness.Guard.Answer = null;
            harness.MineSteadily();
            await harness.UntilAsync("left", OutboxState.Confirmed);
        }
    }

    private static async Task<Hash32> LeftAsync(SenderHarness harness, DateTimeOffset? deadline)
    {
        SignedTransaction signed = await harness.Signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = 900,
                Nonce = 0,
                MaxPriorityFeePerGas = 1_000_000_000,
                MaxFeePerGas = 5_000_000_000,
                GasLimit = 60_000,
                To = SenderHarness.Target,
                Data = "move left"u8.ToArray(),
            },
            SenderHarness.None);
        ulong id = (await harness.Outbox.EnqueueAsync(SenderHarness.Intent("left", 1000, deadline), SenderHarness.None)).Entry.Id;
        SignedAttempt attempt = Samples.Attempt(0, "left") with
        {
            Account = signed.Sender,
            Hash = signed.Hash,
            Raw = signed.Raw,
            GasLimit = 60_000,
            MaxFeePerGas = 5_000_000_000,
        };
        await harness.Outbox.ChangeAsync(id, new OutboxChange.Signed(attempt), SenderHarness.None);
        return signed.Hash;
    }
}
