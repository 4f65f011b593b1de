using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>What the game book did in one cycle.</summary>
/// <param name="View">The view that the book stands at: the head, or the last view where the head was behind it.</param>
/// <param name="NewGames">Games that the factories listed since the last cycle.</param>
/// <param name="Reread">Games whose state was read.</param>
/// <param name="WasReorg">True when the view before is on another fork than this one.</param>
public sealed record BookUpdate(L1View View, int NewGames, int Reread, bool WasReorg);

/// <summary>
/// All games of a chain that matter: every one in progress whatever its index or age, and every one that owes us credit. Their marks, read
/// together, tell which are read again; what no mark shows is read each cycle; a slow audit reads the rest. One game that cannot be read is
/// told with its cause, tried again and keeps no other from being read.
/// </summary>
public sealed partial class GameBook : IDangerSource
{
    // After a reorganisation deeper than what is remembered, games listed within this many seconds before the head are listed anew.
    private const ulong ReorgWindowSeconds = 6 * 3600;

    // Games are read in portions, so that one bad game costs one portion's retry and not the whole scan.
    internal const int Portion = 64;

    private readonly IReadOnlyList<Address> _accounts;
    private readonly ulong _auditInterval;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly GameInspector _inspector;
    private readonly GameIndex[] _indexes; // the live factory's first
    private readonly ChangeFeed _changes;
    private readonly StateReading _states;
    private readonly ViewHistory _views;
    private readonly FinishedGames _over;
    private readonly Dictionary<Address, WatchedGame> _watched = [];
    private ulong? _lastAudit;
    private bool _isComplete;
    private bool _isLookedAtTwice;
    private volatile Danger[] _dangers = [];

    /// <summary>Has read nothing yet.</summary>
    /// <param name="l1">The L1 node.</param>
    /// <param name="factory">The chain's live factory.</param>
    /// <param name="accounts">Whose credit makes a resolved game matter.</param>
    /// <param name="auditInterval">How many L1 blocks lie between two full reads.</param>
    /// <param name="logger">Where notable things are told.</param>
    /// <param name="clock">The host's clock; null for the system's.</param>
    /// <param name="portal">The chain's portal, where it is known.</param>
    /// <param name="closes">Whether games that owe us nothing are covered until they are closed, where that moves the anchor.</param>
    /// <param name="draining">Factories that the chain had before.</param>
    public GameBook(
        ChainReader l1,
        Address factory,
        IReadOnlyList<Address> accounts,
        ulong auditInterval,
        ILogger logger,
        TimeProvider? clock = null,
        Address? portal = null,
        bool closes = false,
        IReadOnlyList<Address>? draining = null)
    {
        (_accounts, _auditInterval, _logger) = (accounts, auditInterval, logger);
        _clock = clock ?? TimeProvider.System;
        _inspector = new GameInspector(l1, closes);
        _over = new FinishedGames(closes);
        _indexes = [.. (draining ?? []).Prepend(factory).Select(one => new GameIndex(_inspector, one, draining is null or [], logger, _clock))];
        _changes = new ChangeFeed(_inspector, logger, _clock);
        _states = new StateReading(l1, portal, accounts, logger, _clock);
        _views = new ViewHistory(l1);
    }

    /// <summary>The games that are covered, oldest first.</summary>
    public IEnumerable<WatchedGame> Games => _watched.Values.OrderBy(game => game.Listed.CreatedAt).ThenBy(game => game.Listed.Index);

    /// <summary>How many games the factories have listed.</summary>
    public int Listed => _indexes.Sum(index => index.Count);

    /// <summary>Whether each factory has answered, so that no game of theirs is unknown for that.</summary>
    public bool HasReadAll => _indexes.All(index => index.HasAnswered);

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _dangers;

    /// <summary>Brings the book to a head, or leaves it where it is if the head is behind.</summary>
    /// <exception cref="RpcException">A node gave no usable answer; the next cycle tries again.</exception>
    /// <exception cref="ContractReadException">The chain's only factory has never answered as one.</exception>
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
        bool audit = _lastAudit is not ulong last || view.Block.Number >= last + _auditInterval;
        await LookAgainAsync(view, audit, cancellationToken);
        await _changes.MarkAsync([.. _watched.Values.Where(game => game.Metadata.Rules is not null)], view, audit, cancellationToken);
        WatchedGame[] due = [.. _watched.Values.Where(game =>
            game.Metadata.Rules is not null && (audit || game.IsStale || game.MovesSilently(view.Timestamp)))];
        int reread = await ReadAsync(due, view, cancellationToken);
        _over.Settle(view);
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
        foreach (WatchedGame game in _over.TakeBack(number))
        {
            _watched[game.Metadata.Game] = game;
        }

