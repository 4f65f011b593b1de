using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts.Messages;

// SystemConfig.

/// <summary>The chain's factory: an <see cref="AddressAnswer"/>.</summary>
[Function("disputeGameFactory")]
public sealed class DisputeGameFactoryFunction : FunctionMessage;

/// <summary>The chain's portal: an <see cref="AddressAnswer"/>.</summary>
[Function("optimismPortal")]
public sealed class OptimismPortalFunction : FunctionMessage;

// OptimismPortal, and from games of 1.8 on AnchorStateRegistry: the guardian's view.

/// <summary>Seconds after its resolution from which a game counts (air gap): a <see cref="CountAnswer"/>.</summary>
[Function("disputeGameFinalityDelaySeconds")]
public sealed class DisputeGameFinalityDelaySecondsFunction : FunctionMessage;

/// <summary>Where the system is paused: an <see cref="AddressAnswer"/>.</summary>
[Function("superchainConfig")]
public sealed class SuperchainConfigFunction : FunctionMessage;

/// <summary>The game type that withdrawals may use: a <see cref="UInt32Answer"/>.</summary>
[Function("respectedGameType")]
public sealed class RespectedGameTypeFunction : FunctionMessage;

/// <summary>OptimismPortal: seconds since the epoch at which that type was named; games created before are retired there. A <see cref="UInt64Answer"/>.</summary>
[Function("respectedGameTypeUpdatedAt")]
public sealed class RespectedGameTypeUpdatedAtFunction : FunctionMessage;

/// <summary>OptimismPortal: whether a game is blacklisted, a <see cref="FlagAnswer"/>.</summary>
[Function("disputeGameBlacklist")]
public sealed class DisputeGameBlacklistFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "", 1)]
    public string Game { get; set; } = "";
}

/// <summary>AnchorStateRegistry 2.x: its portal, an <see cref="AddressAnswer"/>.</summary>
[Function("portal")]
public sealed class PortalFunction : FunctionMessage;

/// <summary>AnchorStateRegistry from 3.x on: games created up to then are retired, a <see cref="UInt64Answer"/>.</summary>
[Function("retirementTimestamp")]
public sealed class RetirementTimestampFunction : FunctionMessage;

/// <summary>OptimismPortal, and AnchorStateRegistry from 3.x on: the guardian disowns a game, whose bonds are refunded then where it has modes of paying.</summary>
[Function("blacklistDisputeGame")]
public sealed class BlacklistDisputeGameFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_disputeGame", 1)]
    public string Game { get; set; } = "";
}

// AnchorStateRegistry of games from 1.4 on.

/// <summary>The anchor: an <see cref="AnchorRootAnswer"/>.</summary>
[Function("getAnchorRoot")]
public sealed class GetAnchorRootFunction : FunctionMessage;

/// <summary>What <c>getAnchorRoot()</c> returns.</summary>
[FunctionOutput]
public sealed class AnchorRootAnswer : IFunctionOutputDTO
{
    /// <summary>The root.</summary>
    [Parameter("bytes32", "", 1)]
    public byte[] Root { get; set; } = [];

    /// <summary>Its block, or on chains of super roots its timestamp.</summary>
    [Parameter("uint256", "", 2)]
    public BigInteger SequenceNumber { get; set; }
}

/// <summary>Whether the game may be closed: a <see cref="FlagAnswer"/>.</summary>
[Function("isGameFinalized")]
public sealed class IsGameFinalizedFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_game", 1)]
    public string Game { get; set; } = "";
}

/// <summary>Whether the game would be closed in the normal mode: a <see cref="FlagAnswer"/>.</summary>
[Function("isGameProper")]
public sealed class IsGameProperFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_game", 1)]
    public string Game { get; set; } = "";
}

/// <summary>Whether the factory made the game: a <see cref="FlagAnswer"/>.</summary>
[Function("isGameRegistered")]
public sealed class IsGameRegisteredFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_game", 1)]
    public string Game { get; set; } = "";
}

/// <summary>Whether the game's type was respected when it was created: a <see cref="FlagAnswer"/>.</summary>
[Function("isGameRespected")]
public sealed class IsGameRespectedFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_game", 1)]
    public string Game { get; set; } = "";
}

