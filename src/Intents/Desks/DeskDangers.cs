using System.Collections.Concurrent;
using Gavel.Sending;

namespace Gavel.Intents;

/// <summary>What a desk knows of beside its sender: its journal's disk, and whether the sender runs at all.</summary>
internal sealed class DeskDangers(JournalOutbox outbox, string journal, Address account, TimeProvider clock) : IDangerSource
{
    private readonly ConcurrentDictionary<DangerKind, DateTimeOffset> _since = [];
    private volatile string? _stopped;

    /// <summary>Why the sender has stopped; null while it runs.</summary>
    public string? Stopped
    {
        get => _stopped;
        set => _stopped = value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers
    {
        get
        {
            Danger?[] own =
            [
                Own(DangerCodes.JournalBroken, journal, outbox.Fault?.Message, "what cannot be recorded is not sent: make room on the outbox's disk, or mend it"),
                Own(DangerCodes.JournalReserveUsed, journal, outbox.IsReserveHeld ? null : "the disk is full; the journal lives on what was kept for it", "make room on the outbox's disk"),
                Own(DangerCodes.SenderStopped, $"{account}", Stopped, "see the reason; it is tried again every few seconds"),
            ];
            return [.. own.OfType<Danger>()];
        }
    }

    private Danger? Own(DangerKind kind, string subject, string? problem, string mend)
    {
        if (problem is null)
        {
            _since.TryRemove(kind, out _);
            return null;
        }

        return new Danger
        {
            Kind = kind,
            Subject = subject,
            Problem = problem,
            Since = _since.GetOrAdd(kind, clock.GetUtcNow()),
            Mend = mend,
        };
    }
}
