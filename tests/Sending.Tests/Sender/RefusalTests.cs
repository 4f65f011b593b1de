using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>
/// What refusals lead to. Before, three refusals by one odd endpoint took a move's nonce back, although another, silent to us, had the move in its
/// pool and had told it to everybody.
/// </summary>
public sealed class RefusalTests
{
    public static TheoryData<string> OthersThatMayHaveIt { get; } = ["says nothing", "takes it and says nothing", "names another hash", "is full"];

    [Theory]
    [MemberData(nameof(OthersThatMayHaveIt))]
    public async Task RefusalByOne_WhereAnotherHasNotRefused_TakesNoNonceBack(string other)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode odd = await ScriptedNode.StartAsync(anvil.Url);
        await using ScriptedNode second = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        odd.Script = (_, _) => ScriptedNode.Error(-32000, other == "is full" ? "insufficient funds for gas * price + value" : "internal error 7");
        second.IsSilent = other == "says nothing";
        second.IsMute = other == "takes it and says nothing";
        second.Script = (_, _) => other switch
        {
            "names another hash" => ScriptedNode.Result(Keccak256.Hash("other"u8).ToString()),
            "is full" => ScriptedNode.Error(-32000, "txpool is full"),
            _ => null,
        };
        await using RpcEndpoint first = new(EndpointUrl.Parse(odd.Url));
        await using RpcEndpoint behind = new(EndpointUrl.Parse(second.Url));
        int looks = 0;
        harness.Guard.Answer = _ =>
        {
            Interlocked.Increment(ref looks);
            return IntentVerdict.Wanted;
        };
        harness.Run(options => options with
        {
            Endpoints = [new SendingEndpoint("odd", first), new SendingEndpoint("second", behind)],
            OfferLimit = TimeSpan.FromMilliseconds(200),
            ResubmitAfter = TimeSpan.FromMilliseconds(20),
            RefusalsBeforeCancel = 1,
        });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", 1000, DateTimeOffset.UtcNow.AddHours(1), 9), SenderHarness.None);
        await Eventually.TrueAsync(() => Volatile.Read(ref looks) > 12, SenderHarness.Patience); // looked at 12 times; three would do
        OutboxEntry entry = await harness.EntryAsync("a");
        Assert.Equal(0ul, entry.Nonce);
        Assert.DoesNotContain(entry.Attempts, attempt => attempt.Purpose == AttemptPurpose.Cancel);
        if (other is "says nothing" or "takes it and says nothing")
        {
            Danger held = Assert.Single(harness.Sender.Dangers, danger => danger.Code == "sender-held");
            Assert.Contains("second may have it", held.Problem, StringComparison.Ordinal);
        }

        (second.IsSilent, second.IsMute, second.Script) = (false, false, (_, _) => null);
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("a", OutboxState.Confirmed);
        Assert.DoesNotContain(done.Attempts, attempt => attempt.Purpose == AttemptPurpose.Cancel);
        Assert.Equal("a", Assert.Single(await harness.LandedAsync()).Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // what an earlier run knew is remembered by the journal: that somebody took it
    public async Task RefusalByOne_OfWhatAnotherTookAndIsGone_TakesNoNonceBack(bool isRestarted)
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode odd = await ScriptedNode.StartAsync(anvil.Url);
        ScriptedNode second = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        odd.Script = (_, _) => ScriptedNode.Error(-32000, "internal error 7");
        await using RpcEndpoint first = new(EndpointUrl.Parse(odd.Url));
        await using RpcEndpoint behind = new(EndpointUrl.Parse(second.Url), new RpcOptions { MaxRetries = 0 });
        Func<SenderOptions, SenderOptions> with = options => options with
        {
            Endpoints = [new SendingEndpoint("odd", first), new SendingEndpoint("second", behind)],
            ResubmitAfter = TimeSpan.FromMilliseconds(20),
            RefusalsBeforeCancel = 1,
        };
        harness.Run(with);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", 1000), SenderHarness.None);
        OutboxEntry sent = await harness.UntilAsync("a", OutboxState.Sent);
        if (isRestarted)
        {
            await harness.StopAsync();
        }

        await second.DisposeAsync(); // it refuses connections from here on
        await harness.AskAsync("anvil_dropTransaction", sent.Attempts[0].Hash.ToString());
        if (isRestarted)
        {
            harness.Run(with);
        }

        int asked = odd.Asked.Count;
        await Eventually.TrueAsync(() => odd.Asked.Count > asked + 12, SenderHarness.Patience);
        Assert.DoesNotContain((await harness.EntryAsync("a")).Attempts, attempt => attempt.Purpose == AttemptPurpose.Cancel);
        odd.Script = (_, _) => null;
        harness.MineSteadily();
        await harness.UntilAsync("a", OutboxState.Confirmed);
    }

