using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts.Messages;

/// <summary>What the contract says of its version: a <see cref="TextAnswer"/>.</summary>
[Function("version")]
public sealed class VersionFunction : FunctionMessage;

/// <summary>The game's type: a <see cref="UInt32Answer"/>.</summary>
[Function("gameType")]
public sealed class GameTypeFunction : FunctionMessage;

/// <summary>The claimed root: a <see cref="WordAnswer"/>.</summary>
[Function("rootClaim")]
public sealed class RootClaimFunction : FunctionMessage;

/// <summary>Hash of the L1 block that judges: a <see cref="WordAnswer"/>.</summary>
[Function("l1Head")]
public sealed class L1HeadFunction : FunctionMessage;

/// <summary>The proposed block: a <see cref="NumberAnswer"/>.</summary>
[Function("l2BlockNumber")]
public sealed class L2BlockNumberFunction : FunctionMessage;

/// <summary>From 1.6 on: the proposed block, or the timestamp of a super root: a <see cref="NumberAnswer"/>.</summary>
[Function("l2SequenceNumber")]
public sealed class L2SequenceNumberFunction : FunctionMessage;

/// <summary>From 2.4 on, and of super games: a chain's claimed output root, a <see cref="WordAnswer"/>.</summary>
[Function("rootClaimByChainId")]
public sealed class RootClaimByChainIdFunction : FunctionMessage
{
    /// <summary>The chain's id.</summary>
    [Parameter("uint256", "_chainId", 1)]
    public BigInteger ChainId { get; set; }
}

/// <summary>Super and ZK games: the root that they start from, a <see cref="StartingProposalAnswer"/>.</summary>
[Function("startingProposal")]
public sealed class StartingProposalFunction : FunctionMessage;

/// <summary>Games of blocks: the block that they start from, a <see cref="NumberAnswer"/>.</summary>
[Function("startingBlockNumber")]
public sealed class StartingBlockNumberFunction : FunctionMessage;

/// <summary>ZK games: place in the factory's list of the game that it builds on, all ones for the anchor, a <see cref="UInt32Answer"/>.</summary>
[Function("parentIndex")]
public sealed class ParentIndexFunction : FunctionMessage;

/// <summary>Who created the game: an <see cref="AddressAnswer"/>.</summary>
[Function("gameCreator")]
public sealed class GameCreatorFunction : FunctionMessage;

/// <summary>Type, root and extra data at once: a <see cref="GameDataAnswer"/>.</summary>
[Function("gameData")]
public sealed class GameDataFunction : FunctionMessage;

/// <summary>Seconds since the epoch: a <see cref="UInt64Answer"/>.</summary>
[Function("createdAt")]
public sealed class CreatedAtFunction : FunctionMessage;

/// <summary>Seconds since the epoch, 0 before: a <see cref="UInt64Answer"/>.</summary>
[Function("resolvedAt")]
public sealed class ResolvedAtFunction : FunctionMessage;

/// <summary>In progress, or who won: a <see cref="ByteAnswer"/>.</summary>
[Function("status")]
public sealed class StatusFunction : FunctionMessage;

/// <summary>The anchor at creation: a <see cref="StartingOutputRootAnswer"/>.</summary>
[Function("startingOutputRoot")]
public sealed class StartingOutputRootFunction : FunctionMessage;

/// <summary>Claim of the VM's first state: a <see cref="WordAnswer"/>.</summary>
[Function("absolutePrestate")]
public sealed class AbsolutePrestateFunction : FunctionMessage;

/// <summary>Depth of the leaves: a <see cref="CountAnswer"/>.</summary>
[Function("maxGameDepth")]
public sealed class MaxGameDepthFunction : FunctionMessage;

/// <summary>Last depth of output roots: a <see cref="CountAnswer"/>.</summary>
[Function("splitDepth")]
public sealed class SplitDepthFunction : FunctionMessage;

/// <summary>Seconds on each side's clock: a <see cref="UInt64Answer"/>.</summary>
[Function("maxClockDuration")]
public sealed class MaxClockDurationFunction : FunctionMessage;

/// <summary>Seconds: a <see cref="UInt64Answer"/>.</summary>
[Function("clockExtension")]
public sealed class ClockExtensionFunction : FunctionMessage;

/// <summary>The VM contract: an <see cref="AddressAnswer"/>.</summary>
[Function("vm")]
public sealed class VmFunction : FunctionMessage;

/// <summary>The VM's preimage oracle: an <see cref="AddressAnswer"/>.</summary>
[Function("oracle")]
public sealed class OracleFunction : FunctionMessage;

/// <summary>The bond store: an <see cref="AddressAnswer"/>.</summary>
[Function("weth")]
public sealed class WethFunction : FunctionMessage;

/// <summary>The anchor registry: an <see cref="AddressAnswer"/>.</summary>
[Function("anchorStateRegistry")]
public sealed class AnchorStateRegistryFunction : FunctionMessage;

/// <summary>The L2 chain's id: a <see cref="CountAnswer"/>.</summary>
[Function("l2ChainId")]
public sealed class L2ChainIdFunction : FunctionMessage;

/// <summary>Who alone may create and move, with the challenger: an <see cref="AddressAnswer"/>.</summary>
[Function("proposer")]
public sealed class ProposerFunction : FunctionMessage;

/// <summary>Who alone may move, with the proposer: an <see cref="AddressAnswer"/>.</summary>
[Function("challenger")]
public sealed class ChallengerFunction : FunctionMessage;

/// <summary>How many claims there are: a <see cref="CountAnswer"/>.</summary>
[Function("claimDataLen")]
public sealed class ClaimDataLenFunction : FunctionMessage;

