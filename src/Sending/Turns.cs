namespace Gavel.Sending;

/// <summary>Goes round entries for which there is no place, a few at a time, so that each comes again after a bounded number of cycles.</summary>
internal sealed class Turns
{
    private const int AtATime = 16;
    private ulong _last;

    /// <summary>Those whose turn it is, and those that must be looked at once more.</summary>
    public OutboxEntry[] Next(IReadOnlyList<OutboxEntry> entries, Func<OutboxEntry, bool> mustBe)
    {
        OutboxEntry[] round = [.. entries.OrderBy(entry => entry.Id <= _last).ThenBy(entry => entry.Id).Take(AtATime)];
        _last = round.Length == 0 ? _last : round[^1].Id;
        return [.. round.Union(entries.Where(mustBe))];
    }
}