    // Otherwise one endpoint that is silent for ever, and one that refuses for a reason of its own, would hold every later move until the deadline.
    [Fact]
    public async Task RefusalByOne_WhereAnotherKeepsSilent_TakesTheNonceBackOnceBlocksHavePassed()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode odd = await ScriptedNode.StartAsync(anvil.Url);
        await using ScriptedNode second = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        odd.Script = (_, _) => ScriptedNode.Error(-32000, "internal error 7");
        second.IsSilent = true;
        await using RpcEndpoint first = new(EndpointUrl.Parse(odd.Url));
        await using RpcEndpoint behind = new(EndpointUrl.Parse(second.Url));
        harness.Run(options => options with
        {
            Endpoints = [new SendingEndpoint("odd", first), new SendingEndpoint("second", behind)],
            OfferLimit = TimeSpan.FromMilliseconds(200),
            ResubmitAfter = TimeSpan.FromMilliseconds(20),
        });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a", 1000, DateTimeOffset.UtcNow.AddHours(1), 9), SenderHarness.None);
        await Eventually.TrueAsync(() => harness.Sender.Dangers.Any(danger => danger.Code == "sender-held"), SenderHarness.Patience);
        await harness.AskAsync("anvil_mine", "0x1e");
        DateTime end = DateTime.UtcNow + SenderHarness.Patience;
        while (!(await harness.EntryAsync("a")).Attempts.Any(attempt => attempt.Purpose == AttemptPurpose.Cancel))
        {
            Assert.True(DateTime.UtcNow < end, "the nonce is kept for ever");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task RefusalByAllThatCanBeReached_TakesTheNonceBack()
    {
        // An endpoint to which there is no connection has nothing of ours, and keeps nobody waiting.
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode odd = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        string marked = Hex.Encode("move bad"u8)[2..];
        odd.Script = (_, parameters) => ((string?)parameters[0])?.Contains(marked, StringComparison.Ordinal) == true ? ScriptedNode.Error(-32099, "internal error 7") : null;
        await using RpcEndpoint first = new(EndpointUrl.Parse(odd.Url));
        await using RpcEndpoint nobody = new(EndpointUrl.Parse("http://127.0.0.1:9"));
        harness.Run(options => options with { Endpoints = [new SendingEndpoint("odd", first), new SendingEndpoint("nobody", nobody)] });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("bad", priority: 1), SenderHarness.None);
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("good"), SenderHarness.None);
        await harness.UntilAsync("bad", entry => !entry.Attempts.IsEmpty && entry.Attempts[^1].Purpose == AttemptPurpose.Cancel);
        harness.MineSteadily();
        await harness.UntilAsync("good", OutboxState.Confirmed);
    }

    [Fact]
    public async Task PrivateEndpointThatAlwaysRefuses_IsPassedOver_AndNothingIsTakenBack()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync("--no-mining");
        await using ScriptedNode hidden = await ScriptedNode.StartAsync(anvil.Url);
        await using SenderHarness harness = await SenderHarness.StartAsync(anvil);
        hidden.Script = (_, _) => ScriptedNode.Error(-32000, "we take bundles of members alone");
        await using RpcEndpoint secret = new(EndpointUrl.Parse(hidden.Url));
        harness.Run(options => options with
        {
            PrivateEndpoints = [new SendingEndpoint("private", secret)],
            PublicSlack = TimeSpan.FromHours(1),
            ResubmitAfter = TimeSpan.FromMilliseconds(50),
        });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("step", 1000, DateTimeOffset.UtcNow.AddHours(3)), SenderHarness.None);
        OutboxEntry sent = await harness.UntilAsync("step", OutboxState.Sent);
        Assert.Equal(3, sent.Attempts.Length); // signed anew after each of two refusals; after the third all are asked
        Assert.Equal(4, hidden.Count("eth_sendRawTransaction"));
        harness.MineSteadily();
        OutboxEntry done = await harness.UntilAsync("step", OutboxState.Confirmed);
        Assert.DoesNotContain(done.Attempts, attempt => attempt.Purpose == AttemptPurpose.Cancel);
    }

    [Fact]
    public void LateAnswerToAnEarlierAttempt_SaysNothingOfALaterOne()
    {
        OutboxEntry entry = Entry(1);
        OutboxEntry raised = Entry(2);
        Holders holders = new();
        holders.Begin(entry, ["a", "b"]);
        Assert.Empty(holders.Of(entry));
        int? first = holders.OnItsWay("a", entry);
        int? second = holders.OnItsWay("a", raised);
        holders.Answered("a", raised, SendOutcome.Taken, neverArrived: false, second);
        holders.Answered("a", entry, SendOutcome.Refused, neverArrived: false, first);
        Assert.Equal(["a"], holders.Of(entry));

        // One that was not reached has what it had before; one that refuses the latest has nothing that counts.
        int? third = holders.OnItsWay("b", raised);
        holders.Answered("b", raised, SendOutcome.Unknown, neverArrived: true, third);
        Assert.Equal(["a"], holders.Of(entry));
        int? fourth = holders.OnItsWay("a", raised);
        holders.Answered("a", raised, SendOutcome.Unknown, neverArrived: true, fourth);
        Assert.Equal(["a"], holders.Of(entry));
        int? fifth = holders.OnItsWay("a", raised);
        holders.Answered("a", raised, SendOutcome.Refused, neverArrived: false, fifth);
        Assert.Empty(holders.Of(entry));
        holders.Keep(new HashSet<ulong>());
        Assert.Null(holders.OnItsWay("a", raised)); // an answer that comes after all is over leaves nothing behind
        Assert.Empty(holders.Of(entry));
    }

    private static OutboxEntry Entry(int attempts) => new()
    {
        Id = 1,
        Intent = Outbox.Samples.Intent("a"),
        EnqueuedAt = Outbox.Samples.Time,
        Attempts = [.. Enumerable.Range(0, attempts).Select(i => Outbox.Samples.Attempt(7, $"{i}"))],
    };
}
