namespace Gavel.Sending;

/// <summary>What enqueueing gave.</summary>
/// <param name="Entry">The entry of the intent's key.</param>
/// <param name="Added">False if the key was there before; the entry then holds the earlier intent, whatever the new one said.</param>
public readonly record struct Enqueued(OutboxEntry Entry, bool Added);

/// <summary>
/// The durable home of intents. A call returns only once what it says would survive the loss of power. All members may be used from
/// many threads at once.
/// </summary>
public interface IOutbox
{
    /// <summary>Adds an intent, or finds the one with its key.</summary>
    /// <exception cref="ArgumentException">The intent is out of bounds.</exception>
    /// <exception cref="OutboxException">The outbox cannot write, or is closed.</exception>
    ValueTask<Enqueued> EnqueueAsync(Intent intent, CancellationToken cancellationToken);

    /// <summary>Records what happened to an entry and gives the entry as it now is.</summary>
    /// <exception cref="OutboxException">The change cannot follow the entry's state, or the outbox cannot write, or is closed.</exception>
    ValueTask<OutboxEntry> RecordAsync(ulong id, OutboxChange change, CancellationToken cancellationToken);

    /// <summary>The entry of a key; null if there is none.</summary>
    ValueTask<OutboxEntry?> FindAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>All entries that are in one of the given states, by id. No state given: all entries.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(ReadOnlyMemory<OutboxState> states, CancellationToken cancellationToken);
}
