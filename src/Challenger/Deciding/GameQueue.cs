using System.Runtime.ExceptionServices;
using Gavel.Chains;

namespace Gavel.Challenger;

/// <summary>What a queue is asked to do with a game; it tells its own failures and throws only what stops the whole chain.</summary>
/// <param name="game">The game.</param>
/// <param name="view">The newest view when its turn came.</param>
/// <param name="cancellationToken">Ends it.</param>
public delegate Task DecideGame(WatchedGame game, L1View view, CancellationToken cancellationToken);

/// <summary>
/// Games that wait to be decided, the most urgent first. Many are decided at a time, since most of a decision is waiting for nodes, and none twice at
/// once. What takes long outlives the cycle that put it here: the next one refreshes the view, and every other game is decided at that meanwhile.
/// </summary>
/// <param name="atATime">How many games are decided at a time.</param>
/// <param name="decide">Decides one.</param>
/// <param name="deadline">The block time, in seconds, at which the first answer that a game needs loses its worth.</param>
internal sealed class GameQueue(int atATime, DecideGame decide, Func<Address, L1View, Int128> deadline) : IAsyncDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly LinkedList<WatchedGame> _due = []; // the most urgent first
    private readonly Dictionary<Address, Task> _running = [];
    private readonly CancellationTokenSource _end = new();
    private TaskCompletionSource _idle = Idle();
    private Exception? _fault;
    private L1View? _view;

    /// <summary>Games that are not decided at the newest view yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _due.Select(game => game.Metadata.Game).Union(_running.Keys).Count();
            }
        }
    }

    /// <summary>
    /// Has games decided at a view. A game that is being decided is decided again afterwards; one that is not among these any more is left out.
    /// </summary>
    /// <param name="games">The games that are covered.</param>
    /// <param name="view">The view that they were read at.</param>
    /// <param name="patience">How long to wait for their decisions; those that take longer go on.</param>
    /// <param name="clock">The clock of that.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="Exception">What a decision threw since the last time.</exception>
    public async Task RefreshAsync(IEnumerable<WatchedGame> games, L1View view, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        WatchedGame[] ordered = [.. games.OrderBy(game => deadline(game.Metadata.Game, view)).ThenByDescending(game => game.Listed.Index)];
        Task idle;
        lock (_lock)
        {
            _view = view;
            _due.Clear();
            foreach (WatchedGame game in ordered)
            {
                _due.AddLast(game);
            }

            _idle = _idle.Task.IsCompleted ? Idle() : _idle;
            idle = _idle.Task;
            Begin();
        }

        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(idle, Task.Delay(patience, clock, over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _fault, null) is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Ends what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task[] running;
        lock (_lock)
        {
            _due.Clear();
            running = [.. _running.Values];
        }

        // Whatever does not hear that it is over must not keep its chain from being set up anew.
        await Task.WhenAll(running).WaitAsync(LongestEnd).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private static TaskCompletionSource Idle() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Within the lock.
    private void Begin()
    {
        L1View view = _view!;
        LinkedListNode<WatchedGame>? next = _due.First;
        while (next is not null && _running.Count < atATime)
        {
            WatchedGame game = next.Value;
            LinkedListNode<WatchedGame>? after = next.Next;
            if (!_running.ContainsKey(game.Metadata.Game))
            {
                _due.Remove(next);
                _running[game.Metadata.Game] = Task.Run(() => RunAsync(game, view));
            }

            next = after;
        }

        if (_running.Count == 0)
        {
            _idle.TrySetResult();
        }
    }

    private async Task RunAsync(WatchedGame game, L1View view)
    {
        try
        {
            await decide(game, view, _end.Token);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            return; // nothing is begun after it
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _fault, error, null);
        }

        lock (_lock)
        {
            _running.Remove(game.Metadata.Game);
            Begin();
        }
    }
}
