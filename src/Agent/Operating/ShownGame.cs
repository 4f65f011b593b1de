using System.Text.Json.Serialization;
using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Agent.Operating;

/// <summary>What every command shows of a game. What cannot be known of a version is null.</summary>
internal abstract record ShownGame
{
    public required Address Game { get; init; }

    public required uint Type { get; init; }

    /// <summary>The type's name; null where it has none.</summary>
    public string? TypeName => GameTypeNames.Of(Type);

    /// <summary>What the contract says of its version; empty if nothing.</summary>
    public required string Version { get; init; }

    /// <summary>Whether Gavel plays games of this version.</summary>
    public required bool IsPlayed { get; init; }

    public required Hash32 RootClaim { get; init; }

    public required Address Creator { get; init; }

    /// <summary>The proposed block; null for games of other things than blocks.</summary>
    [JsonConverter(typeof(OperatorJson.ExactNumber))]
    public UInt256? L2Block => NumberIn(SequenceUnit.Block);

    /// <summary>Seconds since the epoch that a super root is claimed for; null for other games.</summary>
    [JsonConverter(typeof(OperatorJson.ExactNumber))]
    public UInt256? L2Timestamp => NumberIn(SequenceUnit.Timestamp);

    /// <summary>Block, timestamp or what else the game counts; null where it does not tell.</summary>
    [JsonConverter(typeof(OperatorJson.ExactNumber))]
    public UInt256? SequenceNumber => Proposed?.Number;

    /// <summary>Place in the factory's list of the game that it builds on, 4294967295 for the anchor; null for games that build on none.</summary>
    public uint? ParentIndex { get; init; }

    /// <summary>What the root is claimed for, in words.</summary>
    [JsonIgnore]
    public ProposedPoint? Proposed { get; init; }

    public GameStatus? Status { get; init; }

    /// <summary>Seconds until the game can be resolved if nobody moves again; null when it is over.</summary>
    public long? SecondsLeft { get; init; }

    /// <summary>Who wins if nobody moves again.</summary>
    public GameStatus? Forecast { get; init; }

    /// <summary>What the guardian holds of it; null where that is not known.</summary>
    public GameStanding? Standing { get; init; }

    /// <summary>How its bonds are paid; undecided until it is closed. Always normal up to 1.3.x.</summary>
    public BondDistributionMode? BondMode { get; init; }

    /// <summary>How they are, or would be paid if it were closed as it stands now.</summary>
    public BondDistributionMode? ExpectedBondMode { get; init; }

    private UInt256? NumberIn(SequenceUnit unit) => Proposed is { } proposed && proposed.Unit == unit ? proposed.Number : null;
}
