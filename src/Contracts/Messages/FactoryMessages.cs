using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts.Messages;

/// <summary>How many games there are: a <see cref="CountAnswer"/>.</summary>
[Function("gameCount")]
public sealed class GameCountFunction : FunctionMessage;

/// <summary>The game at an index: a <see cref="GameAtIndexAnswer"/>.</summary>
[Function("gameAtIndex")]
public sealed class GameAtIndexFunction : FunctionMessage
{
    /// <summary>Place in the factory's list.</summary>
    [Parameter("uint256", "_index", 1)]
    public ulong Index { get; set; }
}

/// <summary>The implementation of a type: an <see cref="AddressAnswer"/>, zero where it is not offered.</summary>
[Function("gameImpls")]
public sealed class GameImplsFunction : FunctionMessage
{
    /// <summary>The type.</summary>
    [Parameter("uint32", "", 1)]
    public uint GameType { get; set; }
}

/// <summary>What the factory adds to each clone of a type: a <see cref="BytesAnswer"/>, empty where it adds nothing.</summary>
[Function("gameArgs")]
public sealed class GameArgsFunction : FunctionMessage
{
    /// <summary>The type.</summary>
    [Parameter("uint32", "", 1)]
    public uint GameType { get; set; }
}

/// <summary>The bond of a root claim in wei: a <see cref="NumberAnswer"/>.</summary>
[Function("initBonds")]
public sealed class InitBondsFunction : FunctionMessage
{
    /// <summary>The type.</summary>
    [Parameter("uint32", "", 1)]
    public uint GameType { get; set; }
}

/// <summary>The one game of a type, root and block: a <see cref="GamesAnswer"/>.</summary>
[Function("games")]
public sealed class GamesFunction : FunctionMessage
{
    /// <summary>A type that the factory offers.</summary>
    [Parameter("uint32", "_gameType", 1)]
    public uint GameType { get; set; }

    /// <summary>The claimed output root.</summary>
    [Parameter("bytes32", "_rootClaim", 2)]
    public byte[] RootClaim { get; set; } = [];

    /// <summary>The block it is claimed for, as a word.</summary>
    [Parameter("bytes", "_extraData", 3)]
    public byte[] ExtraData { get; set; } = [];
}

/// <summary>Creates a game and bonds its root claim; payable.</summary>
[Function("create")]
public sealed class CreateFunction : FunctionMessage
{
    /// <summary>A type that the factory offers.</summary>
    [Parameter("uint32", "_gameType", 1)]
    public uint GameType { get; set; }

    /// <summary>The claimed output root.</summary>
    [Parameter("bytes32", "_rootClaim", 2)]
    public byte[] RootClaim { get; set; } = [];

    /// <summary>The block it is claimed for, as a word.</summary>
    [Parameter("bytes", "_extraData", 3)]
    public byte[] ExtraData { get; set; } = [];
}

/// <summary>What <c>gameAtIndex(uint256)</c> returns.</summary>
[FunctionOutput]
public sealed class GameAtIndexAnswer : IFunctionOutputDTO
{
    /// <summary>Its type.</summary>
    [Parameter("uint32", "gameType_", 1)]
    public uint GameType { get; set; }

    /// <summary>Seconds since the epoch.</summary>
    [Parameter("uint64", "timestamp_", 2)]
    public ulong CreatedAt { get; set; }

    /// <summary>The game's contract.</summary>
    [Parameter("address", "proxy_", 3)]
    public string Game { get; set; } = "";
}

/// <summary>What <c>games(uint32,bytes32,bytes)</c> returns.</summary>
[FunctionOutput]
public sealed class GamesAnswer : IFunctionOutputDTO
{
    /// <summary>The game; zero where there is none.</summary>
    [Parameter("address", "proxy_", 1)]
    public string Game { get; set; } = "";

    /// <summary>Seconds since the epoch.</summary>
    [Parameter("uint64", "timestamp_", 2)]
    public ulong CreatedAt { get; set; }
}

/// <summary>A game was created.</summary>
[Event("DisputeGameCreated")]
public sealed class DisputeGameCreatedEvent : IEventDTO
{
    /// <summary>The game.</summary>
    [Parameter("address", "disputeProxy", 1, true)]
    public string Game { get; set; } = "";

    /// <summary>Its type.</summary>
    [Parameter("uint32", "gameType", 2, true)]
    public uint GameType { get; set; }

    /// <summary>Its root claim.</summary>
    [Parameter("bytes32", "rootClaim", 3, true)]
    public byte[] RootClaim { get; set; } = [];
}
