using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>
/// Sees to it that nothing is decided on words of a game (root, L1 head, block) that one L1 endpoint alone has told: they are proven, or agreed,
/// or the game is not moved on. Each game is asked about once, all that are new together, and again while
/// its words are unsettled or a placeholder that it names is in doubt; what is found is kept as long as the game's metadata are
/// the ones asked about, so that a reorganisation which lists it anew asks anew. The asking outlives the cycle that began it and never holds one up
/// for long. An endpoint that a proof contradicts is left out, by name, until it tells the truth again.
/// </summary>
public sealed class WordsWitness : IDangerSource, IDisposable
{
    private const int Portion = 100;
    private const double FirstPauseSeconds = 2;
    private const double MostPauseSeconds = 32;

    // What one portion may take; and how long a cycle waits for the games that it has begun to ask about.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly L1Voices _voices;
    private readonly WordsInquiry _inquiry;
    private readonly FalseEndpoints _false;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Address, Question> _questions = [];
    private Task _probing = Task.CompletedTask;

    /// <summary>Asks nothing yet.</summary>
    /// <param name="l1">The L1 endpoints.</param>
    /// <param name="readers">All that read of these endpoints, <paramref name="l1"/> among them: a false one is left out of each.</param>
    /// <param name="blocks">L1 blocks that rollup nodes know.</param>
    /// <param name="clock">The host's clock.</param>
    public WordsWitness(FailoverRpc l1, IReadOnlyList<ILeavesOut> readers, IKnownL1Blocks blocks, TimeProvider clock)
    {
        _clock = clock;
        _voices = new L1Voices(l1, clock);
        _inquiry = new WordsInquiry(l1, _voices, blocks);
        _false = new FalseEndpoints(readers, clock);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _false.Dangers;

    /// <summary>Begins to ask about those games of which nothing is known yet, or not enough for a while. Never waits.</summary>
    /// <param name="games">Games in progress with rules.</param>
    /// <param name="view">The block at which endpoints must agree where there is no proof.</param>
    public void Ask(IEnumerable<GameMetadata> games, L1View view)
    {
        ArgumentNullException.ThrowIfNull(games);
        ArgumentNullException.ThrowIfNull(view);
        List<Question> due = [];
        lock (_lock)
        {
            foreach (GameMetadata game in games)
            {
                if (_questions.GetValueOrDefault(game.Game) is not { } question || !ReferenceEquals(question.Game, game))
                {
                    question = _questions[game.Game] = new Question(game, _questions.GetValueOrDefault(game.Game));
                }

                if (question.IsDue(_clock))
                {
                    question.Begin(_clock);
                    due.Add(question);
                }
            }

            if (_probing.IsCompleted && _false.IsProbeDue)
            {
                _probing = Task.Run(() => ProbeAsync(_end.Token));
            }
        }

        if (due.Count > 0)
        {
            _ = Task.Run(() => RunAsync(due, BlockRef.At(view.Block.Hash, requireCanonical: false), _end.Token));
        }
    }

    /// <summary>
    /// How far a game's words are to be believed. Waits a little for an inquiry that has just begun; what takes longer is unsettled until then.
    /// <see cref="WordsState.Contradicted"/> is said of metadata for as long as they are not read again.
    /// </summary>
    /// <param name="game">The game as its metadata were read.</param>
    /// <param name="view">As for <see cref="Ask"/>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the inquiry.</param>
    public async ValueTask<WordsStanding> StandingAsync(GameMetadata game, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        Ask([game], view);
        Question question;
        lock (_lock)
        {
            question = _questions[game.Game];
        }

        if (question.Waits(_clock, Wait) is { } left)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(question.Answered, Task.Delay(left, _clock, over.Token));
            await over.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return question.Standing;
    }

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        lock (_lock)
        {
            foreach (Address gone in _questions.Keys.Where(game => !games.Contains(game)).ToArray())
            {
                _questions.Remove(gone);
            }
        }

        _false.Keep(games);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        _false.Keep(new HashSet<Address>()); // the sender goes on reading without us
    }

    private async Task RunAsync(List<Question> questions, BlockRef view, CancellationToken cancellationToken)
    {
        foreach (Question[] portion in questions.Chunk(Portion))
        {
            try
            {
                using CancellationTokenSource limit = new(Limit, _clock);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
                WordsFindings findings = await _inquiry.SettleAsync([.. portion.Select(question => question.Game)], view, _false.Endpoints, either.Token);
                _false.Note(findings.Falsehoods);
                foreach (Question question in portion)
                {
                    question.End(findings.Standings[question.Game.Game], _clock);
                }
            }
            catch (Exception error)
            {
                // Whatever it is, the games are asked about again; nothing is decided on them until then.
                foreach (Question question in portion)
                {
                    question.End(new WordsStanding(WordsState.Unsettled, error is OperationCanceledException ? "L1 gave no answer in time" : error.Message) { IsSilence = true }, _clock);
                }
            }
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (EndpointUrl endpoint in _false.Endpoints)
            {
                IReadOnlyList<Falsehood> told = _false.Of(endpoint);
                IReadOnlyList<ToldWords?> now = await _voices.ToldAsync(endpoint, [.. told.Select(one => one.Game)], BlockRef.Latest, cancellationToken);
                _false.Probed(endpoint, told.Zip(now).All(one => one.Second is { } words && one.First.Truth.ContradictionOf(words) is null));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // the chain is let go
        }
    }

    /// <summary>What is asked, and known, of one game's metadata.</summary>
    private sealed class Question
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private WordsStanding _standing = new(WordsState.Unsettled, "they are being asked for");
        private bool _isAsked;
        private int _attempts;
        private long _at;

        public Question(GameMetadata game, Question? before)
        {
            Game = game;
            if (before is { _attempts: > 0, _standing.IsSettled: false } && GameWords.Of(before.Game) == GameWords.Of(game) && before.Game.CodeHash == game.CodeHash)
            {
                // Read again, and the same came out: no reason to hurry.
                (_attempts, _at, _standing) = (before._attempts, before._at, before._standing with { State = WordsState.Unsettled });
            }
        }

        public GameMetadata Game { get; }

        public WordsStanding Standing
        {
            get
            {
                lock (_lock)
                {
                    return _standing;
                }
            }
        }

        public Task Answered => _answered.Task;

        public bool IsDue(TimeProvider clock)
        {
            lock (_lock)
            {
                double pause = Math.Min(MostPauseSeconds, FirstPauseSeconds * Math.Pow(2, _attempts - 1));
                return !_isAsked && (_standing.State == WordsState.Unsettled || _standing.PlaceholderDoubt is not null) && (_attempts == 0 || clock.GetElapsedTime(_at).TotalSeconds >= pause);
            }
        }

        public void Begin(TimeProvider clock)
        {
            lock (_lock)
            {
                (_isAsked, _at) = (true, clock.GetTimestamp());
                _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public void End(WordsStanding standing, TimeProvider clock)
        {
            lock (_lock)
            {
                // What was settled and is asked for a placeholder's sake stays settled while nobody answers.
                WordsStanding kept = standing.IsSilence && _standing.IsSettled ? _standing : standing;
                (_standing, _isAsked, _at) = (kept, false, clock.GetTimestamp());
                _attempts++;
                _answered.TrySetResult();
            }
        }

        /// <summary>How much longer a cycle waits for the first answer; null where it does not.</summary>
        public TimeSpan? Waits(TimeProvider clock, TimeSpan most)
        {
            lock (_lock)
            {
                return _isAsked && _attempts == 0 && most - clock.GetElapsedTime(_at) is { Ticks: > 0 } left ? left : null;
            }
        }
    }
}
