using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Chains;

/// <summary>Games that are over and owe us nothing, for as long as a reorganisation may undo it.</summary>
/// <param name="closes">Whether games are closed that owe us nothing: then one that moves the anchor is not over before.</param>
internal sealed class FinishedGames(bool closes)
{
    // L1 blocks after which a game that was over stays so.
    private const ulong ReorgWindowBlocks = 1800;

    private readonly Dictionary<Address, (WatchedGame Game, ulong At)> _over = [];

    /// <summary>Whether nothing more is to come of a game for us.</summary>
    public bool IsOver(GameMetadata game, GameState state, L1View view) => state.Status != GameStatus.InProgress
        && !(closes && state.MovesAnchor)
        && state.Credits.Keys.All(account => CreditStanding.Of(game, state, account, view.Timestamp).Stage == CreditStage.Settled);

    /// <summary>Takes a game that was seen to be over.</summary>
    public void Take(WatchedGame game, L1View view) => _over[game.Metadata.Game] = (game, view.Block.Number);

    /// <summary>Gives back the games that were seen to be over after a block: perhaps they are not any more.</summary>
    public IReadOnlyList<WatchedGame> TakeBack(ulong after)
    {
        WatchedGame[] back = [.. _over.Values.Where(over => over.At > after).Select(over => over.Game)];
        foreach (WatchedGame game in back)
        {
            _over.Remove(game.Metadata.Game);
        }

        return back;
    }

    /// <summary>Forgets a game.</summary>
    public void Forget(Address game) => _over.Remove(game);

    /// <summary>Forgets those that no reorganisation opens again.</summary>
    public void Settle(L1View view)
    {
        foreach (Address settled in _over.Where(over => over.Value.At + ReorgWindowBlocks < view.Block.Number).Select(over => over.Key).ToArray())
        {
            _over.Remove(settled);
        }
    }
}
