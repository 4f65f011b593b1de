using System.Text.Json.Serialization;
using Gavel.Agent.Deciding;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Agent.Operating;

/// <summary>A game as <c>agent games</c> shows it. What cannot be known of a version is null.</summary>
internal sealed record GameRow
{
    /// <summary>Place in the factory's list.</summary>
    public required ulong Index { get; init; }

    /// <summary>The factory that made it.</summary>
    public required Address Factory { get; init; }

    public required Address Game { get; init; }

    public required uint Type { get; init; }

    /// <summary>The type's name; null where it has none.</summary>
    public string? TypeName { get; init; }

    /// <summary>What the contract says of its version; empty if nothing.</summary>
    public required string Version { get; init; }

    /// <summary>Whether Gavel plays games of this version.</summary>
    public required bool IsPlayed { get; init; }

    public required Hash32 RootClaim { get; init; }

    public required Address Creator { get; init; }

    /// <summary>The proposed block; null for games of other things than blocks.</summary>
    [JsonConverter(typeof(OperatorJson.ExactNumber))]
    public UInt256? L2Block { get; init; }

    /// <summary>Seconds since the epoch that a super root is claimed for; null for other games.</summary>
    [JsonConverter(typeof(OperatorJson.ExactNumber))]
    public UInt256? L2Timestamp { get; init; }

    /// <summary>Block, timestamp or what else the game counts; null where it does not tell.</summary>
    [JsonConverter(typeof(OperatorJson.ExactNumber))]
    public UInt256? SequenceNumber { get; init; }

    /// <summary>Place in the factory's list of the game that it builds on, 4294967295 for the anchor; null for games that build on none.</summary>
    public uint? ParentIndex { get; init; }

    /// <summary>What the root is claimed for, in words.</summary>
    [JsonIgnore]
    public ProposedPoint? Proposed { get; init; }

    /// <summary>Seconds since the epoch.</summary>
    public required ulong CreatedAt { get; init; }

    public GameStatus? Status { get; init; }

    public int? Claims { get; init; }

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

    /// <summary>What our accounts have bonded in it.</summary>
    public UInt256? OurBondsWei { get; init; }

    /// <summary>What it owes our accounts, or would if it were closed as it stands now.</summary>
    public UInt256? OurCreditWei { get; init; }

    /// <summary>What our accounts bonded in a game that is over and others get; null while it goes on.</summary>
    public UInt256? OurLostWei { get; init; }

    /// <summary>What the agent with this configuration thinks, or thought, of the root; null where nothing is recorded.</summary>
    public Truth? RecordedVerdict { get; init; }

    /// <summary>The rule that it follows from; null likewise, and in records of before that was kept.</summary>
    public VerdictRule? RecordedRule { get; init; }

    /// <summary>What a person has decided of its root; null where nobody has.</summary>
    public StandingDecision? Decision { get; init; }

    /// <summary>Whether the game ended against that; null where nothing is recorded, or the game goes on.</summary>
    public bool? IsAgainstVerdict { get; init; }
}
