namespace Gavel.Simulator;

/// <summary>The contract's <c>claimData</c>, with numbers for positions and clock fields.</summary>
public sealed class SimulatedClaim
{
    public required uint ParentIndex { get; init; }

    public required UInt128 Position { get; init; }

    public required Hash32 Value { get; init; }

    public required Address Claimant { get; init; }

    public required UInt256 Bond { get; init; }

    public required ulong Duration { get; init; }

    public required ulong Timestamp { get; init; }

    public Address CounteredBy { get; set; }

    /// <summary>Indices of the claims that answer this one (the contract's <c>subgames</c>).</summary>
    public List<int> Children { get; } = [];

    public bool IsResolved { get; set; }

    /// <summary>Who was paid this claim's bond; zero before.</summary>
    public Address PaidTo { get; set; }

    /// <summary>How many children <c>resolveClaim</c> has counted so far.</summary>
    public int CountedChildren => Progress.NextChild;

    internal Checkpoint Progress { get; } = new();

    internal sealed class Checkpoint
    {
        public bool IsStarted { get; set; }

        public int NextChild { get; set; }

        public UInt128 Leftmost { get; set; } = UInt128.MaxValue;

        public Address CounteredBy { get; set; }
    }
}
