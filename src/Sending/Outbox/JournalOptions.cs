namespace Gavel.Sending;

/// <summary>How a <see cref="JournalOutbox"/> behaves.</summary>
public sealed record JournalOptions
{
    /// <summary>
    /// The journal is compacted by itself when it is longer than this many bytes and than twice what the last compaction left. Default 32 MiB.
    /// </summary>
    public long CompactAbove { get; init; } = 32 << 20;

    /// <summary>
    /// Compaction drops final entries older than this, with their keys, so that the same key may be enqueued again. At least two days,
    /// since the spend policy counts the last day's expenses from here. Default 14 days.
    /// </summary>
    public TimeSpan KeepFinal { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Disk in bytes that a file beside the journal keeps for it, to be let go when the disk is full. Default 4 MiB; 0 for none.</summary>
    public long ReserveBytes { get; init; } = 4 << 20;

    /// <summary>The clock of enqueueing and of dropping.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>For tests only.</summary>
    public IFailPoints FailPoints { get; init; } = NoFailPoints.Instance;
}

/// <summary>What opening a journal found.</summary>
/// <param name="Entries">Entries read.</param>
/// <param name="TornOffset">Where a torn last frame began, in bytes; null if the file was whole.</param>
/// <param name="TornBytes">How many bytes of it were cut off.</param>
public readonly record struct JournalRecovery(int Entries, long? TornOffset, long TornBytes);
