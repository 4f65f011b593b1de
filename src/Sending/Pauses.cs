namespace Gavel.Sending;

/// <summary>Entries that something of their own is wrong with wait before the next try, longer each time, so that they do not stand before the others.</summary>
internal sealed class Pauses(SenderScope scope)
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    private readonly Dictionary<ulong, (long From, TimeSpan Length, int Times)> _pauses = [];

    public bool Has(OutboxEntry entry) =>
        _pauses.TryGetValue(entry.Id, out (long From, TimeSpan Length, int Times) pause) && scope.Since(pause.From) < pause.Length;

    public void Begin(OutboxEntry entry)
    {
        int times = _pauses.GetValueOrDefault(entry.Id).Times + 1;
        TimeSpan length = TimeSpan.FromTicks(Math.Min(_longest.Ticks, scope.Options.PollInterval.Ticks << Math.Min(times, 6)));
        _pauses[entry.Id] = (scope.Timestamp, length, times);
    }

    /// <summary>All is well with it.</summary>
    public void End(OutboxEntry entry) => _pauses.Remove(entry.Id);

    /// <summary>Forgets all entries but these.</summary>
    public void Keep(IReadOnlySet<ulong> ids)
    {
        foreach (ulong gone in _pauses.Keys.Where(id => !ids.Contains(id)).ToArray())
        {
            _pauses.Remove(gone);
        }
    }
}
