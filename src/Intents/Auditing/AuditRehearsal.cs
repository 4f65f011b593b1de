namespace Gavel.Intents;

/// <summary>What the rehearsal of a call gave, as the audit trail keeps it.</summary>
public sealed record AuditRehearsal
{
    /// <summary><c>succeeds</c>, <c>reverts</c> or <c>not rehearsed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gas that the receipt should show; null where it is not known.</summary>
    public ulong? GasUsed { get; init; }

    /// <summary>Why it reverts, or why it was not rehearsed.</summary>
    public string? Reason { get; init; }

    /// <summary>Revert data in hex; null where there is none.</summary>
    public string? RevertData { get; init; }

    /// <summary>The logs that it would write, cut after the first sixteen.</summary>
    public IReadOnlyList<AuditLogEntry>? Logs { get; init; }

    /// <summary>Why the result may differ from the chain's although nothing is wrong.</summary>
    public string? NotExact { get; init; }

    /// <summary>What the node's own <c>eth_call</c> at the same block gave: <c>succeeds</c>, <c>reverts</c> with the reason, or its words.</summary>
    public string? Node { get; init; }

    /// <summary>True where the node contradicts the rehearsal.</summary>
    public bool Differs { get; init; }

    /// <summary>Milliseconds that it took.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>Requests that it made.</summary>
    public required int Requests { get; init; }

    /// <summary>In words: the outcome, the gas, the reason, and what the node said where it differs.</summary>
    public override string ToString()
    {
        string gas = GasUsed is ulong used ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", {used} gas") : "";
        string exact = NotExact is { } why ? $" (not exact: {why})" : "";
        string node = Differs ? $"; the node differs: {Node}" : "";
        return $"{Outcome}{gas}{exact}{(Reason is null ? "" : $": {Reason}")}{node}";
    }
}

/// <summary>A log that a call would write, in hex; data cut after 256 bytes.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Topics">Its topics.</param>
/// <param name="Data">The rest.</param>
public sealed record AuditLogEntry(string Address, IReadOnlyList<string> Topics, string Data);
