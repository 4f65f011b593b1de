using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>To whom transactions are offered, when they are replaced, and who else sends from the account.</summary>
public sealed class OfferTests
{
    public static TheoryData<string> Endpoints { get; } = ["silent", "gone", "page", "error", "another hash"];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task SendingEndpointInTrouble_CostsNothing_AndIsTold(string trouble)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        node.IsSilent = trouble == "silent";
        node.Instead = _ => trouble switch { "page" => (200, "<html>hello</html>"), "error" => (502, "bad gateway"), _ => null };
        node.Script = (_, _) => trouble == "another hash" ? ScriptedNode.Result(Keccak256.Hash("other"u8).ToString()) : null;
        await using RpcEndpoint troubled = new(EndpointUrl.Parse(trouble == "gone" ? "http://127.0.0.1:9" : node.Url));
        await using RpcEndpoint good = new(EndpointUrl.Parse(anvil.Url));
        harness.Run(options => options with
        {
            Endpoints = [new SendingEndpoint("troubled", troubled), new SendingEndpoint("good", good)],
            OfferLimit = TimeSpan.FromSeconds(2),
            ResubmitAfter = TimeSpan.FromMinutes(1),
        });
        for (int i = 0; i < 12; i++)
        {
            await harness.Sender.EnqueueAsync(SenderHarness.Intent($"{i}"), SenderHarness.None);
        }

