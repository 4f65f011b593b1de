namespace Gavel.GameSolver;

/// <summary>The depths of a game (<c>maxGameDepth</c>, <c>splitDepth</c>).</summary>
public sealed record GameShape
{
    /// <summary>A game whose claims are output roots down to <paramref name="splitDepth"/> and VM states below.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum depth is not 1 … 126, or the split depth not 0 … maximum.</exception>
    public GameShape(int maxDepth, int splitDepth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, Position.MaxDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(splitDepth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(splitDepth, maxDepth);
        MaxDepth = maxDepth;
        SplitDepth = splitDepth;
    }

    /// <summary>A game of one trace from the root to the leaves, as in the recorded vectors; no deployed contract has this shape.</summary>
    public static GameShape Unsplit(int maxDepth) => new(maxDepth, maxDepth);

    /// <summary>Depth of the claims that can be stepped on.</summary>
    public int MaxDepth { get; }

    /// <summary>Deepest depth of claims about output roots; <see cref="MaxDepth"/> where there is no execution half.</summary>
    public int SplitDepth { get; }

    /// <summary>True when there are execution games below the split depth.</summary>
    public bool IsSplit => SplitDepth < MaxDepth;

    /// <summary>
    /// The step that a leaf stands for, counted in its own trace: the instruction index inside its execution game, or the trace index of an
    /// unsplit game.
    /// </summary>
    public UInt128 LeafIndex(Position leaf)
    {
        UInt128 index = leaf.TraceIndex(MaxDepth);
        return IsSplit ? index & ((UInt128.One << (MaxDepth - SplitDepth - 1)) - 1) : index;
    }
}