/// <summary>Whether the game is blacklisted: a <see cref="FlagAnswer"/>.</summary>
[Function("isGameBlacklisted")]
public sealed class IsGameBlacklistedFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_game", 1)]
    public string Game { get; set; } = "";
}

/// <summary>Whether the game is retired: a <see cref="FlagAnswer"/>.</summary>
[Function("isGameRetired")]
public sealed class IsGameRetiredFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "_game", 1)]
    public string Game { get; set; } = "";
}

/// <summary>Whether the system is paused (asked of registry, SystemConfig or SuperchainConfig): a <see cref="FlagAnswer"/>.</summary>
[Function("paused")]
public sealed class PausedFunction : FunctionMessage;

// DelayedWETH.

/// <summary>Its SuperchainConfig: an <see cref="AddressAnswer"/>.</summary>
[Function("config")]
public sealed class ConfigFunction : FunctionMessage;

/// <summary>From 1.5 on: the chain's SystemConfig, an <see cref="AddressAnswer"/>. Older ones take the call for a deposit and answer nothing.</summary>
[Function("systemConfig")]
public sealed class SystemConfigFunction : FunctionMessage;

/// <summary>Seconds between unlocking and withdrawal: a <see cref="CountAnswer"/>.</summary>
[Function("delay")]
public sealed class DelayFunction : FunctionMessage;

/// <summary>What is unlocked through a game: a <see cref="WithdrawalsAnswer"/>.</summary>
[Function("withdrawals")]
public sealed class WithdrawalsFunction : FunctionMessage
{
    /// <summary>The game.</summary>
    [Parameter("address", "", 1)]
    public string Game { get; set; } = "";

    /// <summary>The recipient.</summary>
    [Parameter("address", "", 2)]
    public string Recipient { get; set; } = "";
}

/// <summary>What <c>withdrawals(address,address)</c> returns.</summary>
[FunctionOutput]
public sealed class WithdrawalsAnswer : IFunctionOutputDTO
{
    /// <summary>Wei.</summary>
    [Parameter("uint256", "amount", 1)]
    public BigInteger Amount { get; set; }

    /// <summary>Seconds since the epoch.</summary>
    [Parameter("uint256", "timestamp", 2)]
    public ulong UnlockedAt { get; set; }
}

// PreimageOracle.

/// <summary>Whether a part is loaded: a <see cref="FlagAnswer"/>.</summary>
[Function("preimagePartOk")]
public sealed class PreimagePartOkFunction : FunctionMessage
{
    /// <summary>The preimage's key.</summary>
    [Parameter("bytes32", "", 1)]
    public byte[] Key { get; set; } = [];

    /// <summary>Offset of the part.</summary>
    [Parameter("uint256", "", 2)]
    public ulong Offset { get; set; }
}

/// <summary>From this size on (bytes) large proposals are taken: a <see cref="CountAnswer"/>.</summary>
[Function("minProposalSize")]
public sealed class MinProposalSizeFunction : FunctionMessage;

/// <summary>Seconds that a large proposal can be challenged: a <see cref="CountAnswer"/>.</summary>
[Function("challengePeriod")]
public sealed class ChallengePeriodFunction : FunctionMessage;

/// <summary>Loads a part of a keccak256 preimage.</summary>
[Function("loadKeccak256PreimagePart")]
public sealed class LoadKeccak256PreimagePartFunction : FunctionMessage
{
    /// <summary>Offset of the part, counting the 8-byte length.</summary>
    [Parameter("uint256", "_partOffset", 1)]
    public ulong PartOffset { get; set; }

    /// <summary>The whole preimage, without the length.</summary>
    [Parameter("bytes", "_preimage", 2)]
    public byte[] Preimage { get; set; } = [];
}

/// <summary>Loads a part of a sha256 preimage.</summary>
[Function("loadSha256PreimagePart")]
public sealed class LoadSha256PreimagePartFunction : FunctionMessage
{
    /// <summary>Offset of the part, counting the 8-byte length.</summary>
    [Parameter("uint256", "_partOffset", 1)]
    public ulong PartOffset { get; set; }

    /// <summary>The whole preimage, without the length.</summary>
    [Parameter("bytes", "_preimage", 2)]
    public byte[] Preimage { get; set; } = [];
}
