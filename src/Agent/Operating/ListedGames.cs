using Gavel.Chains;
using Gavel.Contracts;

namespace Gavel.Agent.Operating;

/// <summary>The games of a chain, of all its factories in the order of their creation: one life cycle, whichever factory made them.</summary>
/// <param name="Games">The games, oldest first.</param>
/// <param name="Total">How many the factories have.</param>
internal sealed record ListedGames(IReadOnlyList<ListedGame> Games, ulong Total)
{
    /// <summary>Reads them.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="reader">Reads the factories.</param>
    /// <param name="last">How many of the newest; 0 for all.</param>
    /// <param name="view">The L1 block.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public static async Task<ListedGames> ReadAsync(ChainAccess chain, GameReader reader, int last, L1View view, CancellationToken cancellationToken)
    {
        ulong total = 0;
        List<ListedGame> games = [];
        foreach (Address factory in chain.Factories)
        {
            ReadBatch batch = new(chain.L1, view.At);
            Read<ulong> count = DisputeGameFactory.GameCount(batch, factory);
            await batch.RunAsync(cancellationToken);
            total += count.Value;
            ulong first = last == 0 || (ulong)last > count.Value ? 0 : count.Value - (ulong)last;
            games.AddRange(await reader.ListAsync(factory, first, view.At, cancellationToken));
        }

        IEnumerable<ListedGame> ordered = games.OrderBy(game => game.CreatedAt).ThenBy(game => game.Index);
        return new ListedGames([.. last == 0 ? ordered : ordered.TakeLast(last)], total);
    }
}
