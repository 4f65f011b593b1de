using System.Buffers.Binary;
using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Traces;

/// <summary>
/// The local data of one execution branch, each exactly as the game's <c>addLocalData</c> writes it for its contract version: the VM must
/// read off chain what it would read on chain.
/// </summary>
/// <param name="L1Head">Datum 1.</param>
/// <param name="AgreedOutputRoot">Datum 2.</param>
/// <param name="DisputedOutputRoot">Datum 3.</param>
/// <param name="L2BlockNumber">Datum 4. Not capped at the proposed block on 1.2.0.</param>
/// <param name="L2ChainId">Datum 5.</param>
/// <param name="AgreedBlockNumber">The block whose output the agreed one is; no datum, but preimage servers want to know it.</param>
public sealed record LocalInputs(
    Hash32 L1Head, Hash32 AgreedOutputRoot, Hash32 DisputedOutputRoot, ulong L2BlockNumber, ulong L2ChainId, ulong AgreedBlockNumber)
{
    /// <summary>The local data of a branch of a game.</summary>
    /// <param name="game">The game.</param>
    /// <param name="branch">Its agreed and disputed claims.</param>
    /// <param name="lastBlock">The last block that honest outputs speak of; positions beyond it repeat its output.</param>
    /// <exception cref="ArgumentException">The game's rules are not known.</exception>
    public static LocalInputs Of(GameMetadata game, ExecutionBranch branch, ulong lastBlock)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(branch);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        UInt128 claimed = BlockAt(rules, branch.Disputed.Position);
        if (game.Rules is { RuleSet.CapsProposedBlock: true } && game.L2BlockNumber < claimed)
        {
            claimed = (UInt128)game.L2BlockNumber;
        }

        return new LocalInputs(
            game.L1Head,
            branch.Agreed?.Value ?? rules.StartingOutputRoot,
            branch.Disputed.Value,
            (ulong)claimed,
            rules.L2ChainId,
            branch.Agreed is { } agreed ? (ulong)UInt128.Min(BlockAt(rules, agreed.Position), lastBlock) : rules.StartingBlockNumber);
    }

    /// <summary>Bytes of a datum by its identifier 1 … 5: hashes whole, numbers as 8 big-endian bytes.</summary>
    /// <returns>Null for any other identifier: the game could not serve it on chain.</returns>
    public byte[]? Datum(ulong ident) => ident switch
    {
        1 => L1Head.ToArray(),
        2 => AgreedOutputRoot.ToArray(),
        3 => DisputedOutputRoot.ToArray(),
        4 => BigEndian(L2BlockNumber),
        5 => BigEndian(L2ChainId),
        _ => null,
    };

    /// <summary>The identifier in a local preimage key (01, 23 zero bytes, big-endian number); null where the key is of another form.</summary>
    public static ulong? IdentOf(Hash32 key)
    {
        ReadOnlySpan<byte> bytes = Hash32.BytesOf(in key);
        return bytes[0] == 1 && !bytes[1..24].ContainsAnyExcept((byte)0) ? BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]) : null;
    }

    // The block that a position at or above the split depth stands for; no cap applies here.
    private static UInt128 BlockAt(GameRules rules, Position position) =>
        rules.StartingBlockNumber + position.TraceIndex(rules.SplitDepth) + 1;

    private static byte[] BigEndian(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
