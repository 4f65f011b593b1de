using System.Buffers;

namespace Gavel.Sending;

/// <summary>The changes that share a frame, between being asked for and being durable: what comes later builds on them, and nobody else sees them.</summary>
internal sealed class JournalStage(OutboxIndex index, TimeProvider clock, ulong epoch)
{
    private readonly Dictionary<ulong, OutboxEntry> _byId = [];
    private readonly Dictionary<string, OutboxEntry> _added = [];

    /// <summary>Writes a change's record and puts the entry as it will be into <see cref="JournalWork.Entry"/>.</summary>
    /// <exception cref="OutboxException">The change was decided on another version, or cannot follow the entry's state.</exception>
    public void Add(JournalWork work, ArrayBufferWriter<byte> body)
    {
        if (work.Intent is not null)
        {
            Enqueue(work, work.Intent, body);
        }
        else if (work.Change is not null)
        {
            OutboxEntry before = Get(work.Id);
            if (before.Version != work.ExpectedVersion)
            {
                throw new OutboxException(
                    OutboxFault.Conflict, $"entry {work.Id} has changed: it is {before.State} in version {before.Version}, not in {work.ExpectedVersion}");
            }

            OutboxEntry entry = before.Apply(work.Change);
            JournalRecords.WriteChange(body, entry.Id, work.Change);
            work.Entry = _byId[entry.Id] = entry;
        }
    }

    /// <summary>Puts the changes into the index: they are durable.</summary>
    public void Publish()
    {
        foreach (OutboxEntry added in _added.Values)
        {
            index.Add(added);
        }

        foreach (OutboxEntry entry in _byId.Values)
        {
            index.Restore(entry);
        }
    }

    public void Clear()
    {
        _byId.Clear();
        _added.Clear();
    }

    private void Enqueue(JournalWork work, Intent asked, ArrayBufferWriter<byte> body)
    {
        string key = Convert.ToHexString(asked.Key.Span);
        if (_added.TryGetValue(key, out OutboxEntry? entry) || index.TryFind(asked.Key, out entry))
        {
            work.Entry = Get(entry.Id);
            return;
        }

        // Cut to what the journal holds, so that an entry is the same before and after it is read back.
        DateTimeOffset now = WholeMilliseconds(clock.GetUtcNow());
        Intent intent = asked with { Deadline = asked.Deadline is DateTimeOffset deadline ? WholeMilliseconds(deadline) : null };
        entry = new OutboxEntry
        {
            Id = index.NextId + (ulong)_added.Count,
            Intent = intent,
            EnqueuedAt = now,
            ChangedAt = now,
            Deadline = intent.Deadline,
            Permission = work.IsPermitted ? new Permission(epoch, now) : null,
        };
        JournalRecords.WriteEnqueued(body, entry);
        _added.Add(key, entry);
        work.Entry = _byId[entry.Id] = entry;
        work.Added = true;
    }

    private OutboxEntry Get(ulong id) => _byId.TryGetValue(id, out OutboxEntry? entry) ? entry : index.Get(id);

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
