using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>L1 endpoints of which an answer was proven false: left out of all reading, told as dangers, and probed until they tell the truth.</summary>
/// <param name="readers">What they are left out of.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class FalseEndpoints(IReadOnlyList<ILeavesOut> readers, TimeProvider clock) : IDangerSource
{
    private const double FirstProbeSeconds = 5;
    private const double MostProbeSeconds = 300;

    // Enough to see whether it tells the truth again.
    private const int MostKept = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<EndpointUrl, Record> _records = [];

    /// <summary>Who they are.</summary>
    public IReadOnlySet<EndpointUrl> Endpoints
    {
        get
        {
            lock (_lock)
            {
                return _records.Keys.ToHashSet();
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers
    {
        get
        {
            lock (_lock)
            {
                return [.. _records.Select(record => DangerOf(record.Key, record.Value))];
            }
        }
    }

    /// <summary>Whether it is time to ask them again.</summary>
    public bool IsProbeDue
    {
        get
        {
            lock (_lock)
            {
                return _records.Values.Any(record =>
                    clock.GetElapsedTime(record.ProbedAt).TotalSeconds >= Math.Min(MostProbeSeconds, FirstProbeSeconds * Math.Pow(2, record.Probes)));
            }
        }
    }

    /// <summary>What an endpoint told falsely.</summary>
    public IReadOnlyList<Falsehood> Of(EndpointUrl endpoint)
    {
        lock (_lock)
        {
            return [.. _records.GetValueOrDefault(endpoint)?.Falsehoods.Values ?? Enumerable.Empty<Falsehood>()];
        }
    }

    /// <summary>Leaves out who told these.</summary>
    public void Note(IEnumerable<Falsehood> falsehoods)
    {
        lock (_lock)
        {
            foreach (Falsehood falsehood in falsehoods)
            {
                if (!_records.TryGetValue(falsehood.Endpoint, out Record? record))
                {
                    _records[falsehood.Endpoint] = record = new Record(clock.GetUtcNow(), clock.GetTimestamp());
                }

                if (record.Falsehoods.Count < MostKept || record.Falsehoods.ContainsKey(falsehood.Game))
                {
                    record.Falsehoods[falsehood.Game] = falsehood;
                }
            }

            foreach ((EndpointUrl endpoint, Record record) in _records)
            {
                record.IsLeftOut = LeaveOut(endpoint, record.Falsehoods.Values.First().Text);
            }
        }
    }

    /// <summary>Takes an endpoint back if it has told the truth.</summary>
    public void Probed(EndpointUrl endpoint, bool isTrue)
    {
        lock (_lock)
        {
            if (isTrue)
            {
                TakeBack(endpoint);
            }
            else if (_records.TryGetValue(endpoint, out Record? record))
            {
                (record.Probes, record.ProbedAt) = (record.Probes + 1, clock.GetTimestamp());
            }
        }
    }

    /// <summary>Forgets what was told of other games than these; who has told nothing else is taken back, and caught again if it goes on.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        lock (_lock)
        {
            foreach ((EndpointUrl endpoint, Record record) in _records.ToArray())
            {
                foreach (Address gone in record.Falsehoods.Keys.Where(game => !games.Contains(game)).ToArray())
                {
                    record.Falsehoods.Remove(gone);
                }

                if (record.Falsehoods.Count == 0)
                {
                    TakeBack(endpoint);
                }
            }
        }
    }

    // Where it is the last one it goes on being read: the games that it tells falsely are not moved on, others are proven each for itself.
    private bool LeaveOut(EndpointUrl endpoint, string why)
    {
        bool all = true;
        foreach (ILeavesOut reader in readers)
        {
            all &= reader.LeaveOut(endpoint, why);
        }

        return all;
    }

    private void TakeBack(EndpointUrl endpoint)
    {
        _records.Remove(endpoint);
        foreach (ILeavesOut reader in readers)
        {
            reader.TakeBack(endpoint);
        }
    }

    private static Danger DangerOf(EndpointUrl endpoint, Record record) => new()
    {
        Kind = DangerCodes.L1EndpointContradictsProof,
        Severity = record.IsLeftOut ? DangerSeverity.Warn : DangerSeverity.Page,
        Subject = endpoint.ToString(),
        Problem = record.IsLeftOut
            ? $"left out of reading: {record.Falsehoods.Values.First().Text}"
            : $"{record.Falsehoods.Values.First().Text}; there is no other endpoint to read from, so that this game is not moved on",
        Since = record.Since,
        Mend = record.IsLeftOut
            ? "look who answers at this address; it is probed, and taken back once it tells the truth"
            : "add another L1 endpoint, and look who answers at this address",
    };

    private sealed class Record(DateTimeOffset since, long probedAt)
    {
        public DateTimeOffset Since { get; } = since;

        public Dictionary<Address, Falsehood> Falsehoods { get; } = [];

        public bool IsLeftOut { get; set; }

        public int Probes { get; set; }

        public long ProbedAt { get; set; } = probedAt;
    }
}
