using Gavel.Chains;

namespace Gavel.Challenger;

/// <summary>What one cycle came to.</summary>
/// <param name="View">The L1 block it read at.</param>
/// <param name="Book">What was read.</param>
/// <param name="Judgements">What was decided last, by game; of a game that waits for its nodes at an earlier block than <paramref name="View"/>.</param>
/// <param name="Planned">How many calls are wanted on the chain, under way or not.</param>
/// <param name="Problem">What an operator should look at; null when all is well.</param>
public sealed record CycleReport(
    L1View View, BookUpdate Book, IReadOnlyDictionary<Address, Judgement> Judgements, int Planned, string? Problem = null)
{
    /// <summary>Games that could not be decided because of an error.</summary>
    public int Undecided { get; init; }

    /// <summary>Games that are still being decided; the next cycle does not wait for them.</summary>
    public int Waiting { get; init; }

    /// <summary>Whether the chain's SystemConfig names another factory now: its agent is set up anew.</summary>
    public bool IsMoved { get; init; }

    /// <summary>Whether each game has been decided since the agent began.</summary>
    public required bool IsWhole { get; init; }
}
