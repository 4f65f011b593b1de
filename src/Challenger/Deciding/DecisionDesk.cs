using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Intents;
using Gavel.Rollup;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>A decision cannot be taken; the message says why, in words for the person who would take it.</summary>
public sealed class DecisionRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Where people decide single games of a chain: it tells what each choice costs, and takes decisions and takes them back, each noted in the audit
/// trail before it counts. What was decided takes effect when the game is judged next.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="accounts">Whose bonds are ours.</param>
/// <param name="book">Keeps the decisions.</param>
/// <param name="audit">The audit trail.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">Where decisions are told.</param>
public sealed partial class DecisionDesk(
    string chain, IReadOnlyList<Address> accounts, DecisionBook book, AuditLog audit, TimeProvider clock, ILogger logger) : IDangerSource
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<Address, GameJudge> _judges = new();
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _since = clock.GetUtcNow();

    /// <summary>The chain's name.</summary>
    public string Chain => chain;

    /// <summary>What was decided.</summary>
    public DecisionBook Book => book;

    /// <summary>Decisions that cannot be read. A decision that stands is a danger of its game.</summary>
    public IReadOnlyList<Danger> Dangers =>
    [
        .. book.Unreadable.Select(file => new Danger
        {
            Kind = DangerCodes.DecisionByAPerson,
            Severity = DangerSeverity.Warn,
            Subject = $"{chain} {Path.GetFileName(file.Split(": ")[0])}",
            Chain = chain,
            Problem = $"the file of a decision cannot be read, so that it is not in effect: {file}",
            Since = _since,
            Mend = "decide again if that is still meant, or delete the file; then start anew",
        }),
    ];

    /// <summary>Whether an account is one of ours.</summary>
    public bool IsOurs(Address account) => accounts.Contains(account);

    /// <summary>A game in progress was judged: it can be decided.</summary>
    public void Seat(GameJudge judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        _judges[judge.Metadata.Game] = judge;
    }

    /// <summary>A game is over: nothing can be decided of it any more.</summary>
    public void Leave(Address game) => _judges.TryRemove(game, out _);

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        foreach (Address gone in _judges.Keys.Where(game => !games.Contains(game)))
        {
            Leave(gone);
        }
    }

    /// <summary>What each choice costs; null where the game is none in progress that was judged.</summary>
    public async Task<DecisionOutlook?> OutlookAsync(Address game, CancellationToken cancellationToken)
    {
        if (!_judges.TryGetValue(game, out GameJudge? judge) || judge.Last is not { } judged)
        {
            return null;
        }

        Supposition[] supposed = await Task.WhenAll(
            new[] { Truth.Valid, Truth.Invalid }.Select(truth => judge.SupposeAsync(new RootDecision(truth, "", clock.GetUtcNow(), ""), _patience, cancellationToken)));
        return new DecisionOutlook(
            chain,
            judge.Metadata,
            judged,
            book.Find(game, judge.Metadata.L1Head),
            ChoiceOutlook.Of(supposed[0], judged.Game, accounts),
            ChoiceOutlook.Of(supposed[1], judged.Game, accounts));
    }

    /// <summary>Takes a decision, or takes one back.</summary>
    /// <param name="game">The game.</param>
    /// <param name="l1Head">Its L1 head as the person saw it.</param>
    /// <param name="truth">Valid or invalid; null to take a decision back.</param>
    /// <param name="by">Who.</param>
    /// <param name="because">Why.</param>
    /// <exception cref="DecisionRefusedException">It is not taken.</exception>
    public void Decide(Address game, Hash32 l1Head, Truth? truth, string by, string because)
    {
        if (truth is Truth.Unavailable)
        {
            throw new DecisionRefusedException("a root is decided to be valid or invalid");
        }

        if (!_judges.TryGetValue(game, out GameJudge? judge) || judge.Last is not { } judged)
        {
            throw new DecisionRefusedException($"game {game} is none in progress that {chain} has judged");
        }

        if (judge.Metadata.L1Head != l1Head)
        {
            throw new DecisionRefusedException($"another game stands at {game} now: its L1 head is {judge.Metadata.L1Head}, not {l1Head}; look at it anew");
        }

        lock (_lock)
        {
            RootDecision? before = book.Find(game, l1Head);
            if (truth is null && before is null)
            {
                throw new DecisionRefusedException($"nothing was decided of game {game} that could be taken back");
            }

            DateTimeOffset now = clock.GetUtcNow();
            string text = truth is { } chosen
                ? string.Create(CultureInfo.InvariantCulture, $"root called {chosen.ToString().ToLowerInvariant()} by {by}: {because} (L1 head {l1Head}; our nodes said then: {judged.NodesSay})")
                : $"decision taken back by {by}: {because} (it was: {before!.Truth.ToString().ToLowerInvariant()}, {before}; our nodes say: {judged.NodesSay})";
            try
            {
                audit.Add(game, new AuditNote
                {
                    Note = truth is null ? AuditNoteKind.DecisionWithdrawn : AuditNoteKind.Decided,
                    At = now,
                    Chain = chain,
                    Game = game.ToString(),
                    Text = text,
                    By = by,
                    Evidence = AuditEvidence.Of(judged.NodesSay),
                    L1Block = judged.View.Block.ToString(),
                });
                if (truth is { } decided)
                {
                    book.Set(game, l1Head, new RootDecision(decided, by, now, because));
                }
                else
                {
                    book.Remove(game, l1Head);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new DecisionRefusedException($"it cannot be kept, and nothing has changed: {error.Message}", error);
            }

            LogDecided(logger, chain, game, text);
        }
    }

    [LoggerMessage(6020, LogLevel.Warning, "{Chain} game {Game}: {What}")]
    private static partial void LogDecided(ILogger logger, string chain, Address game, string what);
}
