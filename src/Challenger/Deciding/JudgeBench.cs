using System.Collections.Concurrent;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Rollup;
using Gavel.Traces;

namespace Gavel.Challenger;

/// <summary>The judges of a chain's games, one a game, each kept as long as its game is covered.</summary>
/// <param name="nodes">The trusted L2 nodes.</param>
/// <param name="executions">Makes execution traces.</param>
/// <param name="trust">How far nodes are trusted.</param>
/// <param name="decisions">Where people decide games.</param>
/// <param name="clock">The host's clock.</param>
public sealed class JudgeBench(TrustedNodes nodes, IExecutionTraces executions, TrustOptions trust, DecisionDesk decisions, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Address, GameJudge> _judges = new();

    /// <summary>A game's judge. A reorganisation can put another game at the same address: a judge knows one game and its L1 head, and is not kept for another.</summary>
    public GameJudge Of(GameMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!_judges.TryGetValue(metadata.Game, out GameJudge? judge) || !ReferenceEquals(judge.Metadata, metadata))
        {
            judge = new GameJudge(metadata, nodes, executions, trust, clock, () => decisions.Book.Find(metadata.Game, metadata.L1Head));
            _judges[metadata.Game] = judge;
        }

        return judge;
    }

    /// <summary>
    /// The block time, in seconds, at which the first of what is to be answered in a game loses its worth; a game that was not judged yet could be the
    /// most urgent of all.
    /// </summary>
    public Int128 NextDeadline(Address game, L1View view) =>
        _judges.TryGetValue(game, out GameJudge? judge) ? judge.NextDeadline(view) : Int128.MinValue;

    /// <summary>Forgets all games but these.</summary>
    public void Keep(IReadOnlySet<Address> games)
    {
        foreach (Address gone in _judges.Keys.Where(game => !games.Contains(game)))
        {
            _judges.TryRemove(gone, out _);
        }

        executions.Keep(games);
    }
}
