using System.Collections.Concurrent;
using System.Diagnostics;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>
/// Defends one chain. A cycle refreshes the view: L1's head, the book of games, the trusted nodes. What is to be decided waits in a queue by urgency,
/// and each game's calls go to the outbox as soon as it is decided: what waits for a slow node holds up no other game and no cycle.
/// </summary>
public sealed class ChainAgent : IDangerSource, IAsyncDisposable
{
    // Most of a decision is waiting for nodes, so that many games wait together.
    private const int GamesAtATime = 64;

    // Where we look more rarely than heads grow old, so many looks must show the same one.
    private const int HeadMaxLooks = 3;

    // Whatever is announced, by whomever: cycles do not chase one another.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private readonly L1Hub _l1;
    private readonly TrustedNodes _nodes;
    private readonly WordsWitness _words;
    private readonly GameDecider _decider;
    private readonly Submitter _submitter;
    private readonly ChainWatches _watches;
    private readonly ChainOptions _options;
    private readonly TimeProvider _clock;
    private readonly GameVoice _voice;
    private readonly GameQueue _queue;
    private readonly HeadWatch _head;
    private readonly NodeDangers _nodeDangers;
    private readonly SemaphoreSlim _submitting = new(1);
    private readonly ConcurrentDictionary<Address, Outcome> _outcomes = new();
    private readonly ConcurrentBag<Address> _misread = [];
    private ChainHead? _known;

    /// <summary>Has decided nothing yet.</summary>
    /// <param name="l1">L1.</param>
    /// <param name="nodes">The trusted L2 nodes.</param>
    /// <param name="book">The chain's games.</param>
    /// <param name="words">Settles the words of games by which they are judged; disposed of with the agent.</param>
    /// <param name="judges">Know how urgent a game is.</param>
    /// <param name="decider">Decides a game.</param>
    /// <param name="submitter">Makes calls into intents.</param>
    /// <param name="watches">What only warns.</param>
    /// <param name="options">The chain's options.</param>
    /// <param name="clock">The host's clock, by which the head's age is told.</param>
    /// <param name="logger">Where notable things are told.</param>
    public ChainAgent(
        L1Hub l1,
        TrustedNodes nodes,
        GameBook book,
        WordsWitness words,
        JudgeBench judges,
        GameDecider decider,
        Submitter submitter,
        ChainWatches watches,
        ChainOptions options,
        TimeProvider clock,
        ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(judges);
        ArgumentNullException.ThrowIfNull(options);
        (_l1, _nodes, Book, _words, _decider, _submitter, _watches, _options, _clock) = (l1, nodes, book, words, decider, submitter, watches, options, clock);
        _voice = new GameVoice(options.Name, logger);
        _queue = new GameQueue(GamesAtATime, DecideAsync, judges.NextDeadline);
        _head = new HeadWatch(options.Name, TimeSpan.FromSeconds(Math.Max(options.Rpc.HeadMaxAgeSeconds, HeadMaxLooks * options.PollSeconds)), clock);
        _nodeDangers = new NodeDangers(options.Name, nodes, options.Trust.LagBlocks);
    }

    /// <summary>The games that are covered.</summary>
    public GameBook Book { get; }

    /// <summary>The dangers of the view, the book, the claims and what is submitted; a head that stands at every endpoint is theirs to tell (<see cref="FailoverRpc.Dangers"/>).</summary>
    public IReadOnlyList<Danger> Dangers =>
        [.. _l1.Endpoints.Heads.AllStand ? [] : _head.Dangers, .. Book.Dangers, .. _decider.Dangers, .. _submitter.Dangers, .. _watches.Dangers, .. _nodeDangers.Dangers];

    // A game that waits for its nodes has had its time for that; what takes longer than this is there in a later cycle.
    private TimeSpan Patience => TimeSpan.FromSeconds(_options.Trust.WaitSeconds + 1);