        foreach (ListedGame game in _indexes.SelectMany(index => index.Drop(created))) // also those of the common block itself, which costs little
        {
            _watched.Remove(game.Game);
            _over.Forget(game.Game);
        }

        foreach (WatchedGame game in _watched.Values.Where(game => game.ReadAt > number))
        {
            game.IsStale = true;
        }
    }

    private async Task<int> ListAsync(L1View view, CancellationToken cancellationToken)
    {
        int count = 0;
        foreach (GameIndex index in _indexes)
        {
            IReadOnlyList<ListedGame> added = await index.AddedAsync(view, cancellationToken);
            foreach (ListedGame[] portion in added.Chunk(Portion))
            {
                IReadOnlyList<bool> matter = await _inspector.MatterAsync(portion, _accounts, view.At, cancellationToken);
                await LookAsync([.. portion.Where((_, i) => matter[i])], view, cancellationToken);
                index.Take(portion);
            }

            count += added.Count;
        }

        ShowDangers();
        return count;
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
                LogUnsupported(_logger, found.IsDanger ? LogLevel.Error : LogLevel.Warning, listed.Game, listed.GameType, problem);
            }
        }
        else if (before is not null)
        {
            LogReadable(_logger, listed.Game, listed.GameType, found.Metadata.Version);
        }

        return game;
    }

    private async Task LookAgainAsync(L1View view, bool audit, CancellationToken cancellationToken)
    {
        foreach (WatchedGame[] portion in _watched.Values
            .Where(game => game.IsDistrusted || (game.Metadata.Rules is null && game.ReadAt != view.Block.Number && (audit || game.IsToBeLookedAtAgain(view.Block.Number, _auditInterval))))
            .Chunk(Portion))
        {
            await LookAsync([.. portion.Select(game => game.Listed)], view, cancellationToken);
        }
    }

    private async Task<int> ReadAsync(WatchedGame[] due, L1View view, CancellationToken cancellationToken)
    {
        IReadOnlyList<WatchedGame> read = await _states.ReadAsync(due, view, cancellationToken);
        foreach (WatchedGame game in read.Where(game => _over.IsOver(game.Metadata, game.State!, view)))
        {
            LogFinished(_logger, game.Metadata.Game, game.State!.Status);
            _watched.Remove(game.Metadata.Game);
            _over.Take(game, view);
        }

        ShowDangers();
        return read.Count;
    }

    private void ShowDangers() => _dangers =
    [
        .. _indexes.Where(index => index.Trouble is not null)
            .Select(index => DangerOf(DangerCodes.FactoryUnreadable, index.Factory, index.Trouble!, "Look whether the L1 endpoints serve this chain and its newest state, and whether this is a factory of it; games created since are not seen.")),
        .. _watched.Values.Where(game => game.Trouble is { IsDanger: true })
            .Select(game => DangerOf(DangerCodes.GameUnreadable, game.Metadata.Game, game.Trouble!, "Look whether the L1 endpoints serve the game's state; it is not defended as long as it cannot be read.")),
    ];

    private static Danger DangerOf(DangerKind kind, Address subject, Trouble trouble, string mend) =>
        new() { Kind = kind, Subject = subject.ToString(), Game = kind == DangerCodes.GameUnreadable ? subject : null, Problem = trouble.Text, Since = trouble.Since, Mend = mend };

    [LoggerMessage(1002, LogLevel.Information, "Game {Game} is over ({Status}) and owes us nothing; it is not watched any more")]
    private static partial void LogFinished(ILogger logger, Address game, GameStatus status);

    [LoggerMessage(EventId = 1004, Message = "Game {Game} (type {GameType}) cannot be played; it is looked at again: {Problem}")]
    private static partial void LogUnsupported(ILogger logger, LogLevel level, Address game, uint gameType, string problem);

    [LoggerMessage(1005, LogLevel.Warning, "Game {Game} (type {GameType}, version {Version}) can be read again")]
    private static partial void LogReadable(ILogger logger, Address game, uint gameType, string version);
}
