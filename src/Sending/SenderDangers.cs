namespace Gavel.Sending;

/// <summary>The dangers that a sender knows of. Each is of one kind and about one thing, and only that it is gone takes it away.</summary>
internal sealed class SenderDangers(TimeProvider clock) : IDangerSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(DangerKind Kind, string Subject), (Danger Danger, DateTimeOffset? Until)> _standing = [];
    private volatile Danger[] _shown = [];

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _shown;

    /// <summary>Says that a danger stands; one that stood before keeps its beginning.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="severity">How loudly.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="problem">What is the matter.</param>
    /// <param name="mend">What to do.</param>
    /// <param name="deadline">When it is too late.</param>
    /// <param name="stands">How long it stands if nobody says it again; null for until it is cleared.</param>
    /// <returns>True if it did not stand before.</returns>
    public bool Raise(
        DangerKind kind, DangerSeverity severity, string subject, string problem, string mend, DateTimeOffset? deadline = null, TimeSpan? stands = null)
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            bool stood = _standing.TryGetValue((kind, subject), out (Danger Danger, DateTimeOffset? Until) known);
            Danger danger = new()
            {
                Kind = kind,
                Severity = severity,
                Subject = subject,
                Problem = problem,
                Since = stood ? known.Danger.Since : now,
                Deadline = deadline,
                Mend = mend,
            };
            _standing[(kind, subject)] = (danger, now + stands);
            Show();
            return !stood;
        }
    }

    /// <summary>Says that it is gone.</summary>
    public void Clear(DangerKind kind, string subject)
    {
        lock (_lock)
        {
            if (_standing.Remove((kind, subject)))
            {
                Show();
            }
        }
    }

    /// <summary>Takes away what stood long enough.</summary>
    public void Age()
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            foreach ((DangerKind Kind, string Subject) key in _standing.Where(one => one.Value.Until < now).Select(one => one.Key).ToArray())
            {
                _standing.Remove(key);
                Show();
            }
        }
    }

    private void Show() => _shown = [.. _standing.Values.Select(one => one.Danger)];
}
