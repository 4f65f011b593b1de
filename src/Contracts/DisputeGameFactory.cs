using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>A game as the factory lists it.</summary>
/// <param name="Index">Place in the factory's list.</param>
/// <param name="GameType">Its type.</param>
/// <param name="CreatedAt">Seconds since the epoch.</param>
/// <param name="Game">The game's contract.</param>
public readonly record struct ListedGame(ulong Index, uint GameType, ulong CreatedAt, Address Game)
{
    /// <summary>The factory; zero where the game was not found through one.</summary>
    public Address Factory { get; init; }
}

/// <summary>The <c>DisputeGameFactory</c>: every game of a chain comes from it. Versions 1.0 to 1.6 agree in what is used here.</summary>
public static class DisputeGameFactory
{
    /// <summary><c>DisputeGameCreated(address indexed game, uint32 indexed type, bytes32 indexed rootClaim)</c>.</summary>
    public static ContractEvent<DisputeGameCreatedEvent> DisputeGameCreated { get; } = new();

    /// <summary>The game whose creation a log tells of; null for any other log.</summary>
    public static Address? GameCreatedBy(RpcLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return DisputeGameCreated.IsIn(log.Topics) ? DisputeGameCreated.Decode(log.Topics, log.Data.Span).Game.ToAddress() : null;
    }

    /// <summary>How many games there are.</summary>
    public static Read<ulong> GameCount(ReadBatch batch, Address factory) => batch.Count<GameCountFunction>(factory);

    /// <summary>The game at an index.</summary>
    public static Read<ListedGame> GameAtIndex(ReadBatch batch, Address factory, ulong index)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add<GameAtIndexFunction, GameAtIndexAnswer, ListedGame>(
            factory, new() { Index = index }, answer => new ListedGame(index, answer.GameType, answer.CreatedAt, answer.Game.ToAddress()) { Factory = factory });
    }

    /// <summary>The implementation of a game type; zero where the type is not offered.</summary>
    public static Read<Address> Implementation(ReadBatch batch, Address factory, uint gameType) =>
        batch.Address(factory, message: new GameImplsFunction { GameType = gameType });

    /// <summary>The bond of a root claim in wei.</summary>
    public static Read<UInt256> InitBond(ReadBatch batch, Address factory, uint gameType) =>
        batch.Number(factory, message: new InitBondsFunction { GameType = gameType });

    /// <summary>The game of exactly this type, root and block; zero where there is none (one game per combination, for ever).</summary>
    public static Read<Address> Existing(ReadBatch batch, Address factory, uint gameType, Hash32 rootClaim, UInt256 l2BlockNumber)
    {
        ArgumentNullException.ThrowIfNull(batch);
        GamesFunction message = new() { GameType = gameType, RootClaim = rootClaim.ToAbi(), ExtraData = Hash32.FromUInt256(l2BlockNumber).ToAbi() };
        return batch.Add<GamesFunction, GamesAnswer, Address>(factory, message, static answer => answer.Game.ToAddress());
    }

    /// <summary>The call that creates a game.</summary>
    /// <param name="factory">The factory.</param>
    /// <param name="gameType">A type that the factory offers.</param>
    /// <param name="rootClaim">The claimed output root.</param>
    /// <param name="l2BlockNumber">The block it is claimed for; its 32 bytes are the extra data.</param>
    /// <param name="bond">Exactly the type's initial bond, in wei.</param>
    public static ContractCall Create(Address factory, uint gameType, Hash32 rootClaim, UInt256 l2BlockNumber, UInt256 bond) => ContractCall.Of(
        factory,
        new CreateFunction { GameType = gameType, RootClaim = rootClaim.ToAbi(), ExtraData = Hash32.FromUInt256(l2BlockNumber).ToAbi() },
        bond);
}
