using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Contracts.Messages;

/// <summary><c>GameNotInProgress()</c>.</summary>
[Error("GameNotInProgress")]
public sealed class GameNotInProgressError : IErrorDTO;

/// <summary><c>InvalidDisputedClaimIndex()</c>.</summary>
[Error("InvalidDisputedClaimIndex")]
public sealed class InvalidDisputedClaimIndexError : IErrorDTO;

/// <summary><c>ClaimAlreadyExists()</c>.</summary>
[Error("ClaimAlreadyExists")]
public sealed class ClaimAlreadyExistsError : IErrorDTO;

/// <summary><c>DuplicateStep()</c>.</summary>
[Error("DuplicateStep")]
public sealed class DuplicateStepError : IErrorDTO;

/// <summary><c>ClockTimeExceeded()</c>.</summary>
[Error("ClockTimeExceeded")]
public sealed class ClockTimeExceededError : IErrorDTO;

/// <summary><c>ClockNotExpired()</c>.</summary>
[Error("ClockNotExpired")]
public sealed class ClockNotExpiredError : IErrorDTO;

/// <summary><c>OutOfOrderResolution()</c>.</summary>
[Error("OutOfOrderResolution")]
public sealed class OutOfOrderResolutionError : IErrorDTO;

/// <summary><c>ClaimAlreadyResolved()</c>.</summary>
[Error("ClaimAlreadyResolved")]
public sealed class ClaimAlreadyResolvedError : IErrorDTO;

/// <summary><c>L2BlockNumberChallenged()</c>.</summary>
[Error("L2BlockNumberChallenged")]
public sealed class L2BlockNumberChallengedError : IErrorDTO;

/// <summary><c>NoCreditToClaim()</c>.</summary>
[Error("NoCreditToClaim")]
public sealed class NoCreditToClaimError : IErrorDTO;

/// <summary><c>IncorrectBondAmount()</c>.</summary>
[Error("IncorrectBondAmount")]
public sealed class IncorrectBondAmountError : IErrorDTO;

/// <summary><c>GameAlreadyExists(bytes32 uuid)</c>.</summary>
[Error("GameAlreadyExists")]
public sealed class GameAlreadyExistsError : IErrorDTO
{
    /// <summary>What the contract tells with it.</summary>
    [Parameter("bytes32", "uuid", 1)]
    public byte[] Uuid { get; set; } = [];
}

/// <summary><c>UnexpectedRootClaim(bytes32 rootClaim)</c>.</summary>
[Error("UnexpectedRootClaim")]
public sealed class UnexpectedRootClaimError : IErrorDTO
{
    /// <summary>What the contract tells with it.</summary>
    [Parameter("bytes32", "rootClaim", 1)]
    public byte[] RootClaim { get; set; } = [];
}

/// <summary><c>ActiveProposal()</c>.</summary>
[Error("ActiveProposal")]
public sealed class ActiveProposalError : IErrorDTO;

/// <summary><c>AlreadyFinalized()</c>.</summary>
[Error("AlreadyFinalized")]
public sealed class AlreadyFinalizedError : IErrorDTO;

/// <summary><c>PartOffsetOOB()</c>.</summary>
[Error("PartOffsetOOB")]
public sealed class PartOffsetOOBError : IErrorDTO;

/// <summary><c>BadExtraData()</c>.</summary>
[Error("BadExtraData")]
public sealed class BadExtraDataError : IErrorDTO;

/// <summary><c>InvalidInputSize()</c>.</summary>
[Error("InvalidInputSize")]
public sealed class InvalidInputSizeError : IErrorDTO;

/// <summary><c>CannotDefendRootClaim()</c>.</summary>
[Error("CannotDefendRootClaim")]
public sealed class CannotDefendRootClaimError : IErrorDTO;

/// <summary><c>GameDepthExceeded()</c>.</summary>
[Error("GameDepthExceeded")]
public sealed class GameDepthExceededError : IErrorDTO;

/// <summary><c>InvalidParent()</c>.</summary>
[Error("InvalidParent")]
public sealed class InvalidParentError : IErrorDTO;

/// <summary><c>InvalidPrestate()</c>.</summary>
[Error("InvalidPrestate")]
public sealed class InvalidPrestateError : IErrorDTO;

/// <summary><c>ValidStep()</c>.</summary>
[Error("ValidStep")]
public sealed class ValidStepError : IErrorDTO;

/// <summary><c>BondTransferFailed()</c>.</summary>
[Error("BondTransferFailed")]
public sealed class BondTransferFailedError : IErrorDTO;

/// <summary><c>AnchorRootNotFound()</c>.</summary>
[Error("AnchorRootNotFound")]
public sealed class AnchorRootNotFoundError : IErrorDTO;

/// <summary><c>BadAuth()</c>.</summary>
[Error("BadAuth")]
public sealed class BadAuthError : IErrorDTO;

/// <summary><c>AlreadyInitialized()</c>.</summary>
[Error("AlreadyInitialized")]
public sealed class AlreadyInitializedError : IErrorDTO;

/// <summary><c>InvalidLocalIdent()</c>.</summary>
[Error("InvalidLocalIdent")]
public sealed class InvalidLocalIdentError : IErrorDTO;

/// <summary><c>ClaimAboveSplit()</c>.</summary>
[Error("ClaimAboveSplit")]
public sealed class ClaimAboveSplitError : IErrorDTO;

