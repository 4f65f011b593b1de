namespace Gavel.Agent.Operating;

/// <summary>What a command that sends did, or with <c>--dry-run</c> would do.</summary>
internal sealed record ActReport
{
    public required Address Account { get; init; }

    public required bool DryRun { get; init; }

    public required IReadOnlyList<CallReport> Calls { get; init; }

    /// <summary>The game acted on or created; null for one that is not created yet.</summary>
    public Address? Game { get; init; }

    /// <summary>Index of the claim that a move posted; null before.</summary>
    public uint? Claim { get; init; }
}