/// <summary>A claim: a <see cref="ClaimDataAnswer"/>.</summary>
[Function("claimData")]
public sealed class ClaimDataFunction : FunctionMessage
{
    /// <summary>Contract index.</summary>
    [Parameter("uint256", "", 1)]
    public ulong Index { get; set; }
}

/// <summary>Whether a claim of this contract hash was posted: a <see cref="FlagAnswer"/>.</summary>
[Function("claims")]
public sealed class ClaimsFunction : FunctionMessage
{
    /// <summary>Keccak of value, position and parent index.</summary>
    [Parameter("bytes32", "", 1)]
    public byte[] Hash { get; set; } = [];
}

/// <summary>The bond of a position in wei: a <see cref="NumberAnswer"/>.</summary>
[Function("getRequiredBond")]
public sealed class GetRequiredBondFunction : FunctionMessage
{
    /// <summary>Generalised index.</summary>
    [Parameter("uint128", "_position", 1)]
    public UInt128 Position { get; set; }
}

/// <summary>Whether a claim's subgame is resolved: a <see cref="FlagAnswer"/>.</summary>
[Function("resolvedSubgames")]
public sealed class ResolvedSubgamesFunction : FunctionMessage
{
    /// <summary>Contract index.</summary>
    [Parameter("uint256", "", 1)]
    public ulong Index { get; set; }
}

/// <summary>Who proved that the root is another block's: an <see cref="AddressAnswer"/>, zero for nobody.</summary>
[Function("l2BlockNumberChallenger")]
public sealed class L2BlockNumberChallengerFunction : FunctionMessage;

/// <summary>Wei owed to a recipient: a <see cref="NumberAnswer"/>.</summary>
[Function("credit")]
public sealed class CreditFunction : FunctionMessage
{
    /// <summary>The recipient.</summary>
    [Parameter("address", "_recipient", 1)]
    public string Recipient { get; set; } = "";
}

/// <summary>2.x: how bonds are paid, a <see cref="ByteAnswer"/>.</summary>
[Function("bondDistributionMode")]
public sealed class BondDistributionModeFunction : FunctionMessage;

/// <summary>2.x: whether the first claiming call was made, a <see cref="FlagAnswer"/>.</summary>
[Function("hasUnlockedCredit")]
public sealed class HasUnlockedCreditFunction : FunctionMessage
{
    /// <summary>The account.</summary>
    [Parameter("address", "", 1)]
    public string Account { get; set; } = "";
}

/// <summary>2.x: wei that a recipient put in, a <see cref="NumberAnswer"/>.</summary>
[Function("refundModeCredit")]
public sealed class RefundModeCreditFunction : FunctionMessage
{
    /// <summary>The account.</summary>
    [Parameter("address", "", 1)]
    public string Account { get; set; } = "";
}

/// <summary>What <c>gameData()</c> returns.</summary>
[FunctionOutput]
public sealed class GameDataAnswer : IFunctionOutputDTO
{
    /// <summary>The game's type.</summary>
    [Parameter("uint32", "gameType_", 1)]
    public uint GameType { get; set; }

    /// <summary>The claimed root.</summary>
    [Parameter("bytes32", "rootClaim_", 2)]
    public byte[] RootClaim { get; set; } = [];

    /// <summary>The proposed block as a word.</summary>
    [Parameter("bytes", "extraData_", 3)]
    public byte[] ExtraData { get; set; } = [];
}

/// <summary>What <c>startingProposal()</c> returns.</summary>
[FunctionOutput]
public sealed class StartingProposalAnswer : IFunctionOutputDTO
{
    /// <summary>The super root that both sides agree on.</summary>
    [Parameter("bytes32", "root", 1)]
    public byte[] Root { get; set; } = [];

    /// <summary>Its timestamp in seconds.</summary>
    [Parameter("uint256", "l2SequenceNumber", 2)]
    public BigInteger L2SequenceNumber { get; set; }
}

/// <summary>What <c>startingOutputRoot()</c> returns.</summary>
[FunctionOutput]
public sealed class StartingOutputRootAnswer : IFunctionOutputDTO
{
    /// <summary>The output root.</summary>
    [Parameter("bytes32", "root", 1)]
    public byte[] Root { get; set; } = [];

    /// <summary>Its block.</summary>
    [Parameter("uint256", "l2BlockNumber", 2)]
    public ulong L2BlockNumber { get; set; }
}

/// <summary>What <c>claimData(uint256)</c> returns.</summary>
[FunctionOutput]
public sealed class ClaimDataAnswer : IFunctionOutputDTO
{
    /// <summary>Contract index of the parent; all ones for the root.</summary>
    [Parameter("uint32", "parentIndex", 1)]
    public uint ParentIndex { get; set; }

    /// <summary>Who countered it; zero for nobody.</summary>
    [Parameter("address", "counteredBy", 2)]
    public string CounteredBy { get; set; } = "";

    /// <summary>Who posted it.</summary>
    [Parameter("address", "claimant", 3)]
    public string Claimant { get; set; } = "";

    /// <summary>Wei.</summary>
    [Parameter("uint128", "bond", 4)]
    public UInt128 Bond { get; set; }

    /// <summary>The claim's value.</summary>
    [Parameter("bytes32", "claim", 5)]
    public byte[] Claim { get; set; } = [];

    /// <summary>Generalised index.</summary>
    [Parameter("uint128", "position", 6)]
    public UInt128 Position { get; set; }

    /// <summary>Duration in the upper, timestamp in the lower 64 bits; seconds.</summary>
    [Parameter("uint128", "clock", 7)]
    public UInt128 Clock { get; set; }
}
