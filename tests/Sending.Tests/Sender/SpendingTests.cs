using System.Text;
using Gavel.Ethereum;
using Gavel.Sending.Tests.Outbox;

namespace Gavel.Sending.Tests.Sender;

/// <summary>What may be spent, what is still wanted, and what the account can pay.</summary>
public sealed class SpendingTests
{
    private static readonly UInt256 _ether = UInt256.Parse("1000000000000000000");

    [Fact]
    public async Task WhatThePolicyDoesNotAllow_IsRefused()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run().MineSteadily();
        harness.Policy.Allow(SenderHarness.Target, Selector.At("bond"u8), SpendValue.Exactly(_ether));
        Intent bond = SenderHarness.Intent("bond") with { Calldata = "bond"u8.ToArray(), Value = _ether };
        (string Name, Intent Intent)[] forbidden =
        [
            ("target", SenderHarness.Intent("target") with { Target = Address.Parse("0x00000000000000000000000000000000000bad00") }),
            ("selector", SenderHarness.Intent("selector") with { Calldata = "drain"u8.ToArray() }),
            ("transfer", SenderHarness.Intent("transfer") with { Calldata = default, Value = 1 }),
            ("less", bond with { Key = "less"u8.ToArray(), Value = _ether - UInt256.One }),
            ("more", bond with { Key = "more"u8.ToArray(), Value = _ether + UInt256.One }),
        ];
        foreach ((_, Intent intent) in forbidden)
        {
            await harness.Sender.EnqueueAsync(intent, SenderHarness.None);
        }

        await harness.Sender.EnqueueAsync(bond, SenderHarness.None);
        await harness.UntilAllFinalAsync();
        foreach ((string name, _) in forbidden)
        {
            OutboxEntry entry = await harness.EntryAsync(name);
            Assert.Equal(OutboxState.Refused, entry.State);
            Assert.Contains("spend policy", entry.Reason, StringComparison.Ordinal);
        }

