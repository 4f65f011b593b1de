using System.Collections.Concurrent;

namespace Gavel.Challenger;

/// <summary>The desks of all chains that are set up. Safe for many threads.</summary>
public sealed class DecisionDesks
{
    private readonly ConcurrentDictionary<string, DecisionDesk> _desks = new();

    /// <summary>The desks, or the one of a chain.</summary>
    /// <param name="chain">A chain's name; null for all.</param>
    public IReadOnlyList<DecisionDesk> Of(string? chain) => [.. _desks.Values.Where(desk => chain is null || desk.Chain == chain)];

    /// <summary>Opens a desk until the result is disposed of.</summary>
    public IDisposable Open(DecisionDesk desk)
    {
        ArgumentNullException.ThrowIfNull(desk);
        _desks[desk.Chain] = desk;
        return new Opened(this, desk);
    }

    private sealed class Opened(DecisionDesks desks, DecisionDesk desk) : IDisposable
    {
        public void Dispose() => desks._desks.TryRemove(new KeyValuePair<string, DecisionDesk>(desk.Chain, desk));
    }
}
