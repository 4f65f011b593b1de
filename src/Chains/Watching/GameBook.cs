using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>What the game book did in one cycle.</summary>
/// <param name="View">The view that the book stands at: the head, or the last view where the head was behind it.</param>
/// <param name="NewGames">Games that the factory listed since the last cycle.</param>
/// <param name="Reread">Games whose state was read.</param>
/// <param name="WasReorg">True when the view before is on another fork than this one.</param>
public sealed record BookUpdate(L1View View, int NewGames, int Reread, bool WasReorg);

/// <summary>
/// All games of a chain that matter: every one in progress whatever its index or age, and every one that owes us credit. Their marks, read
/// together, tell which are read again; what no mark shows is read each cycle; a slow audit reads the rest. One game that cannot be read is
/// told with its cause, tried again and keeps no other from being read.
/// </summary>
/// <param name="l1">The L1 node.</param>
/// <param name="factory">The chain's factory.</param>
/// <param name="accounts">Whose credit makes a resolved game matter.</param>
/// <param name="auditInterval">How many L1 blocks lie between two full reads.</param>
/// <param name="logger">Where notable things are told.</param>
/// <param name="clock">The host's clock; null for the system's.</param>
public sealed partial class GameBook(
    ChainReader l1, Address factory, IReadOnlyList<Address> accounts, ulong auditInterval, ILogger logger, TimeProvider? clock = null) : IDangerSource
{
    // After a reorganisation deeper than what is remembered, games listed within this many seconds before the head are listed anew.
    private const ulong ReorgWindowSeconds = 6 * 3600;

    // L1 blocks after which a game that was over stays so.
    private const ulong ReorgWindowBlocks = 1800;

    // Games are read in portions, so that one bad game costs one portion's retry and not the whole scan.
    private const int Portion = 64;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly GameReader _reader = new(l1);
    private readonly GameInspector _inspector = new(l1, factory);
    private readonly ViewHistory _views = new(l1);
    private readonly Dictionary<Address, WatchedGame> _watched = [];
    private readonly List<ListedGame> _listed = [];

    // Games that are over, with the block at which that was seen, for as long as a reorganisation may undo it.
    private readonly Dictionary<Address, (WatchedGame Game, ulong At)> _over = [];
    private ulong? _lastAudit;
    private bool _isComplete;
    private bool _isLookedAtTwice;
    private Trouble? _listing;
    private Trouble? _marking; // while marks are asked for one by one
    private Trouble? _marksTold;
    private volatile Danger[] _dangers = [];

    /// <summary>The games that are covered, oldest first.</summary>
    public IEnumerable<WatchedGame> Games => _watched.Values.OrderBy(game => game.Listed.Index);

    /// <summary>How many games the factory has listed.</summary>
    public int Listed => _listed.Count;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _dangers;

    /// <summary>Brings the book to a head, or leaves it where it is if the head is behind.</summary>
    /// <exception cref="RpcException">A node gave no usable answer; the next cycle tries again.</exception>
    /// <exception cref="ContractReadException">The factory has never answered as one.</exception>
    public async Task<BookUpdate> UpdateAsync(L1View head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        HeadChange change = await _views.TakeAsync(head, cancellationToken);
        L1View view = change.View;
        bool reorg = change.Course == HeadCourse.Forked;
        if (reorg)
        {
            Forget(change.Common, view);
            _inspector.Forget();
        }

        // A head is looked at twice: a node may announce a block a moment before it has its state, and then no mark shows what has changed.
        bool isSecondLook = _isComplete && change.Course == HeadCourse.Same && !_isLookedAtTwice;
        if (_isComplete && change.Course is HeadCourse.Same or HeadCourse.Behind && !isSecondLook)
        {
            WatchedGame[] failed = [.. _watched.Values.Where(game => change.Course == HeadCourse.Same && game.Metadata.Rules is not null && game.Trouble is not null)];
            return new BookUpdate(view, 0, await ReadAsync(failed, view, cancellationToken), false);
        }

        _isComplete = false;
        int added = await ListAsync(view, cancellationToken);
        bool audit = _lastAudit is not ulong last || view.Block.Number >= last + auditInterval;
        await LookAgainAsync(view, audit, cancellationToken);
        await MarkAsync(view, audit, cancellationToken);
        WatchedGame[] due = [.. _watched.Values.Where(game =>
            game.Metadata.Rules is not null && (audit || game.IsStale || game.MovesSilently(view.Timestamp)))];
        int reread = await ReadAsync(due, view, cancellationToken);
        foreach (Address settled in _over.Where(over => over.Value.At + ReorgWindowBlocks < view.Block.Number).Select(over => over.Key).ToArray())
        {
            _over.Remove(settled);
        }

        _lastAudit = audit ? view.Block.Number : _lastAudit;
        _isComplete = true;
        _isLookedAtTwice = isSecondLook;
        return new BookUpdate(view, added, reread, reorg);
    }

    /// <summary>
    /// What was read came, in part at least, from an endpoint that is known to tell falsehoods: the metadata of these games, the state of all and
    /// what is kept of implementations are read again at the next update.
    /// </summary>
    public void Distrust(IReadOnlyCollection<Address> games)
    {
        ArgumentNullException.ThrowIfNull(games);
        foreach (Address game in games)
        {
            if (_watched.TryGetValue(game, out WatchedGame? watched))
            {
                watched.IsDistrusted = true;
            }
        }

        foreach (WatchedGame game in _watched.Values)
        {
            game.IsStale = true;
        }

        _inspector.Forget();
        _isComplete = false;
    }

    // What was read after the last common block may be of the lost fork: games created since are listed anew, states are read anew.
    private void Forget(L1View? common, L1View view)
    {
        ulong number = common?.Block.Number ?? 0;
        ulong created = common?.Timestamp ?? (view.Timestamp < ReorgWindowSeconds ? 0 : view.Timestamp - ReorgWindowSeconds);
        foreach ((Address address, (WatchedGame game, _)) in _over.Where(over => over.Value.At > number).ToArray())
        {
            _over.Remove(address);
            _watched[address] = game; // perhaps it is not over any more
        }

        int kept = _listed.FindIndex(game => game.CreatedAt >= created); // also those of the common block itself, which costs little
        foreach (ListedGame game in kept < 0 ? [] : _listed.Skip(kept))
        {
            _watched.Remove(game.Game);
            _over.Remove(game.Game);
        }

        if (kept >= 0)
        {
            _listed.RemoveRange(kept, _listed.Count - kept);
        }

        foreach (WatchedGame game in _watched.Values.Where(game => game.ReadAt > number))
        {
            game.IsStale = true;
        }
    }

    private async Task<int> ListAsync(L1View view, CancellationToken cancellationToken)
    {
        IReadOnlyList<ListedGame> added;
        try
        {
            added = await _inspector.ListAsync((ulong)_listed.Count, view.At, cancellationToken);
        }
        catch (Exception error) when (Trouble.IsAboutOne(error) && _listed.Count > 0)
        {
            // The games that are known are defended all the same; the factory is asked again in the next cycle.
            Trouble trouble = Trouble.Of(error, _listing, _clock.GetUtcNow());
            if (trouble.Cause != _listing?.Cause)
            {
                LogFactory(logger, factory, error.Message);
            }

            _listing = trouble;
            ShowDangers();
            return 0;
        }

        _listing = null;
        foreach (ListedGame[] portion in added.Chunk(Portion))
        {
            IReadOnlyList<bool> matter = await _inspector.MatterAsync(portion, accounts, view.At, cancellationToken);
            await LookAsync([.. portion.Where((_, i) => matter[i])], view, cancellationToken);

            _listed.AddRange(portion);
        }

        ShowDangers();
        return added.Count;
    }

    // All together: their metadata are read in few batches, and what is the same for an implementation once.
    private async Task LookAsync(IReadOnlyList<ListedGame> listed, L1View view, CancellationToken cancellationToken)
    {
        foreach ((ListedGame game, Inspection found) in listed.Zip(await _inspector.InspectAsync(listed, view.At, cancellationToken)))
        {
            _watched[game.Game] = Watched(game, found, _watched.GetValueOrDefault(game.Game), view);
        }
    }

    private WatchedGame Watched(ListedGame listed, Inspection found, WatchedGame? before, L1View view)
    {
        WatchedGame game = new(listed, found.Metadata, view.Block.Number, (before?.Looks ?? 0) + 1);
        if (found.Problem is { } problem)
        {
            Trouble trouble = Trouble.Of(problem, problem, before?.Trouble, _clock.GetUtcNow());
            game.Trouble = trouble with { Text = problem, IsDanger = found.IsDanger };
            if (trouble.Cause != before?.Trouble?.Cause || found.IsDanger != before.Trouble.IsDanger)
            {
                LogUnsupported(logger, found.IsDanger ? LogLevel.Error : LogLevel.Warning, listed.Game, listed.GameType, problem);
            }
        }
        else if (before is not null)
        {
            LogReadable(logger, listed.Game, listed.GameType, found.Metadata.Version);
        }

        return game;
    }

    private async Task LookAgainAsync(L1View view, bool audit, CancellationToken cancellationToken)
    {
        foreach (WatchedGame[] portion in _watched.Values
            .Where(game => game.IsDistrusted || (game.Metadata.Rules is null && game.ReadAt != view.Block.Number && (audit || game.IsToBeLookedAtAgain(view.Block.Number, auditInterval))))
            .Chunk(Portion))
        {
            await LookAsync([.. portion.Select(game => game.Listed)], view, cancellationToken);
        }
    }

    // Which games have changed since they were last looked at, whatever the view then was.
    private async Task MarkAsync(L1View view, bool audit, CancellationToken cancellationToken)
    {
        WatchedGame[] games = [.. _watched.Values.Where(game => game.Metadata.Rules is not null)];
        _marking = audit ? null : _marking; // a refusal is put to the test again
        (IReadOnlyList<ulong> marks, RpcException? refusal) =
            await _inspector.MarksAsync([.. games.Select(game => game.Metadata.Game)], view, _marking is null, cancellationToken);
        if (refusal is not null)
        {
            Trouble trouble = Trouble.Of(refusal, _marksTold, _clock.GetUtcNow());
            if (trouble.Cause != _marksTold?.Cause)
            {
                LogMarks(logger, refusal.Message);
            }

            (_marking, _marksTold) = (trouble, trouble);
        }

        for (int i = 0; i < games.Length; i++)
        {
            games[i].IsStale |= games[i].Mark != marks[i];
        }
    }

    private async Task<int> ReadAsync(WatchedGame[] due, L1View view, CancellationToken cancellationToken)
    {
        int read = 0;
        foreach (WatchedGame[] portion in due.Chunk(Portion))
        {
            foreach ((WatchedGame game, GameState? state, Exception? error) in await StatesAsync(portion, view, cancellationToken))
            {
                Exception? trouble = error;
                try
                {
                    if (state is not null)
                    {
                        bool wasTroubled = game.Trouble is not null;
                        game.Update(state, view.Block.Number);
                        if (wasTroubled)
                        {
                            LogReadable(logger, game.Metadata.Game, game.Metadata.GameType, game.Metadata.Version);
                        }

                        read++;
                        DropIfOver(game, state, view);
                        continue;
                    }
                }
                catch (Exception strange) when (Trouble.IsAboutOne(strange))
                {
                    trouble = strange; // it breaks the rules we know
                }

                NoteTrouble(game, trouble!);
            }
        }

        ShowDangers();
        return read;
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
        Trouble trouble = Trouble.Of(error, game.Trouble, _clock.GetUtcNow()) with { IsDanger = true };
        if (trouble.Cause != game.Trouble?.Cause)
        {
            LogStrangeGame(logger, game.Metadata.Game, error.Message);
        }

        game.Trouble = trouble;
        game.IsStale = true;
    }

    private void DropIfOver(WatchedGame game, GameState state, L1View view)
    {
        if (state.Status != GameStatus.InProgress && state.Credits.Values.All(credit => IsPaid(state, credit)))
        {
            LogFinished(logger, game.Metadata.Game, state.Status);
            _watched.Remove(game.Metadata.Game);
            _over[game.Metadata.Game] = (game, view.Block.Number);
        }
    }

    private void ShowDangers() => _dangers =
    [
        .. _listing is null ? [] : new[] { DangerOf(DangerCodes.FactoryUnreadable, factory, _listing, "Look whether the L1 endpoints serve this chain and its newest state; games created since are not seen.") },
        .. _watched.Values.Where(game => game.Trouble is { IsDanger: true })
            .Select(game => DangerOf(DangerCodes.GameUnreadable, game.Metadata.Game, game.Trouble!, "Look whether the L1 endpoints serve the game's state; it is not defended as long as it cannot be read.")),
    ];

    private static Danger DangerOf(DangerKind kind, Address subject, Trouble trouble, string mend) =>
        new() { Kind = kind, Subject = subject.ToString(), Game = kind == DangerCodes.GameUnreadable ? subject : null, Problem = trouble.Text, Since = trouble.Since, Mend = mend };

    // Until a game of 2.x is closed, what we lost in it may still be refunded.
    private static bool IsPaid(GameState state, GameCredit credit) => credit.Owed.IsZero && credit.Pending.Amount.IsZero
        && (state.BondMode != BondDistributionMode.Undecided || credit.Refundable.IsZero);

    [LoggerMessage(1001, LogLevel.Error, "Game {Game} cannot be read; it is tried again in each cycle: {Problem}")]
    private static partial void LogStrangeGame(ILogger logger, Address game, string problem);

    [LoggerMessage(1002, LogLevel.Information, "Game {Game} is over ({Status}) and owes us nothing; it is not watched any more")]
    private static partial void LogFinished(ILogger logger, Address game, GameStatus status);

    [LoggerMessage(1003, LogLevel.Warning, "The node does not tell the state of all games in one call, so they are asked one by one: {Problem}")]
    private static partial void LogMarks(ILogger logger, string problem);

    [LoggerMessage(EventId = 1004, Message = "Game {Game} (type {GameType}) cannot be played; it is looked at again: {Problem}")]
    private static partial void LogUnsupported(ILogger logger, LogLevel level, Address game, uint gameType, string problem);

    [LoggerMessage(1005, LogLevel.Warning, "Game {Game} (type {GameType}, version {Version}) can be read again")]
    private static partial void LogReadable(ILogger logger, Address game, uint gameType, string version);

    [LoggerMessage(1006, LogLevel.Error, "The factory {Factory} cannot be read; it is asked again in each cycle: {Problem}")]
    private static partial void LogFactory(ILogger logger, Address factory, string problem);
}
