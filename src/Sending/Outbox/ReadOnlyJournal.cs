namespace Gavel.Sending;

/// <summary>
/// A journal that is only looked at, also while another process writes it: for what decides and sends nothing. No lock is taken, nothing is
/// changed, and a journal that is not there is empty.
/// </summary>
public sealed class ReadOnlyJournal(string path) : IOutbox
{
    private readonly Lock _lock = new();
    private (long Length, DateTime Written) _seen;
    private OutboxIndex _index = new();

    /// <summary>0: that of no owner.</summary>
    public ulong Epoch => 0;

    /// <inheritdoc/>
    public ValueTask<Enqueued> EnqueueAsync(Intent intent, bool isPermitted, CancellationToken cancellationToken) => throw ForReadingOnly();

    /// <inheritdoc/>
    public ValueTask<OutboxEntry> RecordAsync(ulong id, ulong expectedVersion, OutboxChange change, CancellationToken cancellationToken) =>
        throw ForReadingOnly();

    /// <inheritdoc/>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public ValueTask<OutboxEntry?> FindAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ReadAsync(index => index.TryFind(key, out OutboxEntry? entry) ? entry : null);

    /// <inheritdoc/>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public ValueTask<IReadOnlyList<OutboxEntry>> ListOpenAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<OutboxEntry>>(index => [.. index.Open]);

    /// <inheritdoc/>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public ValueTask<IReadOnlyList<OutboxEntry>> ListMinedAsync(ulong fromBlock, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<OutboxEntry>>(index => [.. index.MinedFrom(fromBlock)]);

    /// <inheritdoc/>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(ReadOnlyMemory<OutboxState> states, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<OutboxEntry>>(index => [.. index.Entries.Where(entry => states.IsEmpty || states.Span.Contains(entry.State))]);

    /// <inheritdoc/>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public ValueTask<UInt256> SpentSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => ReadAsync(index => index.SpentSince(since));

    /// <inheritdoc/>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public ValueTask<ulong?> NextNonceAsync(Address account, CancellationToken cancellationToken) =>
        ReadAsync<ulong?>(index => index.NextNonces.TryGetValue(account, out ulong next) ? next : null);

    private static OutboxException ForReadingOnly() => new(OutboxFault.Closed, "the journal is opened for reading only");

    private ValueTask<T> ReadAsync<T>(Func<OutboxIndex, T> read)
    {
        lock (_lock)
        {
            FileInfo file = new(path);
            (long, DateTime) now = file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
            if (now != _seen)
            {
                _index = file.Exists ? JournalSnapshot.ReadIndex(path) : new OutboxIndex();
                _seen = now;
            }

            return ValueTask.FromResult(read(_index));
        }
    }
}
