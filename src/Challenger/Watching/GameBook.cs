using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>What the game book did in one cycle.</summary>
/// <param name="NewGames">Games that the factory listed since the last cycle.</param>
/// <param name="Reread">Games whose state was read.</param>
/// <param name="WasReorg">True when the view before is not an ancestor of this one.</param>
public sealed record BookUpdate(int NewGames, int Reread, bool WasReorg);

/// <summary>
/// All games of a chain that matter: every one in progress whatever its index or age, and every one that owes us credit. Events decide what
/// is read again; what emits no event is read each cycle; a slow audit reads the rest.
/// </summary>
/// <param name="l1">The L1 node.</param>
/// <param name="factory">The chain's factory.</param>
/// <param name="accounts">Whose credit makes a resolved game matter.</param>
/// <param name="auditInterval">How many L1 blocks lie between two full reads.</param>
/// <param name="logger">Where notable things are told.</param>
public sealed partial class GameBook(ChainReader l1, Address factory, IReadOnlyList<Address> accounts, ulong auditInterval, ILogger logger)
{
    // Games listed within this many seconds before a reorganised head are listed anew, since their index or address may have changed.
    private const ulong ReorgWindowSeconds = 6 * 3600;

    // L1 blocks after which a game that was over stays so.
    private const ulong ReorgWindowBlocks = 1800;

    // A longer range of logs than this is not asked for, since nodes refuse it; all games are read instead.
    private const ulong MostBlocksOfLogs = 1000;

    // Metadata of a first scan are read in portions, so that one bad game costs one portion's retry and not the whole scan.
    private const int Portion = 64;

    private readonly GameReader _reader = new(l1);
    private readonly Dictionary<Address, WatchedGame> _watched = [];
    private readonly List<ListedGame> _listed = [];

    // Games that are over, with the block at which that was seen, for as long as a reorganisation may undo it.
    private readonly Dictionary<Address, (WatchedGame Game, ulong At)> _over = [];
    private L1View? _last;
    private L1View? _tried;
    private ulong _lastAudit;

    /// <summary>The games that are covered, oldest first.</summary>
    public IEnumerable<WatchedGame> Games => _watched.Values.OrderBy(game => game.Listed.Index);

    /// <summary>How many games the factory has listed.</summary>
    public int Listed => _listed.Count;

    /// <summary>Brings the book to a view.</summary>
    /// <exception cref="RpcException">A node gave no usable answer; the next cycle tries again.</exception>
    public async Task<BookUpdate> UpdateAsync(L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);

        // An update that failed halfway has left what it read at its view in the book, so that view must be an ancestor too.
        bool reorg = (_last is not null && !await IsAncestorAsync(_last, view, cancellationToken))
            || (_tried is not null && _tried != _last && !await IsAncestorAsync(_tried, view, cancellationToken));
        if (reorg)
        {
            ForgetRecent(view);
            _last = null; // until this update has read all games
        }

        _tried = view;
        IReadOnlyList<ListedGame> added = await _reader.ListAsync(factory, (ulong)_listed.Count, view.At, cancellationToken);
        await WatchAsync(added, view, cancellationToken);
        bool audit = _last is null || reorg || view.Block.Number >= _lastAudit + auditInterval;
        if (!audit && !await MarkByEventsAsync(_last!, view, cancellationToken))
        {
            audit = true;
        }

        WatchedGame[] due = [.. _watched.Values.Where(game =>
            game.Metadata.Rules is not null && (audit || game.IsStale || game.MovesSilently(view.Timestamp)))];
        int reread = await ReadAsync(due, view, cancellationToken);
        foreach (Address settled in _over.Where(over => over.Value.At + ReorgWindowBlocks < view.Block.Number).Select(over => over.Key).ToArray())
        {
            _over.Remove(settled);
        }

