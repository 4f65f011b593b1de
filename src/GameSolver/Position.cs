using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Gavel.GameSolver;

/// <summary>
/// A place in the bisection tree as its generalised index: 2^depth + index at depth; the root is 1. Depths reach 126, as in the contract's
/// <c>Position</c> (uint128). A default value is no position; every other way of making one checks it.
/// </summary>
public readonly struct Position : IEquatable<Position>, IComparable<Position>
{
    /// <summary>The deepest position a game can have.</summary>
    public const int MaxDepth = 126;

    private readonly UInt128 _gindex;

    /// <summary>From a generalised index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">0, or deeper than <see cref="MaxDepth"/>.</exception>
    public Position(UInt128 gindex)
    {
        if (gindex == 0 || gindex >> (MaxDepth + 1) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(gindex), gindex, $"a generalised index lies between 1 and 2^{MaxDepth + 1} - 1");
        }

        _gindex = gindex;
    }

    private Position(UInt128 gindex, bool _) => _gindex = gindex;

    /// <summary>The position of the root claim.</summary>
    public static Position Root => new(UInt128.One, true);

    /// <summary>From a depth and the index at that depth (0 is the leftmost).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is over 126, or the index does not fit the depth.</exception>
    public static Position At(int depth, UInt128 indexAtDepth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth);
        UInt128 first = UInt128.One << depth;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(indexAtDepth, first);
        return new Position(first | indexAtDepth, true);
    }

    /// <summary>The generalised index, as the contract stores it.</summary>
    public UInt128 GIndex => _gindex;

    /// <summary>Moves between the root and this position.</summary>
    public int Depth
    {
        get
        {
            ulong high = (ulong)(_gindex >> 64);
            return high != 0 ? 64 + BitOperations.Log2(high) : BitOperations.Log2((ulong)_gindex);
        }
    }

    /// <summary>Positions to the left at the same depth.</summary>
    public UInt128 IndexAtDepth => _gindex ^ (UInt128.One << Depth);

    /// <summary>True for the position of the root claim.</summary>
    public bool IsRoot => _gindex == UInt128.One;

    /// <summary>Where a claim that attacks this one stands: the left child.</summary>
    /// <exception cref="InvalidOperationException">This position is at depth 126.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Position Attack() => new(Deeper(_gindex << 1), true);

    /// <summary>
    /// Where a claim that defends this one stands: the left child of the right neighbour, <c>(gindex | 1) &lt;&lt; 1</c>. At an odd index
    /// this equals the attack; every claim below the root has an even one.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is the root, which cannot be defended, or a position at depth 126.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Position Defend()
    {
        if (_gindex == UInt128.One)
        {
            ThrowRootDefence();
        }

        return new Position(Deeper((_gindex | UInt128.One) << 1), true);
    }

    /// <summary>True when <paramref name="move"/> is the defence of this position rather than the attack on it.</summary>
    public bool IsDefendedBy(Position move) => !IsRoot && move != Attack() && move == Defend();

    /// <summary>The right neighbour, or null at the right edge.</summary>
    public Position? MoveRight()
    {
        UInt128 next = _gindex + 1;
        return UInt128.IsPow2(next) ? null : new Position(next, true);
    }

    /// <summary>The position's parent in the binary tree (not the claim it answers), or null for the root.</summary>
    public Position? TreeParent => IsRoot ? null : new Position(_gindex >> 1, true);

    /// <summary>The ancestor in the binary tree at a depth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is below 0 or deeper than this position.</exception>
    public Position AncestorAtDepth(int depth)
    {
        int up = LevelsBelow(depth);
        return new Position(_gindex >> up, true);
    }

    /// <summary>
    /// The index of the deepest and rightmost descendant at <paramref name="maxDepth"/>: the last step of the trace that a claim here speaks
    /// of, <c>((gindex + 1) &lt;&lt; (maxDepth - depth)) - 1 - 2^maxDepth</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDepth"/> is less than this position's depth or over 127 (a step lies one deeper than its leaf).</exception>
    public UInt128 TraceIndex(int maxDepth)
    {
        int depth = Depth;
        if ((uint)maxDepth > MaxDepth + 1 || depth > maxDepth)
        {
            ThrowMaxDepth(maxDepth, depth);
        }

        int rest = maxDepth - depth;
        return ((_gindex + UInt128.One) << rest) - UInt128.One - (UInt128.One << maxDepth); // wraps back at depth 127
    }

    /// <summary>
    /// The highest position with the same trace index: shift right while the lowest bit is 1, and the root for the right edge
    /// (the contract's <c>traceAncestor</c>).
    /// </summary>
    public Position TraceAncestor()
    {
        UInt128 ancestor = _gindex >> (int)UInt128.TrailingZeroCount(~_gindex);
        return ancestor == 0 ? Root : new Position(ancestor, true);
    }

    /// <summary>As <see cref="TraceAncestor"/>, but never above a depth: inside an execution game that is split depth + 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is below 0 or deeper than this position.</exception>
    public Position TraceAncestorBelow(int highestDepth)
    {
        int most = LevelsBelow(highestDepth);
        return new Position(_gindex >> Math.Min(most, (int)UInt128.TrailingZeroCount(~_gindex)), true);
    }

    /// <summary>This position as seen from its ancestor at a depth, which becomes the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is below 0 or deeper than this position.</exception>
    public Position RelativeToAncestorAtDepth(int depth)
    {
        int below = LevelsBelow(depth);
        UInt128 first = UInt128.One << below;
        return new Position(first | (_gindex & (first - 1)), true);
    }

    /// <inheritdoc/>
    public bool Equals(Position other) => _gindex == other._gindex;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Position other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _gindex.GetHashCode();

    /// <summary>Orders as the contract does when it looks for the leftmost claim: by generalised index.</summary>
    public int CompareTo(Position other) => _gindex.CompareTo(other._gindex);

    /// <summary>The generalised index in decimal.</summary>
    public override string ToString() => _gindex.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Equals(Position)"/>
    public static bool operator ==(Position left, Position right) => left.Equals(right);

    /// <inheritdoc cref="Equals(Position)"/>
    public static bool operator !=(Position left, Position right) => !left.Equals(right);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Position left, Position right) => left._gindex < right._gindex;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Position left, Position right) => left._gindex > right._gindex;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Position left, Position right) => left._gindex <= right._gindex;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Position left, Position right) => left._gindex >= right._gindex;

    private static UInt128 Deeper(UInt128 gindex)
    {
        if (gindex >> (MaxDepth + 1) != 0)
        {
            ThrowTooDeep();
        }

        return gindex;
    }

    private int LevelsBelow(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        int own = Depth;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, own);
        return own - depth;
    }

    private static void ThrowRootDefence() => throw new InvalidOperationException("the root claim of a game cannot be defended");

    private static void ThrowTooDeep() => throw new InvalidOperationException($"a position at depth {MaxDepth} has no children");

    private static void ThrowMaxDepth(int maxDepth, int depth) =>
        throw new ArgumentOutOfRangeException(nameof(maxDepth), maxDepth, $"a trace index is asked for depth {depth} to {MaxDepth + 1}");
}
