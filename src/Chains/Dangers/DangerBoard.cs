namespace Gavel.Chains;

/// <summary>
/// The dangers of all parts in one list. A part that knows of dangers (endpoints, a desk, a cycle) is put on the board while it lives; the host
/// shows what stands there in <c>/readyz</c>, <c>/dangers</c>, metrics and log.
/// </summary>
public sealed class DangerBoard : IDangerSource
{
    private readonly Lock _lock = new();
    private Part[] _parts = []; // replaced as a whole, so that readers need no lock

    /// <summary>What stands now, the gravest first, then the one with the nearest deadline.</summary>
    public IReadOnlyList<Danger> Dangers =>
    [
        .. Volatile.Read(ref _parts).SelectMany(static part => part.Dangers)
            .OrderByDescending(danger => danger.Severity)
            .ThenBy(danger => danger.Deadline ?? DateTimeOffset.MaxValue)
            .ThenBy(danger => danger.Since),
    ];

    /// <summary>Puts a part on the board until the returned registration is disposed of.</summary>
    /// <param name="source">The part.</param>
    /// <param name="chain">The chain whose part it is; null where it serves several.</param>
    public IDisposable Add(IDangerSource source, string? chain = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Part part = new(source, chain);
        lock (_lock)
        {
            Volatile.Write(ref _parts, [.. _parts, part]);
        }

        return new Registration(this, part);
    }

    private void Remove(Part part)
    {
        lock (_lock)
        {
            Volatile.Write(ref _parts, [.. _parts.Where(one => !ReferenceEquals(one, part))]);
        }
    }

    private sealed class Part(IDangerSource source, string? chain)
    {
        public IEnumerable<Danger> Dangers => chain is null ? source.Dangers : source.Dangers.Select(danger => danger.Chain is null ? danger with { Chain = chain } : danger);
    }

    private sealed class Registration(DangerBoard board, Part part) : IDisposable
    {
        public void Dispose() => board.Remove(part);
    }
}
