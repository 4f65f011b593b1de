namespace Gavel.Chains;

/// <summary>Dangers that a part finds anew each time it looks. One that stood the last time keeps its beginning. Read from any thread, replaced by one at a time.</summary>
public sealed class StandingDangers : IDangerSource
{
    private volatile Danger[] _standing = [];

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _standing;

    /// <summary>What stands from now on.</summary>
    public void Replace(IEnumerable<Danger> found)
    {
        Danger[] before = _standing;
        _standing = [.. found.Select(danger =>
            before.FirstOrDefault(known => known.Kind == danger.Kind && known.Subject == danger.Subject) is { } known ? danger with { Since = known.Since } : danger)];
    }
}