        _last = view;
        _lastAudit = audit ? view.Block.Number : _lastAudit;
        return new BookUpdate(added.Count, reread, reorg);
    }

    // A view is an ancestor when its block is the one of its number on the new view's chain.
    private async Task<bool> IsAncestorAsync(L1View old, L1View view, CancellationToken cancellationToken) =>
        old.Block == view.Block
        || (old.Block.Number < view.Block.Number
            && (await l1.FindBlockAsync(BlockRef.At(old.Block.Number), cancellationToken))?.Hash == old.Block.Hash);

    private void ForgetRecent(L1View view)
    {
        int kept = _listed.FindIndex(game => game.CreatedAt + ReorgWindowSeconds > view.Timestamp);
        foreach ((Address address, (WatchedGame game, _)) in _over)
        {
            game.IsStale = true; // perhaps it is not over any more
            _watched[address] = game;
        }

        _over.Clear();
        foreach (ListedGame game in kept < 0 ? [] : _listed.Skip(kept))
        {
            _watched.Remove(game.Game);
        }

        if (kept >= 0)
        {
            _listed.RemoveRange(kept, _listed.Count - kept);
        }
    }

    private async Task WatchAsync(IReadOnlyList<ListedGame> added, L1View view, CancellationToken cancellationToken)
    {
        foreach (ListedGame[] portion in added.Chunk(Portion))
        {
            IReadOnlyList<bool> matter = await _reader.MatterAsync(portion, accounts, view.At, cancellationToken);
            WatchedGame[] found = await Task.WhenAll(portion.Where((_, i) => matter[i])
                .Select(async game => new WatchedGame(game, await _reader.MetadataAsync(game, view.At, cancellationToken))));
            foreach (WatchedGame game in found)
            {
                _watched[game.Listed.Game] = game;
            }

            _listed.AddRange(portion);
        }
    }

    // False when all games must be read instead: there are no logs to be had, or their last block is no longer the view's.
    private async Task<bool> MarkByEventsAsync(L1View last, L1View view, CancellationToken cancellationToken)
    {
        if (last.Block.Number == view.Block.Number)
        {
            return true;
        }

        if (view.Block.Number - last.Block.Number > MostBlocksOfLogs)
        {
            return false;
        }

        LogFilter filter = new()
        {
            From = BlockRef.At(last.Block.Number + 1),
            To = BlockRef.At(view.Block.Number),
            Topics = [[FaultDisputeGame.Move.Topic0, FaultDisputeGame.Resolved.Topic0]],
        };
        IReadOnlyList<RpcLog> logs;
        try
        {
            logs = await l1.GetLogsAsync(filter, cancellationToken);
        }
        catch (RpcException error)
        {
            // Anybody may emit such logs from contracts of his own until nodes refuse to list them: that must not blind us.
            LogNoEvents(logger, last.Block.Number + 1, view.Block.Number, error.Message);
            return false;
        }

        RpcBlock? end = await l1.FindBlockAsync(BlockRef.At(view.Block.Number), cancellationToken);
        if (end?.Hash != view.Block.Hash)
        {
            return false;
        }

        foreach (RpcLog log in logs)
        {
            if (_watched.TryGetValue(log.Address, out WatchedGame? game))
            {
                game.IsStale = true;
            }
        }

        return true;
    }

    private async Task<int> ReadAsync(WatchedGame[] due, L1View view, CancellationToken cancellationToken)
    {
        int read = 0;
        foreach (WatchedGame[] portion in due.Chunk(Portion))
        {
            foreach ((WatchedGame game, GameState state) in await StatesAsync(portion, view, cancellationToken))
            {
                try
                {
                    game.Update(state, view.Block.Number);
                    read++;
                }
                catch (ArgumentException error)
                {
                    // One game that breaks the rules we know must not stop the others.
                    LogStrangeGame(logger, game.Metadata.Game, error.Message);
                    game.IsStale = true;
                    continue;
                }

                if (state.Status != GameStatus.InProgress && state.Credits.Values.All(credit => IsPaid(state, credit)))
                {
                    LogFinished(logger, game.Metadata.Game, state.Status);
                    _watched.Remove(game.Metadata.Game);
                    _over[game.Metadata.Game] = (game, view.Block.Number);
                }
            }
        }

        return read;
    }

    // A game that does not answer like one is left out; the others of its portion are read without it.
    private async Task<IReadOnlyList<(WatchedGame Game, GameState State)>> StatesAsync(WatchedGame[] portion, L1View view, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<GameState> states = await _reader.StatesAsync([.. portion.Select(game => game.Metadata)], accounts, view.At, cancellationToken);
            return [.. portion.Zip(states)];
        }
        catch (ContractReadException error) when (portion.Length == 1)
        {
            LogStrangeGame(logger, portion[0].Metadata.Game, error.Message);
            portion[0].IsStale = true;
            return [];
        }
        catch (ContractReadException)
        {
            int half = portion.Length / 2;
            return [.. await StatesAsync(portion[..half], view, cancellationToken), .. await StatesAsync(portion[half..], view, cancellationToken)];
        }
    }

    // Until a game of 2.x is closed, what we lost in it may still be refunded.
    private static bool IsPaid(GameState state, GameCredit credit) => credit.Owed.IsZero && credit.Pending.Amount.IsZero
        && (state.BondMode != BondDistributionMode.Undecided || credit.Refundable.IsZero);

    [LoggerMessage(1001, LogLevel.Error, "Game {Game} cannot be played: {Problem}")]
    private static partial void LogStrangeGame(ILogger logger, Address game, string problem);

    [LoggerMessage(1003, LogLevel.Warning, "The events of L1 blocks {From} to {To} are not to be had, so all games are read: {Problem}")]
    private static partial void LogNoEvents(ILogger logger, ulong from, ulong to, string problem);

    [LoggerMessage(1002, LogLevel.Information, "Game {Game} is over ({Status}) and owes us nothing; it is not watched any more")]
    private static partial void LogFinished(ILogger logger, Address game, GameStatus status);
}
