namespace Gavel.Ethereum;

/// <summary>Rehearsals that the node contradicted, as dangers. One ends when a later rehearsal of the same function agrees, or after an hour.</summary>
internal sealed class RehearsalDangers(TimeProvider clock)
{
    private const int Most = 32;
    private static readonly TimeSpan Stands = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Danger Danger, DateTimeOffset Last)> _standing = [];

    public IReadOnlyList<Danger> Standing
    {
        get
        {
            lock (_lock)
            {
                return [.. _standing.Values.Where(item => clock.GetUtcNow() - item.Last < Stands).Select(item => item.Danger)];
            }
        }
    }

    public void Note(RehearsalCall call, Rehearsal result)
    {
        string subject = $"{call.To} {Hex.Encode(call.Data.Span[..Math.Min(4, call.Data.Length)])}";
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            if (result.NotExact is null && result.ContradictsNode)
            {
                foreach (string old in _standing.Where(item => now - item.Value.Last >= Stands).Select(item => item.Key).ToArray())
                {
                    _standing.Remove(old);
                }

                DateTimeOffset since = _standing.TryGetValue(subject, out (Danger Danger, DateTimeOffset Last) before) ? before.Danger.Since : now;
                if (_standing.Count < Most || _standing.ContainsKey(subject))
                {
                    _standing[subject] = (Differs(subject, call, result, since), now);
                }
            }
            else if (result is not NotRehearsed && result.Node is { Kind: not NodeOutcomeKind.Unknown })
            {
                _standing.Remove(subject);
            }
        }
    }

    private static Danger Differs(string subject, RehearsalCall call, Rehearsal result, DateTimeOffset since) => new()
    {
        Kind = DangerCodes.RehearsalDiffers,
        Severity = DangerSeverity.Warn,
        Subject = subject,
        Problem = $"at block {call.Block} the rehearsal {Told(result is Succeeded, result is Reverted reverted ? reverted.Data : default)}, "
            + $"but the node's eth_call {Told(result.Node!.Kind == NodeOutcomeKind.Output, result.Node.Data)}",
        Since = since,
        Mend = "one of the two is wrong about the chain: compare the call with another L1 endpoint, and remove one that answers differently from the others",
    };

    private static string Told(bool succeeded, ReadOnlyMemory<byte> data) =>
        succeeded ? "succeeds" : $"reverts with {(data.IsEmpty ? "no data" : Hex.Encode(data.Span[..Math.Min(36, data.Length)]))}";
}
