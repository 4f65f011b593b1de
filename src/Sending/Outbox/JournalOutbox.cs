using System.Buffers;
using System.Threading.Channels;

namespace Gavel.Sending;

/// <summary>
/// The outbox in one append-only file of this process alone. Each change is checksummed and synced before its call returns; changes that
/// are asked for at the same time share a sync. After the disk refused a write nothing is taken until it can be written again, which is tried
/// every second and at each call. The form of the file and the rules of recovery are in docs/outbox.md.
/// </summary>
public sealed class JournalOutbox : IOutbox, IAsyncDisposable
{
    private static readonly TimeSpan _mendInterval = TimeSpan.FromSeconds(1);

    private readonly JournalFile _file;
    private readonly JournalOptions _options;
    private readonly OutboxIndex _index;
    private readonly Lock _indexLock = new();
    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;
    private readonly Dictionary<ulong, OutboxEntry> _stagedById = [];
    private readonly Dictionary<string, OutboxEntry> _stagedByKey = [];
    private long _lengthAfterCompaction;
    private volatile OutboxException? _fault;

    private JournalOutbox(JournalFile file, OutboxIndex index, JournalOptions options, JournalRecovery recovery)
    {
        (_file, _index, _options, Recovery) = (file, index, options, recovery);
        _lengthAfterCompaction = file.Length;
        _writer = Task.Run(WriteAllAsync);
    }

    /// <summary>What opening found.</summary>
    public JournalRecovery Recovery { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length => _file.Length;

    /// <summary>Why nothing can be written at the moment; null while all is well.</summary>
    public OutboxException? Fault => _fault;

    /// <summary>False once the disk is so full that the journal has taken what was kept for it.</summary>
    public bool IsReserveHeld => _file.IsReserveHeld;

    /// <summary>0: the file has one owner.</summary>
    public ulong Epoch => 0;

    /// <summary>Opens the journal at <paramref name="path"/>, or makes an empty one. A torn last frame is cut off.</summary>
    /// <exception cref="OutboxException">Locked by another process, damaged before its last frame, of another format, or not writable.</exception>
    public static JournalOutbox Open(string path, JournalOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new JournalOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.KeepFinal, TimeSpan.FromDays(2), nameof(options));
        var index = new OutboxIndex();
        JournalFile file = JournalFile.Open(path, options, index, out JournalRecovery recovery);
        return new JournalOutbox(file, index, options, recovery);
    }

    /// <inheritdoc/>
    public async ValueTask<Enqueued> EnqueueAsync(Intent intent, bool isPermitted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        intent.Check();

        // The caller may use its buffers again before the writer gets to them.
        Intent own = intent with { Key = intent.Key.ToArray(), Calldata = intent.Calldata.ToArray(), Explanation = intent.Explanation.ToArray() };
        Work done = await RunAsync(new Work { Intent = own, IsPermitted = isPermitted }, cancellationToken);
        return new Enqueued(done.Entry!, done.Added);
    }

    /// <inheritdoc/>
    public async ValueTask<OutboxEntry> RecordAsync(ulong id, ulong expectedVersion, OutboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return (await RunAsync(new Work { Id = id, ExpectedVersion = expectedVersion, Change = change }, cancellationToken)).Entry!;
    }

