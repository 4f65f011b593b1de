using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Chains;

/// <summary>What was read of a game in one look.</summary>
/// <param name="State">Its state.</param>
/// <param name="Game">The same as the solver takes it.</param>
/// <param name="Mark">Its mark (<see cref="GameMarks"/>): another one tells that something has happened since.</param>
public sealed record GameReading(GameState State, Game Game, ulong Mark);

/// <summary>A game that is covered: in progress, or resolved and owing us something.</summary>
/// <param name="listed">As the factory lists it.</param>
/// <param name="metadata">What never changes about it.</param>
/// <param name="lookedAt">Number of the L1 block at which <paramref name="metadata"/> was read.</param>
/// <param name="looks">How often it has been read by now.</param>
public sealed class WatchedGame(ListedGame listed, GameMetadata metadata, ulong lookedAt, int looks = 1)
{
    private const int MostDoublings = 20;

    private volatile GameReading? _reading;
    private volatile bool _isStale = true;

    /// <summary>As the factory lists it.</summary>
    public ListedGame Listed { get; } = listed;

    /// <summary>What never changes.</summary>
    public GameMetadata Metadata { get; } = metadata;

    /// <summary>How often <see cref="Metadata"/> has been read.</summary>
    public int Looks { get; } = looks;

    /// <summary>What was last read; null before the first read and for games whose rules are not known. Read from any thread.</summary>
    public GameReading? Reading => _reading;

    /// <summary>Its state when it was last read.</summary>
    public GameState? State => Reading?.State;

    /// <summary>The state as the solver takes it.</summary>
    public Game? Game => Reading?.Game;

    /// <summary>Number of the L1 block at which <see cref="State"/> was read; before that the one of its metadata.</summary>
    public ulong ReadAt { get; private set; } = lookedAt;

    /// <summary>True when the next cycle must read the game whatever its mark says.</summary>
    public bool IsStale
    {
        get => _isStale;
        set => _isStale = value;
    }

    /// <summary>True when <see cref="Metadata"/> are known to be false and must be read again.</summary>
    internal bool IsDistrusted { get; set; }

    /// <summary>Why it could not be read the last time; null when it could.</summary>
    internal Trouble? Trouble { get; set; }

    /// <summary>
    /// Whether a game that came out as one that cannot be played is to be looked at once more: what a node said in a bad moment is no lasting
    /// conclusion. The looks grow rarer until they are as rare as audits.
    /// </summary>
    /// <param name="block">Number of the L1 block now.</param>
    /// <param name="auditInterval">L1 blocks between audits.</param>
    public bool IsToBeLookedAtAgain(ulong block, ulong auditInterval) =>
        Metadata.Rules is null && block >= ReadAt + Math.Min(auditInterval, 1UL << Math.Min(Looks - 1, MostDoublings));

    /// <summary>True while things may happen in this game that emit no event: steps, block challenges, claim resolutions, payouts.</summary>
    /// <param name="now">Block time in seconds.</param>
    public bool MovesSilently(ulong now)
    {
        if (Metadata.Rules is not { } rules || Game is not { } game)
        {
            return false;
        }

        // A claim at the last depth can be stepped on; an expired clock lets anybody resolve; what is resolved can be paid.
        return game.Status != GameStatus.InProgress
            || game.Claims.Any(claim => claim.Position.Depth == rules.MaxDepth)
            || Enumerable.Range(0, game.Count).Any(i => rules.Clock.IsExpired(game.ParentClock(i), game[i].Clock, now));
    }

    /// <summary>Takes a newly read state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="readAt">Number of the L1 block it was read at.</param>
    public void Update(GameState state, ulong readAt)
    {
        ArgumentNullException.ThrowIfNull(state);
        _reading = new GameReading(state, GameOf(Metadata.Rules!, state), GameMarks.Of(state));
        ReadAt = readAt;
        IsStale = false;
        Trouble = null;
    }

    /// <summary>A state as the solver takes it.</summary>
    public static Game GameOf(GameRules rules, GameState state)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(state);

        // How a claim was countered is added afterwards: only the game's own flag tells a step from a resolution.
        Game game = Game.Create(new GameShape(rules.MaxDepth, rules.SplitDepth), [.. state.Claims.Select(claim => claim with { CounteredBy = default })]);
        for (int i = 0; i < state.Claims.Count; i++)
        {
            if (state.Resolved[i])
            {
                game = game.WithResolved(i, state.Claims[i].CounteredBy);
            }
            else if (!state.Claims[i].CounteredBy.IsZero && state.Claims[i].Position.Depth == rules.MaxDepth)
            {
                game = game.WithStep(i, state.Claims[i].CounteredBy);
            }
        }

        return game.WithBlockChallenged(state.L2BlockNumberChallenger).WithStatus(state.Status);
    }
}
