using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Challenger;

/// <summary>A game that is covered: in progress, or resolved and owing us something.</summary>
public sealed class WatchedGame(ListedGame listed, GameMetadata metadata)
{
    /// <summary>As the factory lists it.</summary>
    public ListedGame Listed { get; } = listed;

    /// <summary>What never changes.</summary>
    public GameMetadata Metadata { get; } = metadata;

    /// <summary>Its state when it was last read; null before the first read and for games whose rules are not known.</summary>
    public GameState? State { get; private set; }

    /// <summary>The state as the solver takes it.</summary>
    public Game? Game { get; private set; }

    /// <summary>Number of the L1 block at which <see cref="State"/> was read.</summary>
    public ulong ReadAt { get; private set; }

    /// <summary>True when the next cycle must read the game whatever events say.</summary>
    public bool IsStale { get; set; } = true;

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
        Game = GameOf(Metadata.Rules!, state);
        State = state;
        ReadAt = readAt;
        IsStale = false;
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
