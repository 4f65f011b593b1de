namespace Gavel.Simulator;

/// <summary>The contract's <c>LibPosition</c>, on bare numbers.</summary>
internal static class GIndex
{
    public static int Depth(UInt128 position) => 127 - (int)UInt128.LeadingZeroCount(position);

    public static UInt128 IndexAtDepth(UInt128 position) => position - (UInt128.One << Depth(position));

    public static UInt128 Move(UInt128 position, bool isAttack) => (isAttack ? position : position | 1) << 1;

    /// <summary>The highest position with the same trace index.</summary>
    public static UInt128 TraceAncestor(UInt128 position)
    {
        while (position > 1 && (position & 1) == 1)
        {
            position >>= 1;
        }

        return position;
    }

    /// <summary>As <see cref="TraceAncestor"/>, but deeper than <paramref name="bound"/>.</summary>
    public static UInt128 TraceAncestorBounded(UInt128 position, int bound)
    {
        while (Depth(position) > bound + 1 && (position & 1) == 1)
        {
            position >>= 1;
        }

        return position;
    }
}
