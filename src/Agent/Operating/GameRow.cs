using Gavel.Agent.Deciding;
using Gavel.Rollup;

namespace Gavel.Agent.Operating;

/// <summary>A game as <c>agent games</c> shows it. What cannot be known of a version is null.</summary>
internal sealed record GameRow : ShownGame
{
    /// <summary>Place in the factory's list.</summary>
    public required ulong Index { get; init; }

    /// <summary>The factory that made it.</summary>
    public required Address Factory { get; init; }

    /// <summary>Seconds since the epoch.</summary>
    public required ulong CreatedAt { get; init; }

    public int? Claims { get; init; }

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
