using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>What one node tells of a game's words, by its code and by its getters.</summary>
/// <param name="CodeHash">Keccak-256 of the code that it gives for the game: that of no bytes where it knows no contract there.</param>
/// <param name="Words">What its getters say; null where they are not answered.</param>
public sealed record ToldWords(Hash32 CodeHash, GameWords? Words)
{
    /// <summary>True where the node says that there is no contract.</summary>
    public bool IsAbsent => CodeHash == Keccak256.Empty;

    /// <summary>Asks a node for the words of games: five requests a game, in two batches.</summary>
    /// <returns>In the order of the games; null for a game of which the node did not tell the code.</returns>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public static async Task<IReadOnlyList<ToldWords?>> AskAsync(
        ChainReader node, IReadOnlyList<Address> games, BlockRef at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(games);
        IReadOnlyList<CallResult> codes = await node.GetCodesAsync(games, at, cancellationToken);
        ReadBatch batch = new(node, at);
        (Read<Address> Creator, Read<Hash32> Root, Read<Hash32> Head, Read<UInt256> Block)[] reads =
        [
            .. games.Select(game => (
                batch.Address<GameCreatorFunction>(game, optional: true),
                batch.Word<RootClaimFunction>(game, optional: true),
                batch.Word<L1HeadFunction>(game, optional: true),
                batch.Number<L2BlockNumberFunction>(game, optional: true))),
        ];
        await batch.RunAsync(cancellationToken);
        return
        [
            .. codes.Zip(reads, (code, read) => code.Error is not null
                ? null
                : new ToldWords(
                    Keccak256.Hash(code.Output.Span),
                    read is { Creator.HasValue: true, Root.HasValue: true, Head.HasValue: true, Block.HasValue: true }
                        ? new GameWords(read.Creator.Value, read.Root.Value, read.Head.Value, read.Block.Value)
                        : null)),
        ];
    }

    /// <summary>What it says otherwise, such as <c>L1 head 0x…, not 0x…</c>; null where nothing that it says is otherwise.</summary>
    /// <param name="words">The words.</param>
    /// <param name="codeHash">Hash of the code; null where it is not known.</param>
    public string? DifferenceFrom(GameWords words, Hash32? codeHash) =>
        IsAbsent ? "no contract at its address"
        : Words?.DifferenceFrom(words) ?? (codeHash is { } code && code != CodeHash ? $"code with hash {CodeHash}, not {code}" : null);
}
