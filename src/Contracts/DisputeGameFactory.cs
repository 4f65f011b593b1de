using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>A game as the factory lists it.</summary>
/// <param name="Index">Place in the factory's list.</param>
/// <param name="GameType">Its type.</param>
/// <param name="CreatedAt">Seconds since the epoch.</param>
/// <param name="Game">The game's contract.</param>
public readonly record struct ListedGame(ulong Index, uint GameType, ulong CreatedAt, Address Game);

/// <summary>The <c>DisputeGameFactory</c>: every game of a chain comes from it. Versions 1.0 to 1.6 agree in what is used here.</summary>
public static class DisputeGameFactory
{
    private static readonly AbiFunction GameCountFunction = new("gameCount()");
    private static readonly AbiFunction GameAtIndexFunction = new("gameAtIndex(uint256)");
    private static readonly AbiFunction GameImplsFunction = new("gameImpls(uint32)");
    private static readonly AbiFunction InitBondsFunction = new("initBonds(uint32)");
    private static readonly AbiFunction GamesFunction = new("games(uint32,bytes32,bytes)");

    /// <summary>Creates a game and bonds its root claim; payable.</summary>
    public static AbiFunction CreateFunction { get; } = new("create(uint32,bytes32,bytes)");

    /// <summary><c>DisputeGameCreated(address indexed game, uint32 indexed type, bytes32 indexed rootClaim)</c>.</summary>
    public static AbiEvent DisputeGameCreated { get; } = new("DisputeGameCreated(address indexed,uint32 indexed,bytes32 indexed)");

    /// <summary>How many games there are.</summary>
    public static Read<ulong> GameCount(ReadBatch batch, Address factory)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(factory, GameCountFunction, null, data => data.UInt64());
    }

    /// <summary>The game at an index.</summary>
    public static Read<ListedGame> GameAtIndex(ReadBatch batch, Address factory, ulong index)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(factory, GameAtIndexFunction, a => a.UInt64(index), data => new ListedGame(index, data.UInt32(), data.UInt64(), data.Address()));
    }

    /// <summary>The implementation of a game type; zero where the type is not offered.</summary>
    public static Read<Address> Implementation(ReadBatch batch, Address factory, uint gameType)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(factory, GameImplsFunction, a => a.UInt32(gameType), data => data.Address());
    }

    /// <summary>The bond of a root claim in wei.</summary>
    public static Read<UInt256> InitBond(ReadBatch batch, Address factory, uint gameType)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(factory, InitBondsFunction, a => a.UInt32(gameType), data => data.UInt());
    }

    /// <summary>The game of exactly this type, root and block; zero where there is none (one game per combination, for ever).</summary>
    public static Read<Address> Existing(ReadBatch batch, Address factory, uint gameType, Hash32 rootClaim, UInt256 l2BlockNumber)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(factory, GamesFunction, a => WriteGame(a, gameType, rootClaim, l2BlockNumber), data => data.Address());
    }

    /// <summary>The call that creates a game.</summary>
    /// <param name="factory">The factory.</param>
    /// <param name="gameType">A type that the factory offers.</param>
    /// <param name="rootClaim">The claimed output root.</param>
    /// <param name="l2BlockNumber">The block it is claimed for; its 32 bytes are the extra data.</param>
    /// <param name="bond">Exactly the type's initial bond, in wei.</param>
    public static ContractCall Create(Address factory, uint gameType, Hash32 rootClaim, UInt256 l2BlockNumber, UInt256 bond) =>
        ContractCall.Of(factory, CreateFunction, a => WriteGame(a, gameType, rootClaim, l2BlockNumber), bond);

    private static void WriteGame(AbiEncoder arguments, uint gameType, Hash32 rootClaim, UInt256 l2BlockNumber)
    {
        Hash32 extraData = Hash32.FromUInt256(l2BlockNumber);
        arguments.UInt32(gameType).Bytes32(rootClaim).Bytes(Hash32.BytesOf(in extraData));
    }
}
