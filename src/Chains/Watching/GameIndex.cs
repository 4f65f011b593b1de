using Gavel.Contracts;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>A factory's list of games, as far as it has been read. A factory that does not answer as one hides no game that is known, and none of another factory.</summary>
/// <param name="inspector">Reads it.</param>
/// <param name="factory">The factory.</param>
/// <param name="isAlone">Whether it is the chain's only one.</param>
/// <param name="logger">Where trouble is told.</param>
/// <param name="clock">The host's clock.</param>
internal sealed partial class GameIndex(GameInspector inspector, Address factory, bool isAlone, ILogger logger, TimeProvider clock)
{
    private readonly List<ListedGame> _listed = [];

    /// <summary>The factory.</summary>
    public Address Factory => factory;

    /// <summary>Whether the factory has ever answered.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>How many games are on it.</summary>
    public int Count => _listed.Count;

    /// <summary>Why the factory could not be asked the last time; null when it could.</summary>
    public Trouble? Trouble { get; private set; }

    /// <summary>The games that the factory has listed since; <see cref="Take"/> puts them on the list once they have been looked at.</summary>
    /// <exception cref="ContractReadException">The chain's only factory has never answered as one.</exception>
    public async Task<IReadOnlyList<ListedGame>> AddedAsync(L1View view, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ListedGame> added = await inspector.ListAsync(factory, (ulong)_listed.Count, view.At, cancellationToken);
            Trouble = null;
            HasAnswered = true;
            return added;
        }
        catch (Exception error) when (Trouble.IsAboutOne(error) && (!isAlone || _listed.Count > 0))
        {
            // The games that are known are defended all the same; the factory is asked again in the next cycle.
            Trouble trouble = Trouble.Of(error, Trouble, clock.GetUtcNow());
            if (trouble.Cause != Trouble?.Cause)
            {
                LogFactory(logger, factory, error.Message);
            }

            Trouble = trouble;
            return [];
        }
    }

    /// <summary>Puts games on the list.</summary>
    public void Take(IEnumerable<ListedGame> games) => _listed.AddRange(games);

    /// <summary>Takes the games off the list that were created at a block time, in seconds, or later: they are listed anew.</summary>
    public IReadOnlyList<ListedGame> Drop(ulong createdSince)
    {
        int kept = _listed.FindIndex(game => game.CreatedAt >= createdSince);
        if (kept < 0)
        {
            return [];
        }

        ListedGame[] dropped = [.. _listed.Skip(kept)];
        _listed.RemoveRange(kept, dropped.Length);
        return dropped;
    }

    [LoggerMessage(1006, LogLevel.Error, "The factory {Factory} cannot be read; it is asked again in each cycle: {Problem}")]
    private static partial void LogFactory(ILogger logger, Address factory, string problem);
}
