using Gavel.GameSolver;

namespace Gavel.Contracts.Simulation;

/// <summary>A claim of a simulated game, with what its contract keeps about its children.</summary>
internal sealed class SimulatedClaim
{
    public const uint NoParent = uint.MaxValue;

    public required uint ParentIndex { get; init; }

    public required Address Claimant { get; init; }

    public required UInt256 Bond { get; init; }

    public required Hash32 Value { get; init; }

    public required Position Position { get; init; }

    public required ChessClock Clock { get; init; }

    public Address CounteredBy { get; set; }

    public bool IsResolved { get; set; }

    /// <summary>Indices of the answers, in their order.</summary>
    public List<int> Children { get; } = [];

    /// <summary>How far paged resolution has come; null before it has begun.</summary>
    public (int NextChild, UInt128 Leftmost, Address Leader)? Checkpoint { get; set; }
}
