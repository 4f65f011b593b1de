using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>What decides the play where nobody has the VM's first state, as one node tells it by the game's getters. They never change.</summary>
/// <param name="AbsolutePrestate">The prestate; a placeholder, if the game has one.</param>
/// <param name="MaxDepth">Depth of the leaves, whose parity tells whose last word it is.</param>
/// <param name="SplitDepth">Last depth of the output-root half.</param>
public sealed record ToldPlaceholder(Hash32 AbsolutePrestate, ulong MaxDepth, ulong SplitDepth)
{
    /// <summary>Asks a node about games: three requests a game, in one batch.</summary>
    /// <returns>In the order of the games; null for a game that does not answer.</returns>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public static async Task<IReadOnlyList<ToldPlaceholder?>> AskAsync(
        ChainReader node, IReadOnlyList<Address> games, BlockRef at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(games);
        ReadBatch batch = new(node, at);
        (Read<Hash32> Prestate, Read<ulong> MaxDepth, Read<ulong> SplitDepth)[] reads =
        [
            .. games.Select(game => (
                batch.Word<AbsolutePrestateFunction>(game, optional: true),
                batch.Count<MaxGameDepthFunction>(game, optional: true),
                batch.Count<SplitDepthFunction>(game, optional: true))),
        ];
        await batch.RunAsync(cancellationToken);
        return
        [
            .. reads.Select(read => read is { Prestate.HasValue: true, MaxDepth.HasValue: true, SplitDepth.HasValue: true }
                ? new ToldPlaceholder(read.Prestate.Value, read.MaxDepth.Value, read.SplitDepth.Value)
                : null),
        ];
    }

    /// <summary>What it says otherwise than a game's rules, such as <c>maximum depth 73, not 72</c>; null where it says the same.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="isPrestateKnown">True where the prestate is known from elsewhere, so that this says nothing of it.</param>
    public string? DifferenceFrom(GameRules rules, bool isPrestateKnown)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return !isPrestateKnown && AbsolutePrestate != rules.AbsolutePrestate ? $"absolute prestate {AbsolutePrestate}, not {rules.AbsolutePrestate}"
            : MaxDepth != (ulong)rules.MaxDepth ? $"maximum depth {MaxDepth}, not {rules.MaxDepth}"
            : SplitDepth != (ulong)rules.SplitDepth ? $"split depth {SplitDepth}, not {rules.SplitDepth}"
            : null;
    }
}
