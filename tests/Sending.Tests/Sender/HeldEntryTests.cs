using System.Text;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>
/// What goes wrong with one entry holds that entry, with its reason, and no other. Before, one answer that could not be had for one transaction,
/// or one refusal of the signer, ended every cycle before anything new was sent.
/// </summary>
public sealed class HeldEntryTests
{
    public static TheoryData<string> ReceiptTroubles { get; } = ["indexing", "refused", "batch fails", "garbled", "no object"];

    public static TheoryData<string> SignerTroubles { get; } = ["refuses", "unreachable", "away", "timeout", "breaks", "lies"];

    [Theory]
    [MemberData(nameof(ReceiptTroubles))]
    public async Task ReceiptThatCannotBeHad_HoldsUpNoNewMove(string trouble)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        bool isTroubled = true;
        string hash = "";
        node.Script = (method, parameters) => !isTroubled || method != "eth_getTransactionReceipt" || (string?)parameters[0] != hash ? null : trouble switch
        {
            "indexing" => ScriptedNode.Error(-32000, "transaction indexing is in progress"),
            "refused" => ScriptedNode.Error(-32601, "the method eth_getTransactionReceipt is not available"),
            "garbled" => ScriptedNode.Result(new JsonObject { ["transactionHash"] = "0x" }),
            "no object" => ScriptedNode.Result("0x01"),
            _ => null,
        };
        node.Instead = body => isTroubled && trouble == "batch fails" && body.Contains("eth_getTransactionReceipt", StringComparison.Ordinal) && body.Contains(hash, StringComparison.Ordinal)
            ? (500, "<html>bad gateway</html>")
            : null;

        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMinutes(1) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("old"), SenderHarness.None);
        hash = (await harness.UntilAsync("old", OutboxState.Sent)).Attempts[0].Hash.ToString();
        await harness.MineAsync(3);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("new"), SenderHarness.None);
        await harness.UntilAsync("new", OutboxState.Sent);
        Assert.Equal(OutboxState.Sent, (await harness.EntryAsync("old")).State);
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "sender-held" && danger.Problem.Contains("receipt", StringComparison.Ordinal)), SenderHarness.Patience);

        isTroubled = false;
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal(["old", "new"], (await harness.LandedAsync()).Select(landed => landed.Name));
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Count == 0, SenderHarness.Patience);
    }

    [Fact]
    public async Task ReplacedTransaction_OfWhichOneReceiptCannotBeHad_IsFinishedByTheOther()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        string first = "";
        node.Script = (method, parameters) => first.Length > 0 && method == "eth_getTransactionReceipt" && (string?)parameters[0] == first
            ? ScriptedNode.Error(-32000, "transaction indexing is in progress")
            : null;
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        first = (await harness.UntilAsync("a", OutboxState.Sent)).Attempts[0].Hash.ToString();
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(40_000_000_000));
        await harness.MineAsync();
        await harness.UntilAsync("a", entry => entry.Attempts.Length > 1);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.NotEqual(first, done.Mined!.TransactionHash.ToString());
    }

    [Theory]
    [MemberData(nameof(SignerTroubles))]
    public async Task SignerThatDoesNotSignOne_HoldsThatOneWithItsReason(string trouble)
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        PickySigner signer = new(harness.Signer, trouble);
        harness.Run(options => options with { Describe = entry => $"move {Encoding.UTF8.GetString(entry.Intent.Key.Span)}" }, signer).MineSteadily();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("bad", priority: 2000, deadline: DateTimeOffset.UtcNow.AddHours(1)), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("good", priority: 2000, deadline: DateTimeOffset.UtcNow.AddHours(2)), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("usual"), SenderHarness.None);
        await harness.UntilAsync("good", OutboxState.Confirmed);
        await harness.UntilAsync("usual", OutboxState.Confirmed);
        Assert.Equal(OutboxState.Queued, (await harness.EntryAsync("bad")).State);
        Danger danger = Assert.Single(harness.Sender.Dangers, danger => danger.Code == "sender-held");
        Assert.StartsWith("move bad: ", danger.Problem, StringComparison.Ordinal);
        Assert.Equal(DangerSeverity.Page, danger.Severity);
        Assert.NotNull(danger.Deadline);

        signer.IsWilling = true;
        await harness.UntilAsync("bad", OutboxState.Confirmed);
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Count == 0, SenderHarness.Patience);
    }

    [Theory]
    [InlineData("unreachable")]
    [InlineData("away")] // as our own signers say it; before, only the entry was held
    [InlineData("timeout")]
    public async Task SignerThatCannotBeReached_IsADanger_AndNothingElseClearsIt(string trouble)
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        PickySigner signer = new(harness.Signer, trouble) { RefusesAll = true };
        harness.Run(signer: signer).MineSteadily();
        harness.Guard.Verdicts["done"] = new IntentVerdict(IntentStanding.Effective, "it is there");
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        await Eventually.TrueAsync(() => Unreachable(harness), SenderHarness.Patience);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("done"), SenderHarness.None);
        await harness.UntilAsync("done", OutboxState.Superseded); // another notice, of what went well
        Assert.True(Unreachable(harness));
        signer.RefusesAll = false;
        signer.IsWilling = true;
        await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.False(Unreachable(harness));
    }

    [Fact]
    public async Task SignerThatIsAwayWhenReplacementsAreDue_IsADanger_AskedOnceACycle()
    {
        // Before, each of them paid the signer's time limit in each cycle, and no danger was told.
        await using SenderHarness harness = await SenderHarness.StartAsync();
        PickySigner signer = new(harness.Signer, "away");
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMilliseconds(20) }, signer);
        for (int i = 0; i < 6; i++)
        {
            await harness.Sender.EnqueueAsync(SenderHarness.Intent($"{i}"), SenderHarness.None);
            await harness.UntilAsync($"{i}", OutboxState.Sent);
        }

        int looks = 0;
        harness.Guard.Answer = name =>
        {
            _ = name == "0" ? Interlocked.Increment(ref looks) : 0;
            return IntentVerdict.Wanted;
        };
        signer.RefusesAll = true;
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(40_000_000_000));
        await harness.MineAsync();
        await Eventually.TrueAsync(() => Unreachable(harness), SenderHarness.Patience);
        (int asked, int seen) = (signer.Refused, Volatile.Read(ref looks));
        await Eventually.TrueAsync(() => Volatile.Read(ref looks) > seen + 12, SenderHarness.Patience);
        Assert.InRange(signer.Refused - asked, 0, Volatile.Read(ref looks) - seen + 2); // a look and its question may lie on both sides of either reading
        signer.RefusesAll = false;
        harness.MineSteadily();
        await harness.UntilAllFinalAsync();
        Assert.Equal(["0", "1", "2", "3", "4", "5"], (await harness.LandedAsync()).Select(landed => landed.Name));
    }

    private static bool Unreachable(SenderHarness harness) => harness.Sender.Dangers.Any(danger => danger.Code == "signer-unreachable");

    [Theory]
    [InlineData("transaction type not supported by this pool policy")]
    [InlineData("rejected by compliance filter")]
    [InlineData("internal error 7")]
    public async Task UnknownRefusal_IsEstimatedAndSignedAnew_BeforeTheNonceIsTakenBack(string words)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode node = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil, node.Url);
        string marked = Hex.Encode("move bad"u8)[2..];
        node.Script = (method, parameters) => method == "eth_sendRawTransaction" && ((string)parameters[0]!).Contains(marked, StringComparison.Ordinal)
            ? ScriptedNode.Error(-32099, words)
            : null;
        harness.Run();
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("bad", priority: 1), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("good"), SenderHarness.None);
        OutboxEntry cancelled = await harness.UntilAsync("bad", entry => !entry.Attempts.IsEmpty && entry.Attempts[^1].Purpose == AttemptPurpose.Cancel);
        Assert.Equal(3, cancelled.Attempts.Count(attempt => attempt.Purpose == AttemptPurpose.Call));
        Assert.True(node.Count("eth_estimateGas") >= 4, $"{node.Count("eth_estimateGas")} estimates"); // one each to begin with, and one before each new signature
        harness.MineSteadily();
        await harness.UntilAsync("good", OutboxState.Confirmed);
    }

    [Theory]
    [InlineData(IntentStanding.Unwanted)]
    [InlineData(IntentStanding.Effective)]
    [InlineData(IntentStanding.Unknown)]
    public async Task OneOddAnswerOfTheCheck_CancelsNothing(IntentStanding standing)
    {
        // Before, a single garbled answer took a good transaction's nonce back.
        await using SenderHarness harness = await SenderHarness.StartAsync();
        int odd = 1;
        harness.Guard.Answer = name => name == "a" && Interlocked.Decrement(ref odd) == 0 ? new IntentVerdict(standing, "odd") : IntentVerdict.Wanted;
        SignedAttempt first;
        odd = int.MaxValue;
        harness.Run(options => options with { ResubmitAfter = TimeSpan.FromMilliseconds(40) });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        first = (await harness.UntilAsync("a", OutboxState.Sent)).Attempts[0];
        await harness.AskAsync("anvil_dropTransaction", first.Hash.ToString()); // so that blocks pass over it
        await harness.MineAsync(2);
        Interlocked.Exchange(ref odd, 1);
        await Eventually.TrueAsync(() => Volatile.Read(ref odd) < -8, SenderHarness.Patience); // asked again and again after the odd answer
        Assert.DoesNotContain((await harness.EntryAsync("a")).Attempts, attempt => attempt.Purpose == AttemptPurpose.Cancel);
        harness.MineSteadily();
        await harness.UntilAsync("a", OutboxState.Confirmed);
    }

    /// <summary>A signer with a fault for transactions that say "bad": none of ours can be made to fail at will.</summary>
    private sealed class PickySigner(ISigner inner, string trouble) : ISigner
    {
        public bool IsWilling { get; set; }

        public bool RefusesAll { get; set; }

        public int Refused { get; private set; }

        public Address Address => inner.Address;

        public Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken)
        {
            if (IsWilling || !(RefusesAll || transaction.Data.Span.EndsWith("bad"u8)))
            {
                return inner.SignAsync(transaction, cancellationToken);
            }

            Refused++;
            return trouble switch
            {
                "away" => throw new AccountException("KMS key 7: no answer to Sign within 10 s") { IsTransient = true },
                "refuses" => throw new AccountException("toAddresses: not allowed (-32011)"),
                "unreachable" => throw new RpcException(RpcErrorKind.Network, "connection refused"),
                "timeout" => throw new TimeoutException("no answer within 10 s"),
                "breaks" => throw new InvalidOperationException("the module is locked"),
                _ => inner.SignAsync(transaction with { GasLimit = transaction.GasLimit + 1 }, cancellationToken),
            };
        }
    }
}
