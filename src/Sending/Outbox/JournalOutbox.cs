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
    private readonly JournalStage _stage;
    private readonly Channel<JournalWork> _work = Channel.CreateUnbounded<JournalWork>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;
    private long _lengthAfterCompaction;
    private volatile OutboxException? _fault;

    private JournalOutbox(JournalFile file, OutboxIndex index, JournalOptions options, JournalRecovery recovery)
    {
        (_file, _index, _options, Recovery) = (file, index, options, recovery);
        Epoch = index.Entries.Max(entry => entry.Permission?.Epoch) + 1 ?? 1;
        _stage = new JournalStage(index, options.Clock, Epoch);
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

    /// <summary>Greater than that of every permission which the journal held when it was opened: those count no more.</summary>
    public ulong Epoch { get; }

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
        JournalWork done = await RunAsync(new JournalWork { Intent = own, IsPermitted = isPermitted }, cancellationToken);
        return new Enqueued(done.Entry!, done.Added);
    }

    /// <inheritdoc/>
    public async ValueTask<OutboxEntry> RecordAsync(ulong id, ulong expectedVersion, OutboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return (await RunAsync(new JournalWork { Id = id, ExpectedVersion = expectedVersion, Change = change }, cancellationToken)).Entry!;
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
    public async ValueTask CompactAsync(CancellationToken cancellationToken) => await RunAsync(new JournalWork(), cancellationToken);

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

    private async Task<JournalWork> RunAsync(JournalWork work, CancellationToken cancellationToken)
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
        var batch = new List<JournalWork>();
        var body = new ArrayBufferWriter<byte>();
        while (await WaitForWorkAsync())
        {
            Mend();
            while (body.WrittenCount < JournalFormat.FrameTarget && _work.Reader.TryRead(out JournalWork? work))
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

    private void Stage(JournalWork work, ArrayBufferWriter<byte> body)
    {
        try
        {
            if (_fault is not null)
            {
                throw _fault;
            }

            _stage.Add(work, body);
        }
        catch (OutboxException error)
        {
            work.Error = error;
        }
    }

    private void Commit(List<JournalWork> batch, ArrayBufferWriter<byte> body)
    {
        try
        {
            if (body.WrittenCount > 0)
            {
                _file.Append(body.WrittenSpan);
            }

            lock (_indexLock)
            {
                _stage.Publish();
            }
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

        _stage.Clear();
        foreach (JournalWork work in batch)
        {
            work.Finish();
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
}
