using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Contracts.Messages;

/// <summary><c>NoImplementation(uint32 gameType)</c>.</summary>
[Error("NoImplementation")]
public sealed class NoImplementationError : IErrorDTO
{
    /// <summary>What the contract tells with it.</summary>
    [Parameter("uint32", "gameType", 1)]
    public uint GameType { get; set; }
}

/// <summary><c>AnchorStateRegistry_InvalidAnchorGame()</c>.</summary>
[Error("AnchorStateRegistry_InvalidAnchorGame")]
public sealed class AnchorStateRegistryInvalidAnchorGameError : IErrorDTO;

/// <summary><c>AnchorStateRegistry_Unauthorized()</c>.</summary>
[Error("AnchorStateRegistry_Unauthorized")]
public sealed class AnchorStateRegistryUnauthorizedError : IErrorDTO;

/// <summary><c>InvalidProof()</c>.</summary>
[Error("InvalidProof")]
public sealed class InvalidProofError : IErrorDTO;

/// <summary><c>InvalidPreimage()</c>.</summary>
[Error("InvalidPreimage")]
public sealed class InvalidPreimageError : IErrorDTO;

/// <summary><c>WrongStartingBlock()</c>.</summary>
[Error("WrongStartingBlock")]
public sealed class WrongStartingBlockError : IErrorDTO;

/// <summary><c>StatesNotContiguous()</c>.</summary>
[Error("StatesNotContiguous")]
public sealed class StatesNotContiguousError : IErrorDTO;

/// <summary><c>PostStateMatches()</c>.</summary>
[Error("PostStateMatches")]
public sealed class PostStateMatchesError : IErrorDTO;

/// <summary><c>TreeSizeOverflow()</c>.</summary>
[Error("TreeSizeOverflow")]
public sealed class TreeSizeOverflowError : IErrorDTO;

/// <summary><c>ShaFailed()</c>.</summary>
[Error("ShaFailed")]
public sealed class ShaFailedError : IErrorDTO;

/// <summary><c>BadProposal()</c>.</summary>
[Error("BadProposal")]
public sealed class BadProposalError : IErrorDTO;

/// <summary><c>NotInitialized()</c>.</summary>
[Error("NotInitialized")]
public sealed class NotInitializedError : IErrorDTO;

/// <summary><c>NotEOA()</c>.</summary>
[Error("NotEOA")]
public sealed class NotEOAError : IErrorDTO;

/// <summary><c>InsufficientBond()</c>.</summary>
[Error("InsufficientBond")]
public sealed class InsufficientBondError : IErrorDTO;

/// <summary><c>InvalidExitedValue()</c>.</summary>
[Error("InvalidExitedValue")]
public sealed class InvalidExitedValueError : IErrorDTO;

/// <summary><c>InvalidMemoryProof()</c>.</summary>
[Error("InvalidMemoryProof")]
public sealed class InvalidMemoryProofError : IErrorDTO;

/// <summary><c>InvalidSecondMemoryProof()</c>.</summary>
[Error("InvalidSecondMemoryProof")]
public sealed class InvalidSecondMemoryProofError : IErrorDTO;

/// <summary><c>InvalidPC()</c>.</summary>
[Error("InvalidPC")]
public sealed class InvalidPCError : IErrorDTO;

/// <summary><c>InvalidRMWInstruction()</c>.</summary>
[Error("InvalidRMWInstruction")]
public sealed class InvalidRMWInstructionError : IErrorDTO;

/// <summary><c>UnsupportedStateVersion()</c>.</summary>
[Error("UnsupportedStateVersion")]
public sealed class UnsupportedStateVersionError : IErrorDTO;

/// <summary><c>OptimismPortal_AlreadyFinalized()</c>.</summary>
[Error("OptimismPortal_AlreadyFinalized")]
public sealed class OptimismPortalAlreadyFinalizedError : IErrorDTO;

/// <summary><c>OptimismPortal_BadTarget()</c>.</summary>
[Error("OptimismPortal_BadTarget")]
public sealed class OptimismPortalBadTargetError : IErrorDTO;

/// <summary><c>OptimismPortal_CallPaused()</c>.</summary>
[Error("OptimismPortal_CallPaused")]
public sealed class OptimismPortalCallPausedError : IErrorDTO;

