namespace Gavel.Challenger;

/// <summary>
/// The dangers of all parts in one list. A part that knows of dangers (endpoints, a desk, a cycle) is put on the board while it lives; the host
/// shows what stands there in <c>/readyz</c>, metrics and log.
/// </summary>
public sealed class DangerBoard : IDangerSource
{
    private readonly Lock _lock = new();
    private IDangerSource[] _sources = []; // replaced as a whole, so that readers need no lock

    /// <summary>What stands now, the gravest first, then the one with the nearest deadline.</summary>
    public IReadOnlyList<Danger> Dangers =>
    [
        .. Volatile.Read(ref _sources).SelectMany(source => source.Dangers)
            .OrderByDescending(danger => danger.Severity)
            .ThenBy(danger => danger.Deadline ?? DateTimeOffset.MaxValue)
            .ThenBy(danger => danger.Since),
    ];

    /// <summary>Puts a part on the board until the returned registration is disposed of.</summary>
    public IDisposable Add(IDangerSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        lock (_lock)
        {
            Volatile.Write(ref _sources, [.. _sources, source]);
        }

        return new Registration(this, source);
    }

    private void Remove(IDangerSource source)
    {
        lock (_lock)
        {
            int at = Array.IndexOf(_sources, source); // one of several, where a part was put up twice
            Volatile.Write(ref _sources, [.. _sources[..at], .. _sources[(at + 1)..]]);
        }
    }

    private sealed class Registration(DangerBoard board, IDangerSource source) : IDisposable
    {
        private int _isGone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGone, 1) == 0)
            {
                board.Remove(source);
            }
        }
    }
}
