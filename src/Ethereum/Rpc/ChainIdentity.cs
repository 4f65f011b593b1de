namespace Gavel.Ethereum;

/// <summary>Of which chain the endpoints must be: as configured, else as most of those say that answer at first; the earlier one if it is a tie.</summary>
internal sealed class ChainIdentity(ulong? configured)
{
    private readonly Lock _lock = new();
    private ulong? _expected = configured;
    private string _source = "as configured";

    /// <summary>The chain id, or null while nobody has told it.</summary>
    public ulong? Expected
    {
        get
        {
            lock (_lock)
            {
                return _expected;
            }
        }
    }

    /// <summary>Takes what was told by endpoints in their order, unless it is known already.</summary>
    public void Learn(IReadOnlyList<(ulong ChainId, EndpointUrl From)> told)
    {
        ulong most = told.GroupBy(t => t.ChainId).MaxBy(g => g.Count())!.Key; // groups come in the order of their first member
        lock (_lock)
        {
            if (_expected is null)
            {
                _expected = most;
                _source = $"as {string.Join(" and ", told.Where(t => t.ChainId == most).Select(t => t.From))} said first";
            }
        }
    }

    /// <summary>Null if the id is the expected one, else what is wrong in words.</summary>
    public string? Objection(ulong chainId)
    {
        lock (_lock)
        {
            return _expected is { } expected && chainId != expected ? $"it is of chain {chainId}, expected {expected} ({_source})" : null;
        }
    }
}
