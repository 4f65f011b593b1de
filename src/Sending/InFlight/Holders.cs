namespace Gavel.Sending;

/// <summary>
/// Who may have a transaction of ours, by nonce: an endpoint that took one, or that was asked and has not answered, may have it until it
/// refuses one itself. While anybody may, a refusal by somebody else is no reason to take the nonce back. Safe for many threads.
/// </summary>
internal sealed class Holders
{
    private readonly Lock _lock = new();

    // With the latest of the entry's attempts that the endpoint may have, counted from 1; 0 for some attempt of an earlier run.
    private readonly Dictionary<ulong, Dictionary<string, int>> _byNonce = [];

    /// <summary>Forgets all nonces but these.</summary>
    public void Keep(IReadOnlySet<ulong> nonces)
    {
        lock (_lock)
        {
            foreach (ulong gone in _byNonce.Keys.Where(nonce => !nonces.Contains(nonce)).ToArray())
            {
                _byNonce.Remove(gone);
            }
        }
    }

    /// <summary>These are the endpoints from here on: what became of a transaction at another nobody will ever say.</summary>
    public void Know(IReadOnlySet<string> endpoints)
    {
        lock (_lock)
        {
            foreach (Dictionary<string, int> holders in _byNonce.Values)
            {
                foreach (string gone in holders.Keys.Where(name => !endpoints.Contains(name)).ToArray())
                {
                    holders.Remove(gone);
                }
            }
        }
    }

    /// <summary>Begins with an entry, if it is new here: what somebody took in an earlier run may be with any of the endpoints.</summary>
    public void Begin(OutboxEntry entry, IEnumerable<string> endpoints)
    {
        lock (_lock)
        {
            bool wasTaken = entry.Attempts.Any(attempt => attempt.SentAt is not null);
            _byNonce.TryAdd(entry.Nonce!.Value, wasTaken ? endpoints.ToDictionary(name => name, _ => 0) : []);
        }
    }

    /// <summary>The endpoints that may have one.</summary>
    public string[] Of(OutboxEntry entry)
    {
        lock (_lock)
        {
            return _byNonce.TryGetValue(entry.Nonce!.Value, out Dictionary<string, int>? holders) ? [.. holders.Keys] : [];
        }
    }

    /// <summary>The last attempt is on its way to an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="isReached">False where there was no connection to it the last time: then it has nothing until it has answered.</param>
    /// <returns>What it may have had before; null for nothing.</returns>
    public int? OnItsWay(string endpoint, OutboxEntry entry, bool isReached = true)
    {
        lock (_lock)
        {
            if (!_byNonce.TryGetValue(entry.Nonce!.Value, out Dictionary<string, int>? holders))
            {
                return null;
            }

            int? before = holders.TryGetValue(endpoint, out int held) ? held : null;
            if (isReached)
            {
                holders[endpoint] = Math.Max(entry.Attempts.Length, held);
            }

            return before;
        }
    }

    /// <summary>An endpoint has answered, or has not in time.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="entry">The entry as it was offered.</param>
    /// <param name="outcome">The answer.</param>
    /// <param name="neverArrived">True if the endpoint was surely not reached.</param>
    /// <param name="before">What <see cref="OnItsWay"/> gave.</param>
    public void Answered(string endpoint, OutboxEntry entry, SendOutcome outcome, bool neverArrived, int? before)
    {
        lock (_lock)
        {
            if (!_byNonce.TryGetValue(entry.Nonce!.Value, out Dictionary<string, int>? holders))
            {
                return;
            }

            // The answer to an earlier attempt may come after a later one was offered, and says nothing of that.
            bool isLate = holders.TryGetValue(endpoint, out int held) && held > entry.Attempts.Length;
            switch (outcome)
            {
                case var _ when isLate:
                    break;
                case SendOutcome.Taken:
                case SendOutcome.Unknown when !neverArrived:
                    holders[endpoint] = entry.Attempts.Length;
                    break;
                case SendOutcome.NoFunds or SendOutcome.Refused:
                    holders.Remove(endpoint);
                    break;
                case var _ when before is int earlier:
                    holders[endpoint] = earlier; // not this one; but "underpriced" is said where an earlier one is in the pool
                    break;
                default:
                    holders.Remove(endpoint);
                    break;
            }
        }
    }
}
