using Gavel.TestKit;

namespace Gavel.Sending.Tests.Outbox;

/// <summary>
/// A disk that refuses and comes back. Before, one failed write left the journal dead until the process was started again.
/// </summary>
public sealed class JournalMendingTests : IDisposable
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private readonly JournalFolder _folder = new();

    public static TheoryData<FailPoint> Places { get; } = [FailPoint.JournalBeforeWrite, FailPoint.JournalHalfWritten, FailPoint.JournalWritten];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public async Task RefusedWrite_LosesNothingThatWasPromised_AndTheNextCallMendsTheJournal(FailPoint where)
    {
        var disk = new RefusingDisk(where);
        var options = new JournalOptions { FailPoints = disk, Clock = new ManualTime(Samples.Time) };
        string[] state;
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, options))
        {
            await JournalOutboxTests.FillAsync(outbox);
            disk.Refuses = _ => true;
            for (int i = 0; i < 3; i++)
            {
                OutboxException error = await Assert.ThrowsAsync<OutboxException>(async () => await outbox.EnqueueAsync(Samples.Intent("lost"), _none));
                Assert.Equal(OutboxFault.WriteFailed, error.Fault);
                Assert.Contains("No space left", outbox.Fault!.Message, StringComparison.Ordinal);
            }

            Assert.Null(await outbox.FindAsync("lost"u8.ToArray(), _none));
            disk.Refuses = null;
            Assert.True((await outbox.EnqueueAsync(Samples.Intent("later"), _none)).Added);
            Assert.Null(outbox.Fault);
            state = await Samples.ShownAsync(outbox);
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Null(again.Recovery.TornOffset);
        Assert.Equal(state, await Samples.ShownAsync(again));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task BrokenJournal_MendsItselfWithoutBeingAsked(FailPoint where)
    {
        var disk = new RefusingDisk(where);
        var time = new ManualTime(Samples.Time);
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, new JournalOptions { FailPoints = disk, Clock = time });
        disk.Refuses = _ => true;
        await Assert.ThrowsAsync<OutboxException>(async () => await outbox.EnqueueAsync(Samples.Intent("lost"), _none));
        disk.Refuses = null;
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return outbox.Fault is null;
        });
        Assert.True((await outbox.EnqueueAsync(Samples.Intent("later"), _none)).Added);
    }

    [Theory]
    [InlineData(FailPoint.CompactionWritten)]
    [InlineData(FailPoint.CompactionSynced)]
    [InlineData(FailPoint.CompactionRenamed)]
    public async Task RefusedCompaction_FailsNoChange_AndLeavesNothingBehind(FailPoint where)
    {
        var disk = new RefusingDisk(where);
        string[] state;
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal, new JournalOptions { FailPoints = disk, CompactAbove = 3000 }))
        {
            int refused = 0;
            disk.Refuses = _ => refused++ == 0;
            await JournalOutboxTests.FillAsync(outbox); // longer than 3000 bytes
            Assert.NotEqual(0, refused);
            Assert.False(File.Exists(_folder.Journal + ".new"));
            Assert.True((await outbox.EnqueueAsync(Samples.Intent("later"), _none)).Added);
            state = await Samples.ShownAsync(outbox);
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Equal(state, await Samples.ShownAsync(again));
    }

    [Fact]
    public async Task FullDisk_IsPaidFromTheReserve_WhichComesBackWithTheRoom()
    {
        var disk = new RefusingDisk(FailPoint.JournalBeforeWrite);
        var time = new ManualTime(Samples.Time);
        string reserve = _folder.Journal + ".reserve";
        await using JournalOutbox outbox = JournalOutbox.Open(
            _folder.Journal, new JournalOptions { FailPoints = disk, ReserveBytes = 100_000, Clock = time });
        await outbox.EnqueueAsync(Samples.Intent("before"), _none);
        Assert.Equal(100_000, new FileInfo(reserve).Length);
        Assert.True(outbox.IsReserveHeld);

        disk.Refuses = _ => File.Exists(reserve); // full to the last byte
        await outbox.EnqueueAsync(Samples.Intent("full"), _none);
        Assert.Null(outbox.Fault);
        Assert.False(outbox.IsReserveHeld);
        Assert.False(File.Exists(reserve));

        await outbox.EnqueueAsync(Samples.Intent("on"), _none);
        Assert.False(File.Exists(reserve)); // not tried at every write
        disk.Refuses = null;
        time.Advance(TimeSpan.FromMinutes(1));
        await outbox.EnqueueAsync(Samples.Intent("room"), _none);
        Assert.True(outbox.IsReserveHeld);
        Assert.Equal(100_000, new FileInfo(reserve).Length);
        Assert.Equal(4, (await outbox.ListOpenAsync(_none)).Count);
    }
}
