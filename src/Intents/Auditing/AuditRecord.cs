using System.Text.Json.Serialization;

namespace Gavel.Intents;

/// <summary>Why a call was made: what <c>agent explain</c> shows. Written before the call is sent.</summary>
public sealed record AuditRecord
{
    /// <summary>When it was decided, by the host's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The chain's name.</summary>
    public required string Chain { get; init; }

    /// <summary>The game.</summary>
    public required string Game { get; init; }

    /// <summary>The intent's key in hex.</summary>
    public required string Intent { get; init; }

    /// <summary>The function called.</summary>
    public required string Call { get; init; }

    /// <summary>Claim index it is about; null for the whole game.</summary>
    public int? Claim { get; init; }

    /// <summary>Wei bonded.</summary>
    public required string BondWei { get; init; }

    /// <summary>Which rule fired, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>What is true of the root claim, and which nodes said what at which blocks.</summary>
    public required string Verdict { get; init; }

    /// <summary>What the verdict rested on; null for a game that is over.</summary>
    public AuditEvidence? Evidence { get; init; }

    /// <summary>The L1 block at which it was decided: number and hash.</summary>
    public required string L1Block { get; init; }

    /// <summary>Seconds left on our clock at that block; null where no clock runs.</summary>
    public long? SecondsLeft { get; init; }

    /// <summary>What executing the call in this process gave before it was handed over; null where none was made.</summary>
    public AuditRehearsal? Rehearsal { get; init; }

    /// <summary>True when nothing was sent.</summary>
    public bool DryRun { get; init; }
}

/// <summary>How audit records are written: one JSON object a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(AuditNote))]
public sealed partial class AuditJson : JsonSerializerContext;
