using System.Text;
using Gavel.Ethereum;

namespace Gavel.Sending.Tests.Sender;

/// <summary>What happens to transactions on a chain: fees rise, blocks go away, calls revert. All on a real node.</summary>
public sealed class SendTroubleTests
{
    // Reverts with RootClaim-like data 0xdeadbeef.
    private const string Reverting = "63deadbeef60e01b60005260046000fd";

    // The first call sets slot 0, every later one reverts with 0xdeadbeef.
    private const string Once = "600054600c57600160005500" + "5b" + Reverting;

    // A call with one byte sets slot 0 to 20; any other writes as many slots as slot 0 says.
    private const string Growing = "36600114601d576000545b8015601b57600181556001900360" + "0a565b005b601460005500";

    [Fact]
    public async Task FeesRise_TheTransactionIsReplacedByAtLeastTenPercentInBothFields()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await harness.UntilAsync("a", OutboxState.Sent);
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(40_000_000_000));
        await harness.MineAsync();
        await harness.UntilAsync("a", entry => entry.Attempts[^1].MaxFeePerGas > 40_000_000_000);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.True(done.Attempts.Length > 1);
        Assert.Contains(harness.Notices, notice => notice.Kind == SenderNoticeKind.Bumped);
        foreach ((SignedAttempt before, SignedAttempt after) in done.Attempts.Zip(done.Attempts.Skip(1)))
        {
            Assert.True(after.MaxFeePerGas * 100ul >= before.MaxFeePerGas * 110ul, $"{before.MaxFeePerGas} → {after.MaxFeePerGas}");
            Assert.True(after.MaxPriorityFeePerGas * 100ul >= before.MaxPriorityFeePerGas * 110ul);
            Assert.Equal(before.Nonce, after.Nonce);
        }

        Assert.Equal("a", Assert.Single(await harness.LandedAsync()).Name);
    }

    [Fact]
    public async Task BaseFeeOverTheCap_HoldsUsualIntentsAndLetsAnEmergencyThrough()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(60_000_000_000));
        await harness.MineAsync();
        harness.Run(options => options with { Fees = new FeeOptions { MaxFeeCap = 30_000_000_000, EmergencyFeeCap = 400_000_000_000 } });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("usual"), SenderHarness.None);
        await harness.UntilToldAsync(SenderNoticeKind.Held);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("emergency", priority: 1000), SenderHarness.None);
        await harness.UntilAsync("emergency", OutboxState.Sent);
        Assert.Equal(OutboxState.Queued, (await harness.EntryAsync("usual")).State);
        harness.MineSteadily(); // empty blocks let the base fee fall
        await harness.UntilAllFinalAsync();
        Assert.Equal(["emergency", "usual"], (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    [Fact]
    public async Task DroppedTransaction_IsSentAgainAsItIs()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        OutboxEntry sent = await harness.UntilAsync("a", OutboxState.Sent);
        Hash32 hash = sent.Attempts[0].Hash;
        await harness.AskAsync("anvil_dropTransaction", hash.ToString());
        Assert.Null(await harness.Chain.FindTransactionAsync(hash, SenderHarness.None));
        await TestKit.Eventually.NotNullAsync(
            async () => await harness.Chain.FindTransactionAsync(hash, SenderHarness.None) is null ? null : "back", SenderHarness.Patience);
        harness.MineSteadily();
        await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.Equal("a", Assert.Single(await harness.LandedAsync()).Name);
    }

    [Fact]
    public async Task ReorganisedBeforeConfirmation_TheReceiptIsForgottenAndTheTransactionSentAgain()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        await harness.MineAsync(3);
        harness.Run(options => options with { Confirmations = 4 });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await harness.UntilAsync("a", OutboxState.Sent);
        await harness.MineAsync(2);
        await harness.UntilToldAsync(SenderNoticeKind.Mined);
        await harness.AskAsync("anvil_reorg", 2, new System.Text.Json.Nodes.JsonArray());
        Assert.Empty(await harness.LandedAsync());
        await harness.UntilToldAsync(SenderNoticeKind.Reorganised);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        Landed landed = Assert.Single(await harness.LandedAsync());
        Assert.Equal(landed.Hash, done.Mined!.TransactionHash);
        Assert.Equal(landed.Block, done.Mined.BlockNumber);
    }

    [Fact]
    public async Task ReorganisedAfterConfirmation_TheEntryIsInFlightAgain()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        await harness.MineAsync(3);
        harness.Run(options => options with { Confirmations = 1 });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await harness.UntilAsync("a", OutboxState.Sent);
        await harness.MineAsync();
        await harness.UntilAsync("a", OutboxState.Confirmed);
        await harness.AskAsync("anvil_reorg", 1, new System.Text.Json.Nodes.JsonArray());
        await harness.UntilAsync("a", OutboxState.Sent);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.Equal(Assert.Single(await harness.LandedAsync()).Hash, done.Mined!.TransactionHash);
        Assert.Single(done.Expenses);
    }

    [Fact]
    public async Task RevertAtEstimation_IsRefusedWithItsDataAndTakesNoNonce()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        Address reverting = await harness.DeployAsync(Reverting);
        harness.Policy.Allow(reverting, null, SpendValue.None);
        harness.Run(Named).MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("no", priority: 1) with { Target = reverting, Calldata = default }, SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("yes"), SenderHarness.None);
        await harness.UntilAllFinalAsync();
        OutboxEntry refused = await harness.EntryAsync("no");
        Assert.Equal(OutboxState.Refused, refused.State);
        Assert.Equal("0xdeadbeef", Hex.Encode(refused.RevertData.Span));
        Assert.Contains("NotTwice", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(0ul, Assert.Single(await harness.LandedAsync()).Nonce);
    }

    [Fact]
    public async Task RevertOnChain_FailsWithItsReasonAndHoldsUpNobody()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        Address once = await harness.DeployAsync(Once);
        harness.Policy.Allow(once, null, SpendValue.None);
        foreach (string name in (string[])["first", "second"])
        {
            await harness.Outbox.EnqueueAsync(SenderHarness.Intent(name, priority: 1) with { Target = once, Calldata = default }, SenderHarness.None);
        }

        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("third"), SenderHarness.None);
        harness.Run(options => Named(options) with { ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.UntilAsync("third", OutboxState.Sent);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        OutboxEntry failed = await harness.EntryAsync("second");
        Assert.Equal(OutboxState.Confirmed, (await harness.EntryAsync("first")).State);
        Assert.Equal(OutboxState.Failed, failed.State);
        Assert.Equal(OutboxState.Confirmed, (await harness.EntryAsync("third")).State);
        Assert.Equal(failed.Mined!.EffectiveGasPrice * failed.Mined.GasUsed, failed.Mined.Cost);
        Assert.Equal("0xdeadbeef", Hex.Encode(failed.RevertData.Span));
        Assert.Contains("NotTwice", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutOfGas_IsSentAgainWithMore()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        Address growing = await harness.DeployAsync(Growing);
        harness.Policy.Allow(growing, null, SpendValue.None);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("grow", priority: 1) with { Target = growing, Calldata = new byte[1] }, SenderHarness.None);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("write") with { Target = growing, Calldata = new byte[2] }, SenderHarness.None);
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.UntilAsync("write", OutboxState.Sent);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("write", OutboxState.Confirmed);
        Assert.Equal(1, done.Requeues);
        Assert.Equal(2, done.Expenses.Length);
        Assert.Equal(3, (await harness.LandedAsync()).Count);
    }

    [Fact]
    public async Task IntentThatNeedsAnEarlierOneInFlight_IsEstimatedOnThePendingState()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();

        // Reverts unless slot 0 is set; a call with one byte sets it.
        Address gate = await harness.DeployAsync(GateCode);
        harness.Policy.Allow(gate, null, SpendValue.None);
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("open") with { Target = gate, Calldata = new byte[1] }, SenderHarness.None);
        await harness.UntilAsync("open", OutboxState.Sent);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("pass") with { Target = gate, Calldata = new byte[2] }, SenderHarness.None);
        await harness.UntilAsync("pass", OutboxState.Sent);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal(OutboxState.Confirmed, (await harness.EntryAsync("pass")).State);
    }

    [Fact]
    public async Task NonceUsedBySomebodyElse_GivesTheIntentAnother()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await harness.UntilAsync("a", OutboxState.Sent);
        SignedTransaction foreign = await harness.Signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = 900,
                Nonce = 0,
                MaxPriorityFeePerGas = 50_000_000_000,
                MaxFeePerGas = 90_000_000_000,
                GasLimit = 60_000,
                To = SenderHarness.Target,
                Data = Encoding.UTF8.GetBytes("foreign"),
            },
            SenderHarness.None);
        await harness.Chain.SendRawTransactionAsync(foreign.Raw, SenderHarness.None);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.Equal(1ul, done.Nonce);
        Assert.Equal(1, done.Requeues);
        Assert.Contains(harness.Notices, notice => notice.Kind == SenderNoticeKind.Requeued && notice.Message.Contains(foreign.Hash.ToString(), StringComparison.Ordinal));
        Assert.Equal(["foreign", "a"], (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    // calldatasize == 1: set slot 0; else stop if slot 0 is set, or revert.
    private const string GateCode = "3660011460" + "14" + "57" + "600054" + "60" + "12" + "57" + "60006000fd" + "5b00" + "5b" + "600160005500";

    private static SenderOptions Named(SenderOptions options) => options with
    {
        Reverts = new RevertDecoder([], [new RawRevert("NotTwice", Convert.FromHexString("deadbeef"))]),
    };
}
