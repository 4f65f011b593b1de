using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Intents;

namespace Gavel.Challenger;

/// <summary>That a line cannot be paid to its end. All in wei.</summary>
/// <param name="Account">Who lacks it.</param>
/// <param name="Line">What the line may take in bonds.</param>
/// <param name="Balance">What the account has.</param>
/// <param name="Others">What of it is for other open games.</param>
public sealed record LineShortage(Address Account, UInt256 Line, UInt256 Balance, UInt256 Others);

/// <summary>Whether moves may be made in a game with a placeholder prestate.</summary>
/// <param name="MayMove">True where they may.</param>
/// <param name="Shortage">Why not; null where it is not known yet.</param>
public readonly record struct LineCover(bool MayMove, LineShortage? Shortage)
{
    /// <summary>Moves may be made.</summary>
    public static LineCover Whole { get; } = new(true, null);
}

/// <summary>
/// Sees to it that a line of a game with a placeholder prestate is begun only where its bonds are at hand to the maximum depth: the other side gets all of
/// its own back, and one that breaks off loses ours. What was begun is played on.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="account">The account that moves.</param>
/// <param name="l1">L1, for the balance.</param>
/// <param name="funds">The account's funds; null where nothing is sent.</param>
public sealed class LineFunds(string chain, Address account, ChainReader l1, AccountFunds? funds)
{
    private readonly ConcurrentDictionary<Address, bool> _games = new();

    /// <summary>Whether the moves of a judgement may be made.</summary>
    public async Task<LineCover> CoverAsync(GameMetadata game, Judgement judgement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(judgement);
        if (funds is null)
        {
            return LineCover.Whole;
        }

        _games[game.Game] = true;
        if (Enumerable.Range(1, judgement.Game.Count - 1).Any(index => judgement.Game[index].Claimant == account))
        {
            funds.Begun(chain, game.Game, judgement.Capital);
            return LineCover.Whole;
        }

        if (!judgement.Solution.Actions.Any(action => action is MoveAction))
        {
            Release(game.Game);
            return LineCover.Whole;
        }

        if (!funds.IsKnown(chain))
        {
            return default; // lines that were begun go first, which are known once all games were decided
        }

        UInt256 balance;
        try
        {
            balance = await l1.GetBalanceAsync(account, judgement.View.At, cancellationToken);
        }
        catch (RpcException)
        {
            return default; // asked again in the next cycle
        }

        return funds.SetApart(chain, game.Game, judgement.Capital, balance) is { } others
            ? new LineCover(false, new LineShortage(account, judgement.Capital.WorstCase, balance, others))
            : LineCover.Whole;
    }

    /// <summary>Nothing is needed in a game any more.</summary>
    public void Release(Address game)
    {
        if (_games.TryRemove(game, out _))
        {
            funds?.Release(chain, game);
        }
    }

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        foreach (Address gone in _games.Keys.Where(game => !games.Contains(game)))
        {
            Release(gone);
        }
    }
}