/// <summary><c>BlockNumberMatches()</c>.</summary>
[Error("BlockNumberMatches")]
public sealed class BlockNumberMatchesError : IErrorDTO;

/// <summary><c>InvalidOutputRootProof()</c>.</summary>
[Error("InvalidOutputRootProof")]
public sealed class InvalidOutputRootProofError : IErrorDTO;

/// <summary><c>InvalidHeaderRLP()</c>.</summary>
[Error("InvalidHeaderRLP")]
public sealed class InvalidHeaderRLPError : IErrorDTO;

/// <summary><c>InvalidBondDistributionMode()</c>.</summary>
[Error("InvalidBondDistributionMode")]
public sealed class InvalidBondDistributionModeError : IErrorDTO;

/// <summary><c>InvalidChallengePeriod()</c>.</summary>
[Error("InvalidChallengePeriod")]
public sealed class InvalidChallengePeriodError : IErrorDTO;

/// <summary><c>InvalidClockExtension()</c>.</summary>
[Error("InvalidClockExtension")]
public sealed class InvalidClockExtensionError : IErrorDTO;

/// <summary><c>InvalidSplitDepth()</c>.</summary>
[Error("InvalidSplitDepth")]
public sealed class InvalidSplitDepthError : IErrorDTO;

/// <summary><c>MaxDepthTooLarge()</c>.</summary>
[Error("MaxDepthTooLarge")]
public sealed class MaxDepthTooLargeError : IErrorDTO;

/// <summary><c>GameNotResolved()</c>.</summary>
[Error("GameNotResolved")]
public sealed class GameNotResolvedError : IErrorDTO;

/// <summary><c>GameNotFinalized()</c>.</summary>
[Error("GameNotFinalized")]
public sealed class GameNotFinalizedError : IErrorDTO;

/// <summary><c>GamePaused()</c>.</summary>
[Error("GamePaused")]
public sealed class GamePausedError : IErrorDTO;

/// <summary><c>NoChainIdNeeded()</c>.</summary>
[Error("NoChainIdNeeded")]
public sealed class NoChainIdNeededError : IErrorDTO;

/// <summary><c>UnknownChainId()</c>.</summary>
[Error("UnknownChainId")]
public sealed class UnknownChainIdError : IErrorDTO;

/// <summary><c>SuperFaultDisputeGameInvalidRootClaim()</c>.</summary>
[Error("SuperFaultDisputeGameInvalidRootClaim")]
public sealed class SuperFaultDisputeGameInvalidRootClaimError : IErrorDTO;

/// <summary><c>Encoding_EmptySuperRoot()</c>.</summary>
[Error("Encoding_EmptySuperRoot")]
public sealed class EncodingEmptySuperRootError : IErrorDTO;

/// <summary><c>Encoding_InvalidSuperRootEncoding()</c>.</summary>
[Error("Encoding_InvalidSuperRootEncoding")]
public sealed class EncodingInvalidSuperRootEncodingError : IErrorDTO;

/// <summary><c>Encoding_InvalidSuperRootVersion()</c>.</summary>
[Error("Encoding_InvalidSuperRootVersion")]
public sealed class EncodingInvalidSuperRootVersionError : IErrorDTO;

/// <summary><c>ClaimAlreadyChallenged()</c>.</summary>
[Error("ClaimAlreadyChallenged")]
public sealed class ClaimAlreadyChallengedError : IErrorDTO;

/// <summary><c>GameNotOver()</c>.</summary>
[Error("GameNotOver")]
public sealed class GameNotOverError : IErrorDTO;

/// <summary><c>GameOver()</c>.</summary>
[Error("GameOver")]
public sealed class GameOverError : IErrorDTO;

/// <summary><c>InvalidParentGame()</c>.</summary>
[Error("InvalidParentGame")]
public sealed class InvalidParentGameError : IErrorDTO;

/// <summary><c>InvalidProposalStatus()</c>.</summary>
[Error("InvalidProposalStatus")]
public sealed class InvalidProposalStatusError : IErrorDTO;

/// <summary><c>ParentGameNotResolved()</c>.</summary>
[Error("ParentGameNotResolved")]
public sealed class ParentGameNotResolvedError : IErrorDTO;

/// <summary><c>UnexpectedGameType()</c>.</summary>
[Error("UnexpectedGameType")]
public sealed class UnexpectedGameTypeError : IErrorDTO;

/// <summary><c>ContentLengthMismatch()</c>.</summary>
[Error("ContentLengthMismatch")]
public sealed class ContentLengthMismatchError : IErrorDTO;

/// <summary><c>EmptyItem()</c>.</summary>
[Error("EmptyItem")]
public sealed class EmptyItemError : IErrorDTO;

/// <summary><c>InvalidDataRemainder()</c>.</summary>
[Error("InvalidDataRemainder")]
public sealed class InvalidDataRemainderError : IErrorDTO;

/// <summary><c>InvalidHeader()</c>.</summary>
[Error("InvalidHeader")]
public sealed class InvalidHeaderError : IErrorDTO;

/// <summary><c>UnexpectedList()</c>.</summary>
[Error("UnexpectedList")]
public sealed class UnexpectedListError : IErrorDTO;

/// <summary><c>UnexpectedString()</c>.</summary>
[Error("UnexpectedString")]
public sealed class UnexpectedStringError : IErrorDTO;