/// <summary><c>OptimismPortal_CalldataTooLarge()</c>.</summary>
[Error("OptimismPortal_CalldataTooLarge")]
public sealed class OptimismPortalCalldataTooLargeError : IErrorDTO;

/// <summary><c>OptimismPortal_GasEstimation()</c>.</summary>
[Error("OptimismPortal_GasEstimation")]
public sealed class OptimismPortalGasEstimationError : IErrorDTO;

/// <summary><c>OptimismPortal_GasLimitTooLow()</c>.</summary>
[Error("OptimismPortal_GasLimitTooLow")]
public sealed class OptimismPortalGasLimitTooLowError : IErrorDTO;

/// <summary><c>OptimismPortal_ImproperDisputeGame()</c>.</summary>
[Error("OptimismPortal_ImproperDisputeGame")]
public sealed class OptimismPortalImproperDisputeGameError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidDisputeGame()</c>.</summary>
[Error("OptimismPortal_InvalidDisputeGame")]
public sealed class OptimismPortalInvalidDisputeGameError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidLockboxState()</c>.</summary>
[Error("OptimismPortal_InvalidLockboxState")]
public sealed class OptimismPortalInvalidLockboxStateError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidMerkleProof()</c>.</summary>
[Error("OptimismPortal_InvalidMerkleProof")]
public sealed class OptimismPortalInvalidMerkleProofError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidOutputRootProof()</c>.</summary>
[Error("OptimismPortal_InvalidOutputRootProof")]
public sealed class OptimismPortalInvalidOutputRootProofError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidProofTimestamp()</c>.</summary>
[Error("OptimismPortal_InvalidProofTimestamp")]
public sealed class OptimismPortalInvalidProofTimestampError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidRootClaim()</c>.</summary>
[Error("OptimismPortal_InvalidRootClaim")]
public sealed class OptimismPortalInvalidRootClaimError : IErrorDTO;

/// <summary><c>OptimismPortal_NoReentrancy()</c>.</summary>
[Error("OptimismPortal_NoReentrancy")]
public sealed class OptimismPortalNoReentrancyError : IErrorDTO;

/// <summary><c>OptimismPortal_ProofNotOldEnough()</c>.</summary>
[Error("OptimismPortal_ProofNotOldEnough")]
public sealed class OptimismPortalProofNotOldEnoughError : IErrorDTO;

/// <summary><c>OptimismPortal_Unproven()</c>.</summary>
[Error("OptimismPortal_Unproven")]
public sealed class OptimismPortalUnprovenError : IErrorDTO;

/// <summary><c>OutOfGas()</c>.</summary>
[Error("OutOfGas")]
public sealed class OutOfGasError : IErrorDTO;

/// <summary><c>ETHLockbox_DifferentSuperchainConfig()</c>.</summary>
[Error("ETHLockbox_DifferentSuperchainConfig")]
public sealed class ETHLockboxDifferentSuperchainConfigError : IErrorDTO;

/// <summary><c>ETHLockbox_InsufficientBalance()</c>.</summary>
[Error("ETHLockbox_InsufficientBalance")]
public sealed class ETHLockboxInsufficientBalanceError : IErrorDTO;

/// <summary><c>ETHLockbox_NoWithdrawalTransactions()</c>.</summary>
[Error("ETHLockbox_NoWithdrawalTransactions")]
public sealed class ETHLockboxNoWithdrawalTransactionsError : IErrorDTO;

/// <summary><c>ETHLockbox_Paused()</c>.</summary>
[Error("ETHLockbox_Paused")]
public sealed class ETHLockboxPausedError : IErrorDTO;

/// <summary><c>ETHLockbox_Unauthorized()</c>.</summary>
[Error("ETHLockbox_Unauthorized")]
public sealed class ETHLockboxUnauthorizedError : IErrorDTO;

/// <summary><c>SuperchainConfig_AlreadyPaused(address identifier)</c>.</summary>
[Error("SuperchainConfig_AlreadyPaused")]
public sealed class SuperchainConfigAlreadyPausedError : IErrorDTO
{
    /// <summary>What the contract tells with it.</summary>
    [Parameter("address", "identifier", 1)]
    public string Identifier { get; set; } = "";
}