        for (int i = 0; i < 12; i++)
        {
            await harness.UntilAsync($"{i}", OutboxState.Sent);
        }

        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger is { Code: "sending-endpoint-silent", Subject: "troubled" }), SenderHarness.Patience);
        Assert.DoesNotContain(harness.Sender.Dangers, danger => danger.Subject == "good");
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal(12, (await harness.LandedAsync()).Count);
    }

    [Fact]
    public async Task PrivateEndpoint_IsAloneUntilTheSlack_AndThenAllSeeIt()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode hidden = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        hidden.Script = (method, parameters) => method == "eth_sendRawTransaction" ? ScriptedNode.Result(Keccak256.Hash(Hex.Decode((string)parameters[0]!)).ToString()) : null;
        await using RpcEndpoint secret = new(EndpointUrl.Parse(hidden.Url));
        harness.Run(options => options with
        {
            PrivateEndpoints = [new SendingEndpoint("private", secret)],
            PublicSlack = TimeSpan.FromHours(1),
            ResubmitAfter = TimeSpan.FromMilliseconds(50),
        });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("step", 1000, DateTimeOffset.UtcNow.AddHours(3)), SenderHarness.None);
        Hash32 step = (await harness.UntilAsync("step", OutboxState.Sent)).Attempts[0].Hash;
        await Eventually.TrueAsync(() => hidden.Count("eth_sendRawTransaction") >= 3, SenderHarness.Patience);
        Assert.Null(await harness.Chain.FindTransactionAsync(step, SenderHarness.None));

        // What has no deadline has nobody to fear; and its nonce comes after the step's, which has to be seen then.
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("resolve"), SenderHarness.None);
        await harness.UntilAsync("resolve", OutboxState.Sent);
        await Eventually.NotNullAsync(async () => await harness.Chain.FindTransactionAsync(step, SenderHarness.None) is null ? null : "seen", SenderHarness.Patience);
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();

        await harness.Sender.EnqueueAsync(SenderHarness.Intent("late", 1000, DateTimeOffset.UtcNow.AddMinutes(30)), SenderHarness.None);
        await harness.UntilAsync("late", OutboxState.Confirmed);
    }

    [Fact]
    public async Task ChainThatStandsStill_IsNotBidAgainst()
    {
        // Before, a node that took transactions and saw no block made 66 replacements in 26 minutes, up to a tip of 1,772 gwei.
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        string mood = "honest";
        node.Script = (method, parameters) => method != "eth_sendRawTransaction" ? null : mood switch
        {
            "forgetful" => ScriptedNode.Result(Keccak256.Hash(Hex.Decode((string)parameters[0]!)).ToString()),
            "dear" => ScriptedNode.Error(-32000, "replacement transaction underpriced"),
            _ => null,
        };
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMilliseconds(20) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("known", 1000), SenderHarness.None);
        OutboxEntry sent = await harness.UntilAsync("known", OutboxState.Sent);
        await Eventually.TrueAsync(() => node.Count("eth_getTransactionByHash") > 30, SenderHarness.Patience); // looked at 30 times
        Assert.Single((await harness.EntryAsync("known")).Attempts);

        mood = "forgetful";
        await harness.AskAsync("anvil_dropTransaction", sent.Attempts[0].Hash.ToString());
        int offers = node.Count("eth_sendRawTransaction");
        await Eventually.TrueAsync(() => node.Count("eth_sendRawTransaction") > offers + 10, SenderHarness.Patience);
        Assert.Single((await harness.EntryAsync("known")).Attempts); // offered as it is, again and again

        mood = "dear";
        offers = node.Count("eth_sendRawTransaction");
        await Eventually.TrueAsync(() => node.Count("eth_sendRawTransaction") > offers + 20, SenderHarness.Patience);
        SignedAttempt last = (await harness.EntryAsync("known")).Attempts[^1];
        Assert.True(last.MaxPriorityFeePerGas < sent.Attempts[0].MaxPriorityFeePerGas * 2ul, $"tip {last.MaxPriorityFeePerGas}"); // a few for one block, and no more
        mood = "honest";
        harness.MineSteadily();
        await harness.UntilAsync("known", OutboxState.Confirmed);
    }

    [Fact]
    public async Task Replacement_StopsAtTheCapsOfTipAndFee()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with
        {
            ResubmitAfter = TimeSpan.FromMilliseconds(20),
            Fees = new FeeOptions { TipCap = 2_000_000_000, MaxFeeCap = 100_000_000_000 },
        });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await harness.UntilAsync("a", OutboxState.Sent);
        ulong baseFee = 5_000_000_000;
        await Eventually.NotNullAsync(
            async () =>
            {
                await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(baseFee));
                await harness.MineAsync(); // a block that it was too cheap for
                baseFee = Math.Min(baseFee * 3, 200_000_000_000);
                return harness.Notices.Any(notice => notice.Kind == SenderNoticeKind.Held && notice.Message.Contains("over the caps", StringComparison.Ordinal)) ? "held" : null;
            },
            SenderHarness.Patience);
        Assert.All((await harness.EntryAsync("a")).Attempts, attempt =>
            Assert.True(attempt.MaxPriorityFeePerGas <= 2_000_000_000 && attempt.MaxFeePerGas <= 100_000_000_000));
        Assert.Contains(harness.Sender.Dangers, danger => danger.Code == "sender-held" && danger.Problem.Contains("over the caps", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TransactionThatNoNodeKeeps_IsADangerAfterTheLimit()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        node.Script = (method, parameters) => method == "eth_sendRawTransaction" ? ScriptedNode.Result(Keccak256.Hash(Hex.Decode((string)parameters[0]!)).ToString()) : null;
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMilliseconds(50), NotInMempoolAfter = TimeSpan.FromMilliseconds(200) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "not-in-mempool"), SenderHarness.Patience);
        node.Script = (_, _) => null;
        harness.MineSteadily();
        await harness.UntilAsync("a", OutboxState.Confirmed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ForeignTransactions_AreTold_AndNewMovesWaitALook(int count)
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMinutes(1), Confirmations = 1 });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("before"), SenderHarness.None);
        await harness.UntilAsync("before", OutboxState.Sent);
        await harness.MineAsync();
        await harness.UntilAsync("before", OutboxState.Confirmed);
        Assert.Empty(harness.Sender.Dangers);
        for (int i = 1; i <= count; i++)
        {
            await harness.SendForeignAsync((ulong)i);
        }

        await harness.MineAsync();
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "foreign-transaction"), SenderHarness.Patience); // although nothing is queued
        Danger danger = harness.Sender.Dangers.Single();
        Assert.Contains($"nonces 1 to {count}", danger.Problem, StringComparison.Ordinal);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("after"), SenderHarness.None);
        harness.MineSteadily();
        OutboxEntry after = await harness.UntilAsync("after", OutboxState.Confirmed);
        Assert.Equal((ulong)count + 1, after.Nonce);
    }

    [Fact]
    public async Task ForeignTransactionsWhileStopped_AreToldAfterTheRestart()
    {
        // What was expected comes from the journal, not from memory.
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with { Confirmations = 1 }).MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("before"), SenderHarness.None);
        await harness.UntilAsync("before", OutboxState.Confirmed);
        await harness.StopAsync();
        await harness.SendForeignAsync(1);
        await Eventually.NotNullAsync(
            async () => await harness.Chain.GetTransactionCountAsync(harness.Signer.Address, BlockRef.Latest, SenderHarness.None) == 2 ? "mined" : null, SenderHarness.Patience);
        harness.Run();
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "foreign-transaction"), SenderHarness.Patience);
    }

    [Fact]
    public async Task L1ThatCannotBeRead_IsADanger()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        node.Instead = _ => (503, "no backend");
        harness.Run();
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "sender-l1-unread"), SenderHarness.Patience);
        node.Instead = _ => null;
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Count == 0, SenderHarness.Patience);
    }
}
