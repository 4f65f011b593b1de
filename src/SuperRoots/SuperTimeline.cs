using Gavel.GameSolver;

namespace Gavel.SuperRoots;

/// <summary>A place in the trace of a super game: so many steps after the super root of a second.</summary>
/// <param name="Timestamp">Seconds since the epoch.</param>
/// <param name="Step">0 for the super root itself, 1 to 127 for the states on the way to the next.</param>
public readonly record struct SuperPlace(ulong Timestamp, int Step)
{
    /// <summary>Second and step.</summary>
    public override string ToString() => Step == 0 ? $"{Timestamp}" : $"{Timestamp} + {Step}/{SuperTimeline.StepsPerSecond}";
}

/// <summary>
/// Which place a position of a super game speaks of (optimism monorepo, op-challenger, trace/super). A second has 128 steps; from the claimed timestamp on the state stays what it is there.
/// </summary>
public sealed record SuperTimeline
{
    /// <summary>Steps from one super root to the next. It stands in program and challenger, and in no contract.</summary>
    public const int StepsPerSecond = 128;

    /// <summary>Of a game.</summary>
    /// <param name="start">Timestamp of the super root that both sides agree on (<c>startingSequenceNumber</c>).</param>
    /// <param name="claimed">The claimed timestamp (<c>l2SequenceNumber</c>), later than the start.</param>
    /// <param name="splitDepth">The game's split depth.</param>
    /// <exception cref="ArgumentOutOfRangeException">The claimed timestamp is not later than the start, or the depth is none.</exception>
    public SuperTimeline(ulong start, ulong claimed, int splitDepth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(claimed, start);
        ArgumentOutOfRangeException.ThrowIfNegative(splitDepth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(splitDepth, Position.MaxDepth);
        (Start, Claimed, SplitDepth) = (start, claimed, splitDepth);
    }

    /// <summary>Timestamp of the super root that both sides agree on.</summary>
    public ulong Start { get; }

    /// <summary>The claimed timestamp.</summary>
    public ulong Claimed { get; }

    /// <summary>Depth of the positions that stand for single steps.</summary>
    public int SplitDepth { get; }

    /// <summary>The seconds after the start that the trace has steps for. A root claimed for later cannot be honest: its own position shows an earlier state.</summary>
    public UInt128 Reach => (UInt128.One << SplitDepth) / StepsPerSecond;

    /// <summary>Whether the trace gets as far as the claimed timestamp.</summary>
    public bool ReachesClaimed => (UInt128)Start + Reach >= Claimed;

    /// <summary>The place that a position at or above the split depth speaks of: the state after trace index + 1 steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position lies below the split depth.</exception>
    public SuperPlace At(Position position) => After(position.TraceIndex(SplitDepth) + 1);

    /// <summary>The place after so many steps from the start.</summary>
    public SuperPlace After(UInt128 steps)
    {
        UInt128 timestamp = Start + (steps / StepsPerSecond);
        return timestamp >= Claimed ? new SuperPlace(Claimed, 0) : new SuperPlace((ulong)timestamp, (int)(steps % StepsPerSecond));
    }
}
