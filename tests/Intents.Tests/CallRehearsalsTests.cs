using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.Rollup;
using Gavel.Sending;
using Gavel.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.Intents.Tests;

/// <summary>What a rehearsal gives goes into the audit record and the intent; whatever it gives, the intent is made.</summary>
public sealed class CallRehearsalsTests : IDisposable
{
    private static readonly L1View View = new(new BlockId(Samples.Hash("block"), 100), 1_000_000, Samples.Hash("parent"));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-rehearsals-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string, string, string?, ulong> Outcomes => new()
    {
        { "succeeds", "succeeds", null, 60_000 },
        { "reverts", "reverts", "ClaimAlreadyExists()", 0 },
        { "halts", "reverts", "out of gas", 0 },
        { "reverts with text that is hostile", "reverts", null, 0 },
        { "differs", "succeeds", null, 0 },
        { "is not made", "not rehearsed", "too much", 0 },
        { "throws", "not rehearsed", "InvalidOperationException: broken", 0 },
        { "takes gas without end", "succeeds", null, 1 << 23 },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Outcome_GoesIntoTheRecord_AndTheIntentIsMade(string what, string outcome, string? reason, ulong hint)
    {
        NodeOutcome agrees = new(NodeOutcomeKind.Output, default);
        byte[] exists = Hex.Decode("0x80497e3b");
        byte[] hostile = [0x08, 0xc3, 0x79, 0xa0, .. new byte[31], 0x20, .. new byte[31], 0x04, (byte)'\n', 0x1b, 0xff, 0xfe, .. new byte[28]];
        Fake fake = new(() => what switch
        {
            "succeeds" => new Succeeded(50_000, 60_000, [new RehearsedLog(Address.Zero, [Samples.Hash("topic")], new byte[300])], default) { Node = agrees, Requests = 7 },
            "reverts" => new Reverted(30_000, exists, null) { Node = new NodeOutcome(NodeOutcomeKind.Revert, exists) },
            "halts" => new Reverted(30_000, default, "out of gas"),
            "reverts with text that is hostile" => new Reverted(30_000, hostile, null),
            "differs" => new Succeeded(50_000, 60_000, [], default) { Node = new NodeOutcome(NodeOutcomeKind.Revert, exists) },
            "is not made" => new NotRehearsed("too much"),
            "takes gas without end" => new Succeeded(1 << 24, 1 << 24, [], default) { Node = agrees },
            _ => throw new InvalidOperationException("broken"),
        });
        (AuditRecord record, OutboxEntry? entry) = await SubmitAsync(fake, new ChainOptions(), Samples.Game(GameGeneration.V1, 13));
        AuditRehearsal told = record.Rehearsal!;
        Assert.Equal((outcome, what == "differs"), (told.Outcome, told.Differs));
        Assert.Contains(reason ?? "", told.Reason ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told.Reason ?? "");
        Assert.Equal(hint, entry!.Intent.GasHint);
        Assert.Equal(OutboxState.Queued, entry.State);
        RehearsalCall call = Assert.Single(fake.Calls);
        Assert.Equal((View.Block.Hash, TimeSpan.FromSeconds(100)), (call.Block, call.Slack));
        if (what == "succeeds")
        {
            Assert.Equal((50_000UL, "succeeds", 7), (told.GasUsed, told.Node, told.Requests));
            Assert.Equal(2 + (2 * 256), Assert.Single(told.Logs!).Data.Length);
        }
    }

    [Fact]
    public async Task GameThatIsNotPlayed_IsNeverExecuted()
    {
        Fake fake = new(() => throw new InvalidOperationException("executed"));
        GameMetadata game = Samples.Game(GameGeneration.V1, 13);
        foreach ((GameMetadata unplayed, ChainOptions options) in new[]
        {
            (game, new ChainOptions { GameTypes = { 1 } }),
            (game with { Generation = GameGeneration.Unsupported }, new ChainOptions()),
            (game with { Rules = null }, new ChainOptions()),
        })
        {
            Assert.Equal((null, 0UL), await new CallRehearsals(fake, Address.Zero, options, NullLogger.Instance).RehearseAsync(unplayed, Call(), View, 100, default));
        }

        Assert.Empty(fake.Calls);
    }

    [Fact]
    public async Task CallersCancellation_GoesThrough()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        Fake fake = new(() => throw new OperationCanceledException(cancelled.Token));
        CallRehearsals rehearsals = new(fake, Address.Zero, new ChainOptions(), NullLogger.Instance);
        await Assert.ThrowsAsync<OperationCanceledException>(() => rehearsals.RehearseAsync(Samples.Game(GameGeneration.V1, 13), Call(), View, 100, cancelled.Token));
    }

    private static PlannedCall Call() => new(
        new IntentKey(900, IntentKind.Step, Address.Zero, Samples.Hash("claim")),
        FaultDisputeGame.Step(Samples.Game(GameGeneration.V1, 13).Game, 3, true, new byte[32], default),
        1,
        View.Timestamp + 100,
        "a reason",
        3);

    private async Task<(AuditRecord Record, OutboxEntry? Entry)> SubmitAsync(IRehearsal rehearsal, ChainOptions options, GameMetadata game)
    {
        await using JournalOutbox outbox = JournalOutbox.Open(Path.Combine(_folder.FullName, "journal"));
        AuditLog audit = new(Path.Combine(_folder.FullName, "audit"));
        CallRehearsals rehearsals = new(rehearsal, Address.Zero, options, NullLogger.Instance);
        Submitter submitter = new("chain", new TestDesk(outbox), audit, options, new ManualTime(DateTimeOffset.UnixEpoch), NullLogger.Instance, rehearsals);
        PlannedCall call = Call();
        await submitter.SubmitAsync([(game, Samples.Verdict(Gavel.Rollup.Truth.Invalid), call)], View, default);
        return (Assert.Single(audit.Read(game.Game)), await outbox.FindAsync(call.Key.Encode(), default));
    }

    private sealed class Fake(Func<Rehearsal> outcome) : IRehearsal
    {
        public List<RehearsalCall> Calls { get; } = [];

        public Task<Rehearsal> RehearseAsync(RehearsalCall call, CancellationToken cancellationToken)
        {
            Calls.Add(call);
            return Task.FromResult(outcome());
        }
    }
}
