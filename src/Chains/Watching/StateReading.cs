using Gavel.Contracts;
using Gavel.Ethereum;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>Reads the states of games, in portions: one game that does not answer like one costs its portion a retry, and no other game anything.</summary>
internal sealed partial class StateReading(ChainReader l1, Address? portal, IReadOnlyList<Address> accounts, ILogger logger, TimeProvider clock)
{
    private readonly GameReader _reader = new(l1, portal);

    /// <summary>Brings games to a view.</summary>
    /// <returns>Those that were read; the others have their <see cref="WatchedGame.Trouble"/>.</returns>
    /// <exception cref="RpcException">The node gives no usable answer to anything.</exception>
    public async Task<IReadOnlyList<WatchedGame>> ReadAsync(IEnumerable<WatchedGame> due, L1View view, CancellationToken cancellationToken)
    {
        List<WatchedGame> read = [];
        foreach (WatchedGame[] portion in due.Chunk(GameBook.Portion))
        {
            foreach ((WatchedGame game, GameState? state, Exception? error) in await StatesAsync(portion, view, cancellationToken))
            {
                if (Take(game, state, view) is { } strange)
                {
                    NoteTrouble(game, error ?? strange);
                }
                else
                {
                    read.Add(game);
                }
            }
        }

        return read;
    }

    // Null if the state was taken.
    private Exception? Take(WatchedGame game, GameState? state, L1View view)
    {
        try
        {
            ArgumentNullException.ThrowIfNull(state);
            bool wasTroubled = game.Trouble is not null;
            game.Update(state, view.Block.Number);
            if (wasTroubled)
            {
                LogReadable(logger, game.Metadata.Game, game.Metadata.GameType, game.Metadata.Version);
            }

            return null;
        }
        catch (Exception strange) when (Trouble.IsAboutOne(strange))
        {
            return strange; // it was not read, or breaks the rules we know
        }
    }

    // A game that does not answer like one is left out; the others of its portion are read without it.
    private async Task<IReadOnlyList<(WatchedGame Game, GameState? State, Exception? Error)>> StatesAsync(
        WatchedGame[] portion, L1View view, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<GameState> states = await _reader.StatesAsync([.. portion.Select(game => game.Metadata)], accounts, view.At, cancellationToken);
            return [.. portion.Zip(states, (game, state) => (game, (GameState?)state, (Exception?)null))];
        }
        catch (Exception error) when (Trouble.IsAboutOne(error))
        {
            if (portion.Length == 1)
            {
                return [(portion[0], null, error)];
            }

            int half = portion.Length / 2;
            return [.. await StatesAsync(portion[..half], view, cancellationToken), .. await StatesAsync(portion[half..], view, cancellationToken)];
        }
    }

    private void NoteTrouble(WatchedGame game, Exception error)
    {
        Trouble trouble = Trouble.Of(error, game.Trouble, clock.GetUtcNow()) with { IsDanger = true };
        if (trouble.Cause != game.Trouble?.Cause)
        {
            LogStrangeGame(logger, game.Metadata.Game, error.Message);
        }

        game.Trouble = trouble;
        game.IsStale = true;
    }

    [LoggerMessage(1001, LogLevel.Error, "Game {Game} cannot be read; it is tried again in each cycle: {Problem}")]
    private static partial void LogStrangeGame(ILogger logger, Address game, string problem);

    [LoggerMessage(1005, LogLevel.Warning, "Game {Game} (type {GameType}, version {Version}) can be read again")]
    private static partial void LogReadable(ILogger logger, Address game, uint gameType, string version);
}