    /// <inheritdoc/>
    public ValueTask<OutboxEntry?> FindAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ReadAsync(index => index.TryFind(key, out OutboxEntry? entry) ? entry : null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OutboxEntry>> ListOpenAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<OutboxEntry>>(index => [.. index.Open], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OutboxEntry>> ListMinedAsync(ulong fromBlock, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<OutboxEntry>>(index => [.. index.MinedFrom(fromBlock)], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(ReadOnlyMemory<OutboxState> states, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<OutboxEntry>>(
            index => [.. index.Entries.Where(entry => states.IsEmpty || states.Span.Contains(entry.State))], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UInt256> SpentSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync(index => index.SpentSince(since), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ulong?> NextNonceAsync(Address account, CancellationToken cancellationToken) =>
        ReadAsync<ulong?>(index => index.NextNonces.TryGetValue(account, out ulong next) ? next : null, cancellationToken);

    /// <summary>Rewrites the file without what <see cref="JournalOptions.KeepFinal"/> lets go and without the steps that led to what stays.</summary>
    /// <exception cref="OutboxException">The disk refused, or the outbox is closed.</exception>
    public async ValueTask CompactAsync(CancellationToken cancellationToken) => await RunAsync(new Work(), cancellationToken);

    /// <summary>Finishes what was asked for and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _writer;
        _file.Dispose();
    }

    private ValueTask<T> ReadAsync<T>(Func<OutboxIndex, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_indexLock)
        {
            return ValueTask.FromResult(read(_index));
        }
    }

    private async Task<Work> RunAsync(Work work, CancellationToken cancellationToken)
    {
        if (!_work.Writer.TryWrite(work))
        {
            throw new OutboxException(OutboxFault.Closed, "the outbox is closed");
        }

        // Cancelling gives up the wait, not the change: it may already be on its way to the disk.
        return await work.Done.Task.WaitAsync(cancellationToken);
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Work>();
        var body = new ArrayBufferWriter<byte>();
        while (await WaitForWorkAsync())
        {
            Mend();
            while (body.WrittenCount < JournalFormat.FrameTarget && _work.Reader.TryRead(out Work? work))
            {
                Stage(work, body);
                batch.Add(work);
            }

            Commit(batch, body);
            batch.Clear();
            body.ResetWrittenCount();
        }
    }

    private async Task<bool> WaitForWorkAsync()
    {
        Task<bool> work = _work.Reader.WaitToReadAsync().AsTask();
        while (_fault is not null && await Task.WhenAny(work, Task.Delay(_mendInterval, _options.Clock)) != work)
        {
            Mend();
        }

        return await work;
    }

    /// <summary>After a failed write: tries to write again. What is in memory is what was promised, and what the file will hold.</summary>
    private void Mend()
    {
        if (_fault is null)
        {
            return;
        }

        try
        {
            _file.Mend(_index);
            _fault = null;
        }
        catch (Exception error)
        {
            _fault = Failed(error);
        }
    }

    private static OutboxException Failed(Exception error) => new(
        OutboxFault.WriteFailed, $"the journal cannot be written: {error.Message}; it is tried again until it can", inner: error);

    /// <summary>Writes a change's record and puts the entry as it will be into <see cref="Work.Entry"/>. Others see it after the sync.</summary>
    private void Stage(Work work, ArrayBufferWriter<byte> body)
    {
        try
        {
            if (_fault is not null)
            {
                throw _fault;
            }

            if (work.Intent is not null)
            {
                StageIntent(work, body);
            }
            else if (work.Change is not null)
            {
                OutboxEntry before = Staged(work.Id);
                if (before.Version != work.ExpectedVersion)
                {
                    throw new OutboxException(
                        OutboxFault.Conflict, $"entry {work.Id} has changed: it is {before.State} in version {before.Version}, not in {work.ExpectedVersion}");
                }

                OutboxEntry entry = before.Apply(work.Change);
                JournalRecords.WriteChange(body, entry.Id, work.Change);
                work.Entry = _stagedById[entry.Id] = entry;
            }
        }
        catch (OutboxException error)
        {
            work.Error = error;
        }
    }

    private void StageIntent(Work work, ArrayBufferWriter<byte> body)
    {
        string key = Convert.ToHexString(work.Intent!.Key.Span);
        if (_stagedByKey.TryGetValue(key, out OutboxEntry? entry) || _index.TryFind(work.Intent.Key, out entry))
        {
            work.Entry = Staged(entry.Id);
            return;
        }

        // Cut to what the journal holds, so that an entry is the same before and after it is read back.
        DateTimeOffset now = WholeMilliseconds(_options.Clock.GetUtcNow());
        Intent intent = work.Intent with { Deadline = work.Intent.Deadline is DateTimeOffset deadline ? WholeMilliseconds(deadline) : null };
        entry = new OutboxEntry
        {
            Id = _index.NextId + (ulong)_stagedByKey.Count,
            Intent = intent,
            EnqueuedAt = now,
            ChangedAt = now,
            Deadline = intent.Deadline,
            Permission = work.IsPermitted ? new Permission(Epoch, now) : null,
        };
        JournalRecords.WriteEnqueued(body, entry);
        _stagedByKey.Add(key, entry);
        work.Entry = _stagedById[entry.Id] = entry;
        work.Added = true;
    }

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private OutboxEntry Staged(ulong id) => _stagedById.TryGetValue(id, out OutboxEntry? entry) ? entry : _index.Get(id);

    private void Commit(List<Work> batch, ArrayBufferWriter<byte> body)
    {
        try
        {
            if (body.WrittenCount > 0)
            {
                _file.Append(body.WrittenSpan);
            }

            Publish();
        }
        catch (Exception error)
        {
            _fault = Failed(error);
            batch.ForEach(work => work.Error ??= _fault);
        }

        try
        {
            if (_fault is null && (batch.Exists(work => work.IsCompaction) || IsLong()))
            {
                Compact();
            }
        }
        catch (Exception error)
        {
            // What was appended is as durable as it was said to be; the next write comes after a mending, and the next compaction later.
            _lengthAfterCompaction = _file.Length;
            _fault = Failed(error);
            batch.FindAll(work => work.IsCompaction).ForEach(work => work.Error ??= _fault);
        }

        _stagedById.Clear();
        _stagedByKey.Clear();
        foreach (Work work in batch)
        {
            work.Finish();
        }
    }

    private void Publish()
    {
        lock (_indexLock)
        {
            foreach (OutboxEntry added in _stagedByKey.Values)
            {
                _index.Add(added);
            }

            foreach (OutboxEntry entry in _stagedById.Values)
            {
                _index.Restore(entry);
            }
        }
    }

    private bool IsLong() => _file.Length > Math.Max(_options.CompactAbove, 2 * _lengthAfterCompaction);

    private void Compact()
    {
        DateTimeOffset oldest = _options.Clock.GetUtcNow() - _options.KeepFinal;
        var gone = _index.Entries.Where(entry => entry.IsFinal && entry.ChangedAt < oldest).ToList();
        _file.Replace(_index, gone.Select(entry => entry.Id).ToHashSet());
        lock (_indexLock)
        {
            gone.ForEach(_index.Remove);
        }

        _lengthAfterCompaction = _file.Length;
    }

    private sealed class Work
    {
        public Intent? Intent { get; init; }

        public bool IsPermitted { get; init; }

        public ulong Id { get; init; }

        public ulong ExpectedVersion { get; init; }

        public OutboxChange? Change { get; init; }

        public OutboxEntry? Entry { get; set; }

        public bool Added { get; set; }

        public OutboxException? Error { get; set; }

        public bool IsCompaction => Intent is null && Change is null;

        public TaskCompletionSource<Work> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Finish()
        {
            if (Error is null)
            {
                Done.SetResult(this);
            }
            else
            {
                Done.SetException(Error);
            }
        }
    }
}