        Assert.Equal("bond", Assert.Single(await harness.LandedAsync()).Name);
    }

    [Fact]
    public async Task ValueThatTheChainNoLongerAsksFor_IsRefused()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Guard.Verdicts["wrong"] = IntentVerdict.Wanted with { ExactValue = 8 };
        harness.Guard.Verdicts["right"] = IntentVerdict.Wanted with { ExactValue = 8 };
        harness.Run().MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("wrong", value: 7), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("right", value: 8), SenderHarness.None);
        await harness.UntilAllFinalAsync();
        Assert.Equal(OutboxState.Refused, (await harness.EntryAsync("wrong")).State);
        Assert.Equal(OutboxState.Confirmed, (await harness.EntryAsync("right")).State);
    }

    [Fact]
    public async Task DailyLimit_HoldsWhatGoesOverItAndLetsAnEmergencyThrough()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run().MineSteadily(); // 5 ether a day
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("first", value: 3_000_000_000_000_000_000), SenderHarness.None);
        await harness.UntilAsync("first", OutboxState.Confirmed);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("over", value: 3_000_000_000_000_000_000), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("emergency", priority: 1000, value: 3_000_000_000_000_000_000), SenderHarness.None);
        await harness.UntilAsync("emergency", OutboxState.Confirmed);
        Assert.Equal(OutboxState.Queued, (await harness.EntryAsync("over")).State);
        Assert.Contains(harness.Notices, notice => notice.Kind == SenderNoticeKind.Held && notice.Message.Contains("daily limit", StringComparison.Ordinal));
        Assert.Equal(["first", "emergency"], (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    [Fact]
    public async Task EffectThatTheChainShows_SupersedesWithoutATransaction()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Guard.Verdicts["done"] = new IntentVerdict(IntentStanding.Effective, "claim 7 is there");
        harness.Guard.Verdicts["later"] = new IntentVerdict(IntentStanding.Unknown, "the node lags");
        harness.Run().MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("done"), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("later"), SenderHarness.None);
        OutboxEntry superseded = await harness.UntilAsync("done", OutboxState.Superseded);
        Assert.Equal("claim 7 is there", superseded.Reason);
        await harness.UntilToldAsync(SenderNoticeKind.Held);
        Assert.Equal(OutboxState.Queued, (await harness.EntryAsync("later")).State);
        harness.Guard.Verdicts["later"] = IntentVerdict.Wanted;
        await harness.UntilAsync("later", OutboxState.Confirmed);
        Assert.Equal("later", Assert.Single(await harness.LandedAsync()).Name);
    }

    [Theory]
    [InlineData(IntentStanding.Effective, OutboxState.Superseded)]
    [InlineData(IntentStanding.Unwanted, OutboxState.Refused)]
    public async Task IntentInFlightThatIsNoLongerWanted_HasItsNonceTakenBack(IntentStanding standing, OutboxState state)
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", value: 9), SenderHarness.None);
        await harness.UntilAsync("a", OutboxState.Sent);
        harness.Guard.Verdicts["a"] = new IntentVerdict(standing, "somebody else made the move");
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(40_000_000_000));
        await harness.MineAsync(); // a block passes that it is too cheap for
        await harness.UntilAsync("a", entry => entry.Attempts[^1] is { Purpose: AttemptPurpose.Cancel, SentAt: not null });
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", state);
        Assert.Equal("somebody else made the move", done.Reason);
        Assert.Equal("", Assert.Single(await harness.LandedAsync()).Name);
        Assert.Single(done.Expenses);
        Assert.True(done.Expenses[0].Wei > UInt256.Zero);
    }

    [Fact]
    public async Task AccountWithoutFunds_WaitsAndGoesOnOnceItIsFunded()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync(key: new PrivateKey(Keccak256.Hash("poor"u8).ToArray()));
        await harness.FundAsync(_ether / 10ul);
        harness.Run().MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("bond", priority: 2, value: 200_000_000_000_000_000), SenderHarness.None);
        await harness.UntilToldAsync(SenderNoticeKind.Held);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("small bond", priority: 1, value: 1), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("gas only"), SenderHarness.None);
        await harness.UntilAsync("gas only", OutboxState.Confirmed);
        Assert.Equal(OutboxState.Queued, (await harness.EntryAsync("bond")).State);
        await harness.UntilAsync("small bond", OutboxState.Confirmed); // what can be paid is not kept waiting by what cannot
        await harness.FundAsync(_ether);
        await harness.UntilAllFinalAsync();
        Assert.Equal("bond", (await harness.LandedAsync())[^1].Name);
    }

    [Fact]
    public async Task SignedTransactionThatTheAccountCannotPay_HasItsNonceTakenBackAndHoldsUpNobody()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync(key: new PrivateKey(Keccak256.Hash("poor"u8).ToArray()));
        await harness.FundAsync(_ether / 10ul);

        // As a former run left it, when there was still money.
        ulong id = (await harness.Outbox.EnqueueAsync(SenderHarness.Intent("bond", value: 900_000_000_000_000_000), SenderHarness.None)).Entry.Id;
        await harness.Outbox.ChangeAsync(id, new OutboxChange.Signed(await AttemptAsync(harness, "bond", 0, 900_000_000_000_000_000)), SenderHarness.None);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("gas only"), SenderHarness.None);
        harness.Run().MineSteadily();
        await harness.UntilAsync("gas only", OutboxState.Confirmed);
        await harness.UntilAsync("bond", OutboxState.Queued);
        Assert.Equal(["", "gas only"], (await harness.LandedAsync()).Select(landed => landed.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SignedTransactionOfAFormerRun_IsSentAsItIs()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        SignedAttempt attempt = await AttemptAsync(harness, "a", 0, 0);
        ulong id = (await harness.Outbox.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None)).Entry.Id;
        await harness.Outbox.ChangeAsync(id, new OutboxChange.Signed(attempt), SenderHarness.None);
        await harness.Outbox.EnqueueAsync(SenderHarness.Intent("b", priority: 5), SenderHarness.None);
        harness.Run().MineSteadily();
        await harness.UntilAllFinalAsync();
        List<Landed> landed = await harness.LandedAsync();
        Assert.Equal(["a", "b"], landed.Select(one => one.Name));
        Assert.Equal(attempt.Hash, landed[0].Hash);
    }

    [Fact]
    public async Task NodeOfAnotherChain_OrJournalOfAnotherAccount_IsRefused()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        ulong id = (await harness.Outbox.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None)).Entry.Id;
        await harness.Outbox.ChangeAsync(id, new OutboxChange.Signed((await AttemptAsync(harness, "a", 0, 0)) with { Account = SenderHarness.Target }), SenderHarness.None);
        using var foreign = new TransactionSender(
            harness.Chain, harness.Signer, harness.Outbox, harness.Guard, new SenderOptions { ChainId = 900, Policy = harness.Policy });
        SenderException error = await Assert.ThrowsAsync<SenderException>(() => foreign.RunAsync(SenderHarness.None));
        Assert.Contains($"{SenderHarness.Target}", error.Message, StringComparison.Ordinal);
        using var wrong = new TransactionSender(
            harness.Chain, harness.Signer, harness.Outbox, harness.Guard, new SenderOptions { ChainId = 1, Policy = harness.Policy });
        error = await Assert.ThrowsAsync<SenderException>(() => wrong.RunAsync(SenderHarness.None));
        Assert.Contains("chain 900, not 1", error.Message, StringComparison.Ordinal);
    }

    private static async Task<SignedAttempt> AttemptAsync(SenderHarness harness, string name, ulong nonce, ulong value)
    {
        SignedTransaction signed = await harness.Signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = 900,
                Nonce = nonce,
                MaxPriorityFeePerGas = 1_000_000_000,
                MaxFeePerGas = 5_000_000_000,
                GasLimit = 60_000,
                To = SenderHarness.Target,
                Value = value,
                Data = Encoding.UTF8.GetBytes("move " + name),
            },
            SenderHarness.None);
        return new SignedAttempt
        {
            Account = signed.Sender,
            Nonce = nonce,
            Hash = signed.Hash,
            Raw = signed.Raw,
            GasLimit = 60_000,
            MaxFeePerGas = 5_000_000_000,
            MaxPriorityFeePerGas = 1_000_000_000,
            SignedAt = Samples.Time,
        };
    }
}