    /// <summary>One cycle.</summary>
    /// <exception cref="RpcException">L1 gave no usable answer; nothing was decided.</exception>
    /// <exception cref="OutboxException">What was decided could not be recorded.</exception>
    public async Task<CycleReport> CycleAsync(CancellationToken cancellationToken)
    {
        using Activity? span = ChallengerSpans.Cycle(_options.Name);
        _known = await _l1.HeadAsync(_options.Name, cancellationToken);
        ReadAgain();
        BookUpdate update = await Book.UpdateAsync(L1View.Of(_known), cancellationToken);
        L1View view = update.View;
        _head.Note(view);
        await _nodes.LookAsync(update.WasReorg, cancellationToken);
        WatchedGame[] games = [.. Book.Games];
        HashSet<Address> covered = [.. games.Select(game => game.Metadata.Game)];
        Forget(covered);
        _words.Ask(games.Where(game => game.State is { Status: GameStatus.InProgress } && _decider.IsPlayed(game.Metadata.GameType)).Select(game => game.Metadata), view);
        await _queue.RefreshAsync(games, view, Patience, _clock, cancellationToken);
        Dictionary<Address, Judgement> judgements = _outcomes.Where(known => known.Value.Judgement is not null).ToDictionary(known => known.Key, known => known.Value.Judgement!);
        await WatchAsync(games, judgements, view, cancellationToken);
        ReadAgain();
        int undecided = _outcomes.Values.Count(outcome => outcome.IsFailed);
        return new CycleReport(
            view,
            update,
            judgements,
            _outcomes.Values.Sum(outcome => outcome.Calls),
            undecided > 0 ? $"{undecided} game(s) could not be decided; the log tells which and why" : null)
        {
            Undecided = undecided,
            Waiting = _queue.Waiting,
            IsWhole = Book.HasReadAll && covered.All(_outcomes.ContainsKey),
            IsMoved = _watches.IsMoved,
        };
    }

    /// <summary>Waits for the next cycle: for the time given, or until there is a head that the last cycle did not know.</summary>
    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        TimeSpan least = pause < LeastPause ? pause : LeastPause;
        await Task.Delay(least, _clock, cancellationToken);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task rest = Task.Delay(pause - least, _clock, over.Token);
        Task changed = _known is { } known ? _l1.ChangedAsync(known, over.Token) : rest;
        await Task.WhenAny(rest, changed);
        await over.CancelAsync();
        await Task.WhenAll(rest, changed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        _words.Dispose();
        _submitting.Dispose();
    }

    private async Task DecideAsync(WatchedGame game, L1View view, CancellationToken cancellationToken)
    {
        Address address = game.Metadata.Game;
        using Activity? span = ChallengerSpans.Decision(game.Metadata);
        try
        {
            Decision decision = await _decider.DecideAsync(game, view, cancellationToken);
            ChallengerSpans.Decided(span, decision.Judgement, decision.Calls.Count);
            if (decision.IsMisread)
            {
                _misread.Add(address);
            }

            if (decision.Calls.Count > 0 || decision.Judgement is { Solution.IsConceded: true } || decision.IsShort)
            {
                game.IsStale = true; // much of what is wanted, of us or of the guardian, emits no event of the game: it is read in every cycle meanwhile
            }

            if (decision.Calls.Count > 0)
            {
                await SubmitAsync(game.Metadata, decision, view, cancellationToken);
            }

            _outcomes[address] = new Outcome(decision.Judgement, decision.Calls.Count);
        }
        catch (Exception error) when (error is not OutboxException && !cancellationToken.IsCancellationRequested)
        {
            // Whatever is wrong with one game must not stop the others; it is decided again in the next cycle.
            span?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
            _outcomes[address] = new Outcome(_outcomes.GetValueOrDefault(address)?.Judgement, 0, IsFailed: true);
            _decider.Failed(game.Metadata, error);
        }
    }

    private async Task SubmitAsync(GameMetadata game, Decision decision, L1View view, CancellationToken cancellationToken)
    {
        using Activity? span = ChallengerSpans.Intents(decision.Calls.Count);
        await _submitting.WaitAsync(cancellationToken);
        try
        {
            await _submitter.SubmitAsync(decision.Calls.Select(call => (game, decision.Judgement?.Verdict, call)), view, cancellationToken);
        }
        finally
        {
            _submitting.Release();
        }
    }

    // What only warns decides nothing: if it cannot be looked at now it is in the next cycle.
    private async Task WatchAsync(WatchedGame[] games, Dictionary<Address, Judgement> judgements, L1View view, CancellationToken cancellationToken)
    {
        try
        {
            IEnumerable<Address> ours = games.Where(game => _decider.MayMove(game.Metadata)).Select(game => game.Metadata.Game);
            await _watches.CheckAsync(games, ours.Select(judgements.GetValueOrDefault).OfType<Judgement>(), view, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _voice.SayOfChain($"not everything that may be a danger could be looked at: {error.Message}");
        }
    }

    private void ReadAgain()
    {
        List<Address> misread = [];
        while (_misread.TryTake(out Address game))
        {
            misread.Add(game);
        }

        if (misread.Count > 0)
        {
            Book.Distrust(misread);
        }
    }

    private void Forget(HashSet<Address> covered)
    {
        foreach (Address gone in _outcomes.Keys.Where(game => !covered.Contains(game)))
        {
            _outcomes.TryRemove(gone, out _);
        }

        _decider.Keep(covered);
    }

    // What a game came to the last time; one that is over has no judgement any more.
    private sealed record Outcome(Judgement? Judgement, int Calls, bool IsFailed = false);
}
