using System.Text.Json.Serialization;

namespace Gavel.Intents;

/// <summary>What the audit trail keeps of a game besides calls.</summary>
public enum AuditNoteKind
{
    /// <summary>The game was resolved against our verdict.</summary>
    Lost,

    /// <summary>A bond of ours went to somebody else.</summary>
    BondLost,

    /// <summary>A person decided what is true of the game's root.</summary>
    Decided,

    /// <summary>A person took such a decision back.</summary>
    DecisionWithdrawn,
}

/// <summary>Something that happened to a game and was no call of ours.</summary>
public sealed record AuditNote
{
    /// <summary>What it is. First in the line, which tells a note from a record of a call.</summary>
    [JsonPropertyOrder(-1)]
    public required AuditNoteKind Note { get; init; }

    /// <summary>When it was noticed, by the host's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The chain's name.</summary>
    public required string Chain { get; init; }

    /// <summary>The game.</summary>
    public required string Game { get; init; }

    /// <summary>In words.</summary>
    public required string Text { get; init; }

    /// <summary>Wei that it cost us in bonds; null where it cost none.</summary>
    public string? LostWei { get; init; }

    /// <summary>Who did it; null where it was no person.</summary>
    public string? By { get; init; }

    /// <summary>What our nodes said then, of a decision; null otherwise.</summary>
    public AuditEvidence? Evidence { get; init; }

    /// <summary>The L1 block at which it was noticed: number and hash.</summary>
    public required string L1Block { get; init; }
}
