using System.Diagnostics;

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
        await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(1, "a")), _none);
        for (int i = 0; i < 500; i++)
        {
            await outbox.ChangeAsync(id, new OutboxChange.Sent(Samples.Hash("a"), Samples.Time), _none);
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
    public async Task Nonce_IsLetGoOnlyWithProof()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        ulong id = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry.Id;
        await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(5, "call")), _none);
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
            OutboxException error = await Assert.ThrowsAsync<OutboxException>(async () => await outbox.ChangeAsync(id, change, _none));
            Assert.Equal(OutboxFault.BadTransition, error.Fault);
        }

        await outbox.ChangeAsync(id, new OutboxChange.Confirmed(Samples.Mined("call"), Samples.Time), _none);
        await Assert.ThrowsAsync<OutboxException>(async () => await outbox.ChangeAsync(99, new OutboxChange.Unmined("no such entry", Samples.Time), _none));
    }

    [Fact]
    public async Task Change_OfAnEntryThatHasChangedMeanwhile_IsAConflictAndChangesNothing()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        OutboxEntry read = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry;
        OutboxEntry permitted = await outbox.RecordAsync(read.Id, read.Version, new OutboxChange.Permitted(null, 0, Samples.Time), _none);
        foreach (ulong version in (ulong[])[0, read.Version, permitted.Version + 1, ulong.MaxValue])
        {
            OutboxException error = await Assert.ThrowsAsync<OutboxException>(
                async () => await outbox.RecordAsync(read.Id, version, new OutboxChange.Refused("stale", default, Samples.Time), _none));
            Assert.Equal(OutboxFault.Conflict, error.Fault);
        }

        Assert.Equal(Samples.Shown(permitted), Samples.Shown((await outbox.FindAsync("a"u8.ToArray(), _none))!));

        // Of many who read the same entry, one is heard.
        int[] heard = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            try
            {
                await outbox.RecordAsync(read.Id, permitted.Version, new OutboxChange.Signed(Samples.Attempt(3, $"{i}")), _none);
                return 1;
            }
            catch (OutboxException error) when (error.Fault == OutboxFault.Conflict)
            {
                return 0;
            }
        })));
        Assert.Equal(1, heard.Sum());
        Assert.Single((await outbox.FindAsync("a"u8.ToArray(), _none))!.Attempts);
    }

    [Fact]
    public async Task Expiry_IsForWhatHoldsNoNonce_AndIsFinalUntilRequeued()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        ulong id = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry.Id;
        OutboxEntry expired = await outbox.ChangeAsync(id, new OutboxChange.Expired("too late", Samples.Time), _none);
        Assert.True(expired.IsFinal);
        Assert.Empty(await outbox.ListOpenAsync(_none));
        foreach (OutboxChange change in (OutboxChange[])
            [
                new OutboxChange.Expired("again", Samples.Time), new OutboxChange.Permitted(null, 0, Samples.Time),
                new OutboxChange.Signed(Samples.Attempt(1, "a")), new OutboxChange.Unmined("never mined", Samples.Time),
            ])
        {
            await Assert.ThrowsAsync<OutboxException>(async () => await outbox.ChangeAsync(id, change, _none));
        }

        await outbox.ChangeAsync(id, new OutboxChange.Requeued("its deadline moved", 0, null, Samples.Time), _none);
        OutboxEntry permitted = await outbox.ChangeAsync(id, new OutboxChange.Permitted(Samples.Time.AddHours(1), 0, Samples.Time), _none);
        Assert.Equal((OutboxState.Queued, Samples.Time.AddHours(1)), (permitted.State, permitted.Deadline));
        await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(1, "a")), _none);
        OutboxException error = await Assert.ThrowsAsync<OutboxException>(
            async () => await outbox.ChangeAsync(id, new OutboxChange.Expired("holds a nonce", Samples.Time), _none));
        Assert.Equal(OutboxFault.BadTransition, error.Fault);
    }

    [Fact]
    public async Task WhatTheSenderAsksFor_IsWhatTheEntriesSay_AlsoAfterReopeningAndCompaction()
    {
        var options = new JournalOptions { Clock = new SteppedClock(Samples.Time.AddDays(1)) };
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, options))
        {
            await FillAsync(outbox);
            await SameAsync(outbox);
            await outbox.ChangeAsync(4, new OutboxChange.Unmined("reorganised", Samples.Time), _none);
            await SameAsync(outbox);
        }

        var late = new JournalOptions { Clock = new SteppedClock(Samples.Time.AddDays(40)) };
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, late))
        {
            await SameAsync(outbox);
            await outbox.CompactAsync(_none); // drops all that is final
            await SameAsync(outbox);
            Assert.Equal(6ul, await outbox.NextNonceAsync(Samples.Account, _none)); // although no entry tells any more
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal, late);
        Assert.Equal(6ul, await again.NextNonceAsync(Samples.Account, _none));
        Assert.Null(await again.NextNonceAsync(Samples.Target, _none));

        static async Task SameAsync(JournalOutbox outbox)
        {
            IReadOnlyList<OutboxEntry> all = await outbox.ListAsync(default, _none);
            Assert.Equal(all.Where(entry => !entry.IsFinal).Select(Samples.Shown), (await outbox.ListOpenAsync(_none)).Select(Samples.Shown));
            foreach (ulong block in (ulong[])[0, 12, 13])
            {
                Assert.Equal(
                    all.Where(entry => entry.IsFinal && entry.Mined?.BlockNumber >= block).Select(Samples.Shown),
                    (await outbox.ListMinedAsync(block, _none)).Select(Samples.Shown));
            }

            foreach (DateTimeOffset since in (DateTimeOffset[])[Samples.Time.AddHours(-1), Samples.Time, Samples.Time.AddHours(1)])
            {
                UInt256 spent = all.SelectMany(entry => entry.Expenses).Where(expense => expense.At > since).Aggregate(UInt256.Zero, (sum, one) => sum + one.Wei);
                Assert.Equal(spent, await outbox.SpentSinceAsync(since, _none));
            }
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("compacted")]
    public async Task JournalOfVersion1_IsReadWhole_AndWrittenAsVersion2(string name)
    {
        // Recorded by the program of version 1, with what it said of each entry.
        File.Copy(TestKit.Checkout.PathOf("tests", "vectors", "outbox", $"version1-{name}.journal"), _folder.Journal);
        string[] told = await File.ReadAllLinesAsync(TestKit.Checkout.PathOf("tests", "vectors", "outbox", $"version1-{name}.txt"));
        IReadOnlyList<OutboxEntry> seen = JournalSnapshot.Read(_folder.Journal);
        Assert.Equal(1, (await File.ReadAllBytesAsync(_folder.Journal))[8]); // a look changes nothing
        string[] before;
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            IReadOnlyList<OutboxEntry> entries = await outbox.ListAsync(default, _none);
            before = await Samples.ShownAsync(outbox);
            Assert.Equal(before, seen.Select(Samples.Shown));
            Assert.Equal(told.Length, before.Length);
            Assert.All(told.Zip(before), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
            Assert.All(entries, entry => Assert.Equal((entry.Intent.Deadline, null), (entry.Deadline, entry.Permission)));
            Assert.Equal(6ul, await outbox.NextNonceAsync(Samples.Account, _none));
        }

        Assert.Equal(2, (await File.ReadAllBytesAsync(_folder.Journal))[8]);
        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Equal(before, await Samples.ShownAsync(again));
    }

    [Fact]
    public async Task JournalOfVersion1_WithARecordOfVersion2_IsCorrupt()
    {
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            await outbox.EnqueueAsync(Samples.Intent("a"), isPermitted: true, _none);
        }

        byte[] journal = await File.ReadAllBytesAsync(_folder.Journal);
        journal[8] = 1;
        BitConverter.TryWriteBytes(journal.AsSpan(16), JournalFormat.Crc32C(journal.AsSpan(0, 16)));
        await File.WriteAllBytesAsync(_folder.Journal, journal);
        OutboxException error = Assert.Throws<OutboxException>(() => JournalOutbox.Open(_folder.Journal));
        Assert.Equal(OutboxFault.Corrupt, error.Fault);
        Assert.Contains("in a journal of version 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void JournalOfAnotherVersion_IsNamed(uint version)
    {
        byte[] header = new byte[JournalFormat.FileHeaderSize];
        JournalFormat.WriteFileHeader(header, 7);
        BitConverter.TryWriteBytes(header.AsSpan(8), version);
        BitConverter.TryWriteBytes(header.AsSpan(16), JournalFormat.Crc32C(header.AsSpan(0, 16)));
        File.WriteAllBytes(_folder.Journal, header);
        OutboxException error = Assert.Throws<OutboxException>(() => JournalOutbox.Open(_folder.Journal));
        Assert.Equal(OutboxFault.WrongFormat, error.Fault);
        Assert.Contains($"version {version}; this program reads versions 1 to 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReorganisedEntry_IsInFlightAgainAndItsExpenseGone()
    {
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        ulong id = (await outbox.EnqueueAsync(Samples.Intent("a"), _none)).Entry.Id;
        await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(5, "call")), _none);
        await outbox.ChangeAsync(id, new OutboxChange.Sent(Samples.Hash("call"), Samples.Time), _none);
        OutboxEntry done = await outbox.ChangeAsync(id, new OutboxChange.Confirmed(Samples.Mined("call"), Samples.Time), _none);
        OutboxEntry back = await outbox.ChangeAsync(id, new OutboxChange.Unmined("reorganised", Samples.Time), _none);
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
        foreach (string name in (string[])["queued", "signed", "sent", "confirmed", "superseded", "cancelled", "failed", "refused", "requeued", "expired", "permitted"])
        {
            ulong id = (await outbox.EnqueueAsync(Samples.Intent(name, (int)nonce - 3, Samples.Time.AddHours(nonce)), isPermitted: nonce % 2 == 1, _none)).Entry.Id;
            if (name is "signed" or "sent" or "confirmed" or "cancelled" or "failed" or "requeued")
            {
                await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(nonce, name)), _none);
                nonce++;
            }

            if (name is "sent" or "confirmed" or "failed")
            {
                await outbox.ChangeAsync(id, new OutboxChange.Sent(Samples.Hash(name), Samples.Time), _none);
                await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(nonce - 1, name + " dearer")), _none);
            }

            OutboxChange? last = name switch
            {
                "confirmed" => new OutboxChange.Confirmed(Samples.Mined("confirmed dearer"), Samples.Time),
                "failed" => new OutboxChange.Failed(Samples.Mined("failed"), "ClaimAlreadyExists()", new byte[] { 1, 2, 3, 4 }, Samples.Time),
                "superseded" => new OutboxChange.Superseded("the chain shows it", Samples.Time),
                "refused" => new OutboxChange.Refused("would revert", new byte[] { 5, 6 }, Samples.Time),
                "expired" => new OutboxChange.Expired("too late", Samples.Time),
                "permitted" => new OutboxChange.Permitted(Samples.Time.AddDays(2), 3, Samples.Time),
                "requeued" => new OutboxChange.Requeued("out of gas", 300_000, Samples.Mined("requeued"), Samples.Time),
                _ => null,
            };
            if (name == "cancelled")
            {
                await outbox.ChangeAsync(id, new OutboxChange.Signed(Samples.Attempt(nonce - 1, "cancellation", AttemptPurpose.Cancel)), _none);
                await outbox.ChangeAsync(id, new OutboxChange.Requeued("cancelled", 0, Samples.Mined("cancellation"), Samples.Time), _none);
                last = new OutboxChange.Superseded("somebody else did it", Samples.Time);
            }

            if (last is not null)
            {
                await outbox.ChangeAsync(id, last, _none);
            }
        }
    }

    private sealed class SteppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
