namespace Gavel.Sending;

/// <summary>One thing that a journal is asked for: to add an intent, to change an entry, or, with neither, to compact.</summary>
internal sealed class JournalWork
{
    public Intent? Intent { get; init; }

    public bool IsPermitted { get; init; }

    public ulong Id { get; init; }

    public ulong ExpectedVersion { get; init; }

    public OutboxChange? Change { get; init; }

    /// <summary>The entry as it then is.</summary>
    public OutboxEntry? Entry { get; set; }

    public bool Added { get; set; }

    public OutboxException? Error { get; set; }

    public bool IsCompaction => Intent is null && Change is null;

    public TaskCompletionSource<JournalWork> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
