namespace Gavel.Sending;

/// <summary>The last offer of an entry's last attempt.</summary>
/// <param name="At">A timestamp of the sender's clock, which no setting of the time moves; null where it is to be offered again at once.</param>
/// <param name="Block">The head at the attempt's first offer.</param>
/// <param name="ToAll">Whether public endpoints were among those asked.</param>
internal sealed record Offer(long? At, ulong Block, bool ToAll)
{
    /// <summary>The attempt.</summary>
    public Hash32 Hash { get; init; }

    /// <summary>When it was first offered in this run, as a timestamp.</summary>
    public long Began { get; init; }

    /// <summary>What was wrong with it; null where a node took it.</summary>
    public SendOutcome? Trouble { get; init; }

    /// <summary>When a node was last seen to have it, as a timestamp.</summary>
    public long? KnownAt { get; init; }

    /// <summary>The head at which it was last replaced, and how often at that head.</summary>
    public ulong? BumpedAt { get; init; }

    /// <summary>See <see cref="BumpedAt"/>.</summary>
    public int Bumps { get; init; }
}

/// <summary>What this run remembers of the entries in flight: their last offers, and how often in a row all nodes refused them. A restart forgets it.</summary>
internal sealed class OfferBook
{
    private readonly Dictionary<ulong, Offer> _offers = [];
    private readonly Dictionary<ulong, int> _refusals = [];

    /// <summary>The last offer of an entry; null if there was none in this run.</summary>
    public Offer? Find(OutboxEntry entry) => _offers.GetValueOrDefault(entry.Id);

    public void Put(OutboxEntry entry, Offer offer) => _offers[entry.Id] = offer;

    /// <summary>How often in a row it was refused.</summary>
    public int Refusals(OutboxEntry entry) => _refusals.GetValueOrDefault(entry.Id);

    public void CountRefusal(OutboxEntry entry) => _refusals[entry.Id] = Refusals(entry) + 1;

    /// <summary>It counts as refused so often that its nonce is taken back.</summary>
    public void GiveUp(OutboxEntry entry, int refusals) => _refusals[entry.Id] = Math.Max(Refusals(entry), refusals);

    public void ForgetRefusals(OutboxEntry entry) => _refusals.Remove(entry.Id);

    /// <summary>Forgets an entry, which gets another nonce.</summary>
    public void Forget(OutboxEntry entry)
    {
        _offers.Remove(entry.Id);
        _refusals.Remove(entry.Id);
    }

    /// <summary>Forgets all entries but these.</summary>
    public void Keep(IReadOnlySet<ulong> ids)
    {
        foreach (ulong gone in _offers.Keys.Concat(_refusals.Keys).Where(id => !ids.Contains(id)).ToArray())
        {
            _offers.Remove(gone);
            _refusals.Remove(gone);
        }
    }
}
