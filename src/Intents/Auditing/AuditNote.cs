using System.Text.Json.Serialization;

namespace Gavel.Intents;

/// <summary>What the audit trail keeps of a game besides calls.</summary>
public enum AuditNoteKind
{
    /// <summary>The game was resolved against our verdict.</summary>
    Lost,

    /// <summary>A bond of ours went to somebody else.</summary>
    BondLost,
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

    /// <summary>Wei that it cost us in bonds.</summary>
    public required string LostWei { get; init; }

    /// <summary>The L1 block at which it was noticed: number and hash.</summary>
    public required string L1Block { get; init; }
}
