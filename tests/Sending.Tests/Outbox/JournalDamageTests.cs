using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Outbox;

/// <summary>Whatever happens to the bytes of a journal, it opens to a state that it once had, or says where it is damaged.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryPrefix_OpensToTheStateOfItsWholeFrames()
    {
        (byte[] journal, List<(long End, string[] State)> history) = await RecordAsync();
        for (int length = JournalFormat.FileHeaderSize; length <= journal.Length; length += length % 7 + 1)
        {
            await File.WriteAllBytesAsync(_folder.Journal, journal[..length]);
            (long end, string[] state) = history.Last(step => step.End <= length);
            await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
            {
                Assert.Equal(state, await Samples.ShownAsync(outbox));
                Assert.Equal(length == end ? null : end, outbox.Recovery.TornOffset);
                Assert.Equal(length - end, outbox.Recovery.TornBytes);
            }

            Assert.Equal(end, new FileInfo(_folder.Journal).Length);
        }

        for (int length = 0; length < JournalFormat.FileHeaderSize; length++)
        {
            await File.WriteAllBytesAsync(_folder.Journal, journal[..length]);
            Assert.Equal(OutboxFault.Corrupt, Assert.Throws<OutboxException>(() => JournalOutbox.Open(_folder.Journal)).Fault);
        }
    }

    [Fact]
    public async Task EveryFlippedByteBeforeTheLastFrame_IsAnErrorThatNamesItsFrame()
    {
        (byte[] journal, List<(long End, string[] State)> history) = await RecordAsync();
        for (int at = JournalFormat.FileHeaderSize; at < history[^2].End; at += 3)
        {
            byte[] damaged = [.. journal];
            damaged[at] ^= (byte)(1 << (at % 8));
            await File.WriteAllBytesAsync(_folder.Journal, damaged);
            OutboxException error = Assert.Throws<OutboxException>(() => JournalOutbox.Open(_folder.Journal));
            Assert.Equal(OutboxFault.Corrupt, error.Fault);
            Assert.Equal(history.Last(step => step.End <= at).End, error.Offset);
            Assert.Contains($"offset {error.Offset}", error.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(_folder.Journal));
        }
    }

    [Fact]
    public async Task ZeroesAfterTheLastFrame_AreCutOff()
    {
        // What some file systems leave of an append that was cut short: the length without the bytes.
        (byte[] journal, List<(long End, string[] State)> history) = await RecordAsync();
        await File.WriteAllBytesAsync(_folder.Journal, [.. journal, .. new byte[5000]]);
        await using JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
        Assert.Equal(history[^1].State, await Samples.ShownAsync(outbox));
        Assert.Equal(5000, outbox.Recovery.TornBytes);
    }

    [Fact]
    public async Task AppendingAfterATornFrame_GivesASoundJournal()
    {
        (byte[] journal, _) = await RecordAsync();
        await File.WriteAllBytesAsync(_folder.Journal, journal[..^3]);
        string[] state;
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            Assert.NotNull(outbox.Recovery.TornOffset);
            await outbox.EnqueueAsync(Samples.Intent("after the tear"), _none);
            state = await Samples.ShownAsync(outbox);
        }

        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Null(again.Recovery.TornOffset);
        Assert.Equal(state, await Samples.ShownAsync(again));
    }

    [Fact]
    public async Task CopyOfTheJournalInsideARecord_IsNotTakenForFrames()
    {
        // A torn frame whose body holds sound frames of another journal must still count as torn.
        (byte[] journal, _) = await RecordAsync();
        File.Delete(_folder.Journal);
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            await outbox.EnqueueAsync(Samples.Intent("a"), _none);
            await outbox.EnqueueAsync(Samples.Intent("b") with { Explanation = journal }, _none);
        }

        byte[] torn = (await File.ReadAllBytesAsync(_folder.Journal))[..^10];
        int magic = torn.AsSpan().LastIndexOf("why a"u8) + "why a"u8.Length + 8;
        torn[magic] ^= 0xff;
        await File.WriteAllBytesAsync(_folder.Journal, torn);
        await using JournalOutbox again = JournalOutbox.Open(_folder.Journal);
        Assert.Single(await again.ListAsync(default, _none));
    }

    [Fact]
    public async Task RandomDamage_OpensToAStateOfThePastOrGivesTheTypedError()
    {
        (byte[] journal, List<(long End, string[] State)> history) = await RecordAsync();
        HashSet<string> states = [.. history.Select(step => string.Join("\n", step.State))];
        Gen<byte[]> damage = Gen.OneOf(
            Gen.Choose(0, journal.Length).Select(length => journal[..length]),
            Gen.Choose(0, (journal.Length * 8) - 1).Select(bit => Flipped(journal, bit)),
            Gen.Choose(0, (journal.Length * 8) - 1).ArrayOf().Select(bits => bits.Aggregate(journal, Flipped)),
            Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf().Select(tail => (byte[])[.. journal, .. tail]),
            from start in Gen.Choose(0, journal.Length - 1)
            from length in Gen.Choose(1, 600)
            select (byte[])[.. journal[..start], .. journal[Math.Min(journal.Length, start + length)..]],
            from start in Gen.Choose(0, journal.Length - 1)
            from length in Gen.Choose(1, 600)
            select Zeroed(journal, start, length),
            from first in Gen.Choose(0, journal.Length - 1)
            from second in Gen.Choose(0, journal.Length - 1)
            select (byte[])[.. journal[..first], .. journal[second..]]);

        int opened = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(600, 8_000)).WithReplay(20261121UL, 11UL),
            Prop.ForAll(damage.ToArbitrary(), bytes =>
            {
                File.WriteAllBytes(_folder.Journal, bytes);
                try
                {
                    JournalOutbox outbox = JournalOutbox.Open(_folder.Journal);
                    string state = string.Join("\n", Samples.ShownAsync(outbox).GetAwaiter().GetResult());
                    outbox.DisposeAsync().AsTask().GetAwaiter().GetResult();
                    opened++;
                    return states.Contains(state);
                }
                catch (OutboxException error)
                {
                    return error.Fault is OutboxFault.Corrupt or OutboxFault.WrongFormat && error.Offset is not null;
                }
            }));
        Assert.True(opened > 20, $"only {opened} of the damaged journals opened");
    }

    [Fact]
    [Trait("Scale", "full")]
    [Trait("Only", "full")]
    public Task RandomDamage_AtFullScale() => RandomDamage_OpensToAStateOfThePastOrGivesTheTypedError();

    [Fact]
    public void RandomBodiesInSoundFrames_GiveTheTypedError()
    {
        // The checksum holds, the content does not: only a defect or a later version writes such a thing.
        Gen<byte[]> bodies =
            from kind in Gen.Choose(0, 17)
            from tail in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()
            select (byte[])[(byte)kind, .. tail];
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(500, 5000)).WithReplay(20261121UL, 13UL),
            Prop.ForAll(bodies.ToArbitrary(), body =>
            {
                byte[] file = new byte[JournalFormat.FileHeaderSize + JournalFormat.FrameHeaderSize + body.Length];
                JournalFormat.WriteFileHeader(file, 7);
                JournalFormat.WriteFrameHeader(file.AsSpan(JournalFormat.FileHeaderSize), body, 1, 7);
                body.CopyTo(file, file.Length - body.Length);
                File.WriteAllBytes(_folder.Journal, file);
                try
                {
                    JournalOutbox.Open(_folder.Journal).DisposeAsync().AsTask().GetAwaiter().GetResult();
                    return body is [1, ..] && body.Length == 9;
                }
                catch (OutboxException error)
                {
                    return error.Fault == OutboxFault.Corrupt && error.Offset == JournalFormat.FileHeaderSize;
                }
            }));
    }

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        byte[] copy = [.. bytes];
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }

    private static byte[] Zeroed(byte[] bytes, int start, int length)
    {
        byte[] copy = [.. bytes];
        copy.AsSpan(start, Math.Min(length, bytes.Length - start)).Clear();
        return copy;
    }

    /// <summary>A journal's bytes, and after each of its frames the place and the state.</summary>
    private async Task<(byte[] Journal, List<(long End, string[] State)> History)> RecordAsync()
    {
        File.Delete(_folder.Journal);
        var history = new List<(long, string[])>();
        await using (JournalOutbox outbox = JournalOutbox.Open(_folder.Journal))
        {
            history.Add((JournalFormat.FileHeaderSize, []));
            history.Add((outbox.Length, []));
            await JournalOutboxTests.FillAsync(new Watched(outbox, async () => history.Add((outbox.Length, await Samples.ShownAsync(outbox)))));
        }

        return (await File.ReadAllBytesAsync(_folder.Journal), history);
    }

    private sealed class Watched(IOutbox inner, Func<Task> afterEach) : IOutbox
    {
        public ulong Epoch => inner.Epoch;

        public async ValueTask<Enqueued> EnqueueAsync(Intent intent, bool isPermitted, CancellationToken cancellationToken)
        {
            Enqueued result = await inner.EnqueueAsync(intent, isPermitted, cancellationToken);
            await afterEach();
            return result;
        }

        public async ValueTask<OutboxEntry> RecordAsync(ulong id, ulong expectedVersion, OutboxChange change, CancellationToken cancellationToken)
        {
            OutboxEntry result = await inner.RecordAsync(id, expectedVersion, change, cancellationToken);
            await afterEach();
            return result;
        }

        public ValueTask<OutboxEntry?> FindAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

        public ValueTask<IReadOnlyList<OutboxEntry>> ListOpenAsync(CancellationToken cancellationToken) => inner.ListOpenAsync(cancellationToken);

        public ValueTask<IReadOnlyList<OutboxEntry>> ListMinedAsync(ulong fromBlock, CancellationToken cancellationToken) =>
            inner.ListMinedAsync(fromBlock, cancellationToken);

        public ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(ReadOnlyMemory<OutboxState> states, CancellationToken cancellationToken) =>
            inner.ListAsync(states, cancellationToken);

        public ValueTask<UInt256> SpentSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => inner.SpentSinceAsync(since, cancellationToken);

        public ValueTask<ulong?> NextNonceAsync(Address account, CancellationToken cancellationToken) => inner.NextNonceAsync(account, cancellationToken);
    }
}