/// <summary><c>SuperchainConfig_NotAlreadyPaused(address identifier)</c>.</summary>
[Error("SuperchainConfig_NotAlreadyPaused")]
public sealed class SuperchainConfigNotAlreadyPausedError : IErrorDTO
{
    /// <summary>What the contract tells with it.</summary>
    [Parameter("address", "identifier", 1)]
    public string Identifier { get; set; } = "";
}

/// <summary><c>SuperchainConfig_OnlyGuardian()</c>.</summary>
[Error("SuperchainConfig_OnlyGuardian")]
public sealed class SuperchainConfigOnlyGuardianError : IErrorDTO;

/// <summary><c>SystemConfig_InvalidFeatureState()</c>.</summary>
[Error("SystemConfig_InvalidFeatureState")]
public sealed class SystemConfigInvalidFeatureStateError : IErrorDTO;

/// <summary><c>ProxyAdminOwnedBase_NotProxyAdmin()</c>.</summary>
[Error("ProxyAdminOwnedBase_NotProxyAdmin")]
public sealed class ProxyAdminOwnedBaseNotProxyAdminError : IErrorDTO;

/// <summary><c>ProxyAdminOwnedBase_NotProxyAdminOrProxyAdminOwner()</c>.</summary>
[Error("ProxyAdminOwnedBase_NotProxyAdminOrProxyAdminOwner")]
public sealed class ProxyAdminOwnedBaseNotProxyAdminOrProxyAdminOwnerError : IErrorDTO;

/// <summary><c>ProxyAdminOwnedBase_NotProxyAdminOwner()</c>.</summary>
[Error("ProxyAdminOwnedBase_NotProxyAdminOwner")]
public sealed class ProxyAdminOwnedBaseNotProxyAdminOwnerError : IErrorDTO;

/// <summary><c>ProxyAdminOwnedBase_NotResolvedDelegateProxy()</c>.</summary>
[Error("ProxyAdminOwnedBase_NotResolvedDelegateProxy")]
public sealed class ProxyAdminOwnedBaseNotResolvedDelegateProxyError : IErrorDTO;

/// <summary><c>ProxyAdminOwnedBase_NotSharedProxyAdminOwner()</c>.</summary>
[Error("ProxyAdminOwnedBase_NotSharedProxyAdminOwner")]
public sealed class ProxyAdminOwnedBaseNotSharedProxyAdminOwnerError : IErrorDTO;

/// <summary><c>ProxyAdminOwnedBase_ProxyAdminNotFound()</c>.</summary>
[Error("ProxyAdminOwnedBase_ProxyAdminNotFound")]
public sealed class ProxyAdminOwnedBaseProxyAdminNotFoundError : IErrorDTO;

/// <summary><c>ReinitializableBase_ZeroInitVersion()</c>.</summary>
[Error("ReinitializableBase_ZeroInitVersion")]
public sealed class ReinitializableBaseZeroInitVersionError : IErrorDTO;

/// <summary><c>ReservedGameType()</c>.</summary>
[Error("ReservedGameType")]
public sealed class ReservedGameTypeError : IErrorDTO;

/// <summary><c>AnchorStateRegistry_AnchorGameBlacklisted()</c>.</summary>
[Error("AnchorStateRegistry_AnchorGameBlacklisted")]
public sealed class AnchorStateRegistryAnchorGameBlacklistedError : IErrorDTO;

/// <summary><c>OptimismPortal_InvalidInteropState()</c>.</summary>
[Error("OptimismPortal_InvalidInteropState")]
public sealed class OptimismPortalInvalidInteropStateError : IErrorDTO;

/// <summary><c>OptimismPortal_MigratingToSameRegistry()</c>.</summary>
[Error("OptimismPortal_MigratingToSameRegistry")]
public sealed class OptimismPortalMigratingToSameRegistryError : IErrorDTO;

/// <summary><c>OptimismPortal_NotAllowedOnCGTMode()</c>.</summary>
[Error("OptimismPortal_NotAllowedOnCGTMode")]
public sealed class OptimismPortalNotAllowedOnCGTModeError : IErrorDTO;

/// <summary><c>OptimismPortal_NotUsingInterop()</c>.</summary>
[Error("OptimismPortal_NotUsingInterop")]
public sealed class OptimismPortalNotUsingInteropError : IErrorDTO;
