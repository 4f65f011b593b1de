using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>
/// What is said of games in the log: each thing once, and again only when it has become another, so that the log stays readable however
/// often a cycle runs. What is remembered of a game lives as long as the game is covered.
/// </summary>
internal sealed partial class GameVoice(string chain, ILogger logger)
{
    private readonly Lock _lock = new();
    private string? _saidOfChain;
    private readonly Dictionary<Address, Dictionary<string, string>> _said = [];

    /// <summary>Says something of a game, unless it was the last thing said on this topic.</summary>
    /// <param name="game">The game.</param>
    /// <param name="topic">What it is about: one thing at a time is remembered for each.</param>
    /// <param name="message">In words.</param>
    /// <param name="level">How loudly.</param>
    /// <param name="cause">What makes it the same thing as before although the words differ; the words without their numbers if not given.</param>
    public void Say(GameMetadata game, string topic, string message, LogLevel level, string? cause = null)
    {
        if (IsNew(game.Game, topic, cause ?? Wording.WithoutNumbers(message)))
        {
            LogGame(logger, level, chain, game.Game, game.GameType, game.L2BlockNumber, message);
        }
    }

    /// <summary>Says something of the chain, unless it was the last thing said of it but for its numbers.</summary>
    public void SayOfChain(string message)
    {
        string cause = Wording.WithoutNumbers(message);
        if (Interlocked.Exchange(ref _saidOfChain, cause) != cause)
        {
            LogChain(logger, chain, message);
        }
    }

    /// <summary>Says what was decided of a game. What has no answer is a danger, and told as such.</summary>
    public void SayVerdict(GameMetadata metadata, Judgement judgement, Game claims)
    {
        GameRules rules = metadata.Rules!;
        string text = judgement.Verdict.ToString();
        if (judgement.Verdict.Truth == Truth.Unavailable)
        {
            // How long the game can wait: until the root can be attacked no more.
            Int128 left = rules.Clock.Deadline(default, claims[0].Clock) - judgement.View.Timestamp;
            string cause = $"{judgement.Verdict.Rule} {Wording.WithoutNumbers(judgement.Verdict.Because)} {Urgency(left)}";
            Say(metadata, "verdict", $"{text}; nothing is attacked; {left} s are left to attack the root", LogLevel.Warning, cause);
            return;
        }

        Say(
            metadata,
            "verdict",
            text,
            judgement.Verdict.Truth == Truth.Invalid || judgement.Verdict.Decision is not null ? LogLevel.Warning : LogLevel.Information,
            $"{judgement.Verdict.Truth} {judgement.Verdict.Rule} {judgement.Verdict.Because}");
    }

    /// <summary>A topic is over: if it comes back it is said again.</summary>
    /// <returns>Whether anything had been said on it.</returns>
    public bool Forget(Address game, string topic)
    {
        lock (_lock)
        {
            return _said.GetValueOrDefault(game)?.Remove(topic) == true;
        }
    }

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        lock (_lock)
        {
            foreach (Address gone in _said.Keys.Where(game => !games.Contains(game)).ToArray())
            {
                _said.Remove(gone);
            }
        }
    }

    // What waits is told again each time the time left has halved.
    private static int Urgency(Int128 left) => left <= 0 ? -1 : (int)Int128.Log2(left);

    private bool IsNew(Address game, string topic, string cause)
    {
        lock (_lock)
        {
            if (!_said.TryGetValue(game, out Dictionary<string, string>? topics))
            {
                _said[game] = topics = [];
            }

            bool isNew = topics.GetValueOrDefault(topic) != cause;
            topics[topic] = cause;
            return isNew;
        }
    }

    [LoggerMessage(3002, LogLevel.Warning, "{Chain}: {Message}")]
    private static partial void LogChain(ILogger logger, string chain, string message);

    [LoggerMessage(EventId = 3001, Message = "{Chain} game {Game} (type {GameType}, block {L2Block}): {Message}")]
    private static partial void LogGame(ILogger logger, LogLevel level, string chain, Address game, uint gameType, UInt256 l2Block, string message);
}
