using System.Diagnostics;
using System.Text;

namespace Gavel.Sending.Tests.Outbox;

public sealed class JournalOutboxTests : IDisposable
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Crc32C_IsTheKnownAnswer() =>
        Assert.Equal(0xE3069283u, JournalFormat.Crc32C("123456789"u8));

    [Fact]
    public async Task Enqueue_WithAKnownKey_GivesTheFirstEntry()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        Enqueued first = await outbox.EnqueueAsync(Samples.Intent("a", 1), _none);
        Enqueued second = await outbox.EnqueueAsync(Samples.Intent("a", 2), _none);
        Assert.True(first.Added);
        Assert.False(second.Added);
        Assert.Equal(Samples.Shown(first.Entry), Samples.Shown(second.Entry));
        Assert.Equal(1, second.Entry.Intent.Priority);
    }

    [Fact]
    public async Task Enqueue_OfOneKeyFromManyThreads_AddsItOnce()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        Enqueued[] all = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
            await outbox.EnqueueAsync(Samples.Intent($"key {i % 100}"), _none))));
        Assert.Equal(100, all.Count(enqueued => enqueued.Added));
        Assert.Equal(100, (await outbox.ListAsync(default, _none)).Select(entry => entry.Id).Distinct().Count());
    }

    [Fact]
    public async Task EveryState_SurvivesReopening()
    {
        string[] before;
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            await FillAsync(outbox);
            before = await Samples.ShownAsync(outbox);
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Equal(before, await Samples.ShownAsync(again));
        Assert.Equal(new JournalRecovery(before.Length, null, 0), again.Recovery);
        Assert.Equal(Enum.GetValues<OutboxState>().Order(), (await again.ListAsync(default, _none)).Select(entry => entry.State).Distinct().Order());
    }

    [Fact]
    public async Task Compaction_KeepsEveryEntryAndTheCountOfIds()
    {
        string[] before;
        ulong last;
        var options = new JournalOptions { Clock = new SteppedClock(Samples.Time.AddDays(1)) };
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, options))
        {
            await FillAsync(outbox);
            before = await Samples.ShownAsync(outbox);
            last = (await outbox.ListAsync(default, _none))[^1].Id;
            await outbox.CompactAsync(_none);
            Assert.Equal(before, await Samples.ShownAsync(outbox));
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Equal(before, await Samples.ShownAsync(again));
        Assert.Equal(last + 1, (await again.EnqueueAsync(Samples.Intent("later"), _none)).Entry.Id);
    }

    [Fact]
    public async Task Compaction_DropsOldFinalEntriesOnlyAndNeverAnIdTwice()
    {
        var clock = new SteppedClock(DateTimeOffset.UtcNow.AddDays(30));
        var options = new JournalOptions { Clock = clock };
        ulong last;
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, options))
        {
            await FillAsync(outbox);
            last = (await outbox.ListAsync(default, _none))[^1].Id;
            await outbox.CompactAsync(_none);
            Assert.All(await outbox.ListAsync(default, _none), entry => Assert.False(entry.IsFinal));
            Assert.Null(await outbox.FindAsync("confirmed"u8.ToArray(), _none));
            Assert.NotNull(await outbox.FindAsync("sent"u8.ToArray(), _none));
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal, options);
        Assert.Equal(last + 1, (await again.EnqueueAsync(Samples.Intent("confirmed"), _none)).Entry.Id);
    }

    [Fact]
    public async Task Journal_CompactsItselfWhenLong()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, new JournalOptions { CompactAbove = 20_000 });
        ulong id = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry.Id;
        await outbox.RecordAsync(id, new OutboxChange.Signed(Samples.Attempt(1, "a")), _none);
        for (int i = 0; i < 500; i++)
        {
            await outbox.RecordAsync(id, new OutboxChange.Sent(Samples.Hash("a"), Samples.Time), _none);
        }

        Assert.True(outbox.Length <= 20_100, $"{outbox.Length} bytes");
    }

    [Fact]
    public async Task SecondOpening_IsRefusedHereAndInAnotherProcess()
    {
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            Assert.Equal(OutboxFault.Locked, Assert.Throws<OutboxException>(() => JournalOutbox.Open(_folder.Journal)).Fault);
            using Process other = Process.Start("flock", ["--nonblock", "--exclusive", _folder.Journal + ".lock", "true"]);
            await other.WaitForExitAsync();
            Assert.Equal(1, other.ExitCode);
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
    }

    [Fact]
    public async Task UnfinishedCompaction_OfAKilledProcess_IsForgotten()
    {
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            await outbox.EnqueueAsync(Samples.Intent("a"), _none);
        }

        await File.WriteAllTextAsync(_folder.Journal + ".new", "half of a new file");
        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.NotNull(await again.FindAsync("a"u8.ToArray(), _none));
        Assert.False(File.Exists(_folder.Journal + ".new"));
    }

    [Fact]
    public async Task FullDisk_FaultsTheOutboxAndLosesNothingThatWasPromised()
    {
        var failing = new FullDisk();
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, new JournalOptions { FailPoints = failing }))
        {
            await outbox.EnqueueAsync(Samples.Intent("kept"), _none);
            failing.IsFull = true;
            OutboxException error = await Assert.ThrowsAsync<OutboxException>(async () => await outbox.EnqueueAsync(Samples.Intent("lost"), _none));
            Assert.Equal(OutboxFault.WriteFailed, error.Fault);
            failing.IsFull = false;
            await Assert.ThrowsAsync<OutboxException>(async () => await outbox.EnqueueAsync(Samples.Intent("later"), _none));
            Assert.Null(await outbox.FindAsync("lost"u8.ToArray(), _none));
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Equal("kept", Encoding.UTF8.GetString(Assert.Single(await again.ListAsync(default, _none)).Intent.Key.Span));
    }

    [Fact]
    public async Task Nonce_IsLetGoOnlyWithProof()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        ulong id = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry.Id;
        await outbox.RecordAsync(id, new OutboxChange.Signed(Samples.Attempt(5, "call")), _none);
        OutboxChange[] forbidden =
        [
            new OutboxChange.Signed(Samples.Attempt(6, "with another nonce")),
            new OutboxChange.Signed(Samples.Attempt(5, "call")),
            new OutboxChange.Superseded("somebody did it", Samples.Time),
            new OutboxChange.Refused("no", default, Samples.Time),
            new OutboxChange.Confirmed(Samples.Mined("not ours"), Samples.Time),
            new OutboxChange.Sent(Samples.Hash("not ours"), Samples.Time),
            new OutboxChange.Unmined("was never mined", Samples.Time),
        ];
        foreach (OutboxChange change in forbidden)
        {
            OutboxException error = await Assert.ThrowsAsync<OutboxException>(async () => await outbox.RecordAsync(id, change, _none));
            Assert.Equal(OutboxFault.BadTransition, error.Fault);
        }

        await outbox.RecordAsync(id, new OutboxChange.Confirmed(Samples.Mined("call"), Samples.Time), _none);
        await Assert.ThrowsAsync<OutboxException>(async () => await outbox.RecordAsync(99, new OutboxChange.Unmined("no such entry", Samples.Time), _none));
    }

    [Fact]
    public async Task ReorganisedEntry_IsInFlightAgainAndItsExpenseGone()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        ulong id = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry.Id;
        await outbox.RecordAsync(id, new OutboxChange.Signed(Samples.Attempt(5, "call")), _none);
        await outbox.RecordAsync(id, new OutboxChange.Sent(Samples.Hash("call"), Samples.Time), _none);
        OutboxEntry done = await outbox.RecordAsync(id, new OutboxChange.Confirmed(Samples.Mined("call"), Samples.Time), _none);
        OutboxEntry back = await outbox.RecordAsync(id, new OutboxChange.Unmined("reorganised", Samples.Time), _none);
        Assert.Equal(OutboxState.Confirmed, done.State);
        Assert.Single(done.Expenses);
        Assert.Equal(OutboxState.Sent, back.State);
        Assert.Empty(back.Expenses);
        Assert.Equal(5ul, back.Nonce);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Intent.MaxKeySize + 1)]
    public async Task Key_OutOfBounds_IsRefused(int size)
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        Intent intent = Samples.Intent("a") with { Key = new byte[size] };
        await Assert.ThrowsAsync<ArgumentException>(async () => await outbox.EnqueueAsync(intent, _none));
    }

    [Fact]
    public async Task ClosedOutbox_SaysSo()
    {
        JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        await outbox.DisposeAsync();
        OutboxException error = await Assert.ThrowsAsync<OutboxException>(async () => await outbox.EnqueueAsync(Samples.Intent("a"), _none));
        Assert.Equal(OutboxFault.Closed, error.Fault);
    }

    /// <summary>One entry in each state, named after it, and one that went back to the queue.</summary>
    internal static async Task FillAsync(IOutbox outbox)
    {
        ulong nonce = 0;
        foreach (string name in (string[])["queued", "signed", "sent", "confirmed", "superseded", "cancelled", "failed", "refused", "requeued"])
        {
            ulong id = (await outbox.EnqueueAsync(Samples.Intent(name, (int)nonce - 3, Samples.Time.AddHours(nonce)), _none)).Entry.Id;
            if (name is "signed" or "sent" or "confirmed" or "cancelled" or "failed" or "requeued")
            {
                await outbox.RecordAsync(id, new OutboxChange.Signed(Samples.Attempt(nonce, name)), _none);
                nonce++;
            }

            if (name is "sent" or "confirmed" or "failed")
            {
                await outbox.RecordAsync(id, new OutboxChange.Sent(Samples.Hash(name), Samples.Time), _none);
                await outbox.RecordAsync(id, new OutboxChange.Signed(Samples.Attempt(nonce - 1, name + " dearer")), _none);
            }

            OutboxChange? last = name switch
            {
                "confirmed" => new OutboxChange.Confirmed(Samples.Mined("confirmed dearer"), Samples.Time),
                "failed" => new OutboxChange.Failed(Samples.Mined("failed"), "ClaimAlreadyExists()", new byte[] { 1, 2, 3, 4 }, Samples.Time),
                "superseded" => new OutboxChange.Superseded("the chain shows it", Samples.Time),
                "refused" => new OutboxChange.Refused("would revert", new byte[] { 5, 6 }, Samples.Time),
                "requeued" => new OutboxChange.Requeued("out of gas", 300_000, Samples.Mined("requeued"), Samples.Time),
                _ => null,
            };
            if (name == "cancelled")
            {
                await outbox.RecordAsync(id, new OutboxChange.Signed(Samples.Attempt(nonce - 1, "cancellation", AttemptPurpose.Cancel)), _none);
                await outbox.RecordAsync(id, new OutboxChange.Requeued("cancelled", 0, Samples.Mined("cancellation"), Samples.Time), _none);
                last = new OutboxChange.Superseded("somebody else did it", Samples.Time);
            }

            if (last is not null)
            {
                await outbox.RecordAsync(id, last, _none);
            }
        }
    }

    private sealed class FullDisk : IFailPoints
    {
        public bool IsFull { get; set; }

        public bool TearsWrites => false;

        public void Reached(FailPoint point)
        {
            if (IsFull && point == FailPoint.JournalBeforeWrite)
            {
                throw new IOException("No space left on device");
            }
        }
    }

    private sealed class SteppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
