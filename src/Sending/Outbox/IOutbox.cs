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
    /// <summary>
    /// Counts the owners of the account: whoever took it over, and a process that starts, has a greater one than any before. Permissions of an
    /// earlier epoch count no more. It stays as long as the outbox is open.
    /// </summary>
    ulong Epoch { get; }

    /// <summary>Adds an intent, or finds the one with its key.</summary>
    /// <param name="intent">What is wanted.</param>
    /// <param name="isPermitted">True if it is permitted as by <see cref="OutboxChange.Permitted"/>; of no effect on one that is there.</param>
    /// <param name="cancellationToken">Gives up the wait, not the change.</param>
    /// <exception cref="ArgumentException">The intent is out of bounds.</exception>
    /// <exception cref="OutboxException">The outbox cannot write, or is closed.</exception>
    ValueTask<Enqueued> EnqueueAsync(Intent intent, bool isPermitted, CancellationToken cancellationToken);

    /// <summary>Records what happened to an entry and gives the entry as it now is.</summary>
    /// <param name="id">The entry.</param>
    /// <param name="expectedVersion">Its <see cref="OutboxEntry.Version"/> when the change was decided.</param>
    /// <param name="change">What happened.</param>
    /// <param name="cancellationToken">Gives up the wait, not the change.</param>
    /// <exception cref="OutboxException">
    /// The entry is of another version (<see cref="OutboxFault.Conflict"/>), the change cannot follow its state, or the outbox cannot write, or is closed.
    /// </exception>
    ValueTask<OutboxEntry> RecordAsync(ulong id, ulong expectedVersion, OutboxChange change, CancellationToken cancellationToken);

    /// <summary>The entry of a key; null if there is none.</summary>
    ValueTask<OutboxEntry?> FindAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>The entries that are not final, by id.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ListOpenAsync(CancellationToken cancellationToken);

    /// <summary>The final entries whose transaction was mined in this block or a later one, by block.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ListMinedAsync(ulong fromBlock, CancellationToken cancellationToken);

    /// <summary>All entries that are in one of the given states, by id. No state given: all entries. Not for every poll.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(ReadOnlyMemory<OutboxState> states, CancellationToken cancellationToken);

    /// <summary>Wei that left the account, as recorded after a time.</summary>
    ValueTask<UInt256> SpentSinceAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>The nonce after the greatest that was ever signed for an account; null if none was.</summary>
    ValueTask<ulong?> NextNonceAsync(Address account, CancellationToken cancellationToken);
}

/// <summary>Shorter forms.</summary>
public static class OutboxExtensions
{
    /// <summary>Adds an intent that nobody has permitted yet, or finds the one with its key.</summary>
    /// <exception cref="ArgumentException">The intent is out of bounds.</exception>
    /// <exception cref="OutboxException">The outbox cannot write, or is closed.</exception>
    public static ValueTask<Enqueued> EnqueueAsync(this IOutbox outbox, Intent intent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        return outbox.EnqueueAsync(intent, isPermitted: false, cancellationToken);
    }
}
