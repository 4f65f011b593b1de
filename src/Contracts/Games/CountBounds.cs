namespace Gavel.Contracts;

/// <summary>
/// How many games and claims there can be at most. A node tells the counts, and one wrong hex digit of one must not queue billions of
/// reads. The bounds are generous; what is closer is checked by asking for the last one first.
/// </summary>
internal static class CountBounds
{
    /// <summary>Reads that are made at once for one list.</summary>
    public const int Chunk = 1024;

    /// <summary>Games of one factory. The busiest chains make some 30,000 a year.</summary>
    public const ulong MostGames = 1 << 20;

    /// <summary>Claims of one game: each is bonded with at least 0.08 ether, so these cost 10,000.</summary>
    public const ulong MostClaims = 1 << 17;

    // A creation costs more than 400,000 and a move more than 250,000 gas; what both must store costs more than this.
    private const ulong LeastGas = 100_000;

    /// <summary>Games that fit the blocks up to a height.</summary>
    public static ulong Games(ulong height, ulong gasLimit) => Fitting(height, gasLimit, MostGames);

    /// <summary>Claims that fit the time since a game's creation, at no more than a block a second; the root is one.</summary>
    public static ulong Claims(ulong seconds, ulong gasLimit) => Fitting(seconds, gasLimit, MostClaims - 1) + 1;

    private static ulong Fitting(ulong blocks, ulong gasLimit, ulong most)
    {
        UInt128 fitting = ((UInt128)blocks + 1) * ((gasLimit / LeastGas) + 1);
        return fitting < most ? (ulong)fitting : most;
    }
}
