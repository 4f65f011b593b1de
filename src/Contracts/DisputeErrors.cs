using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// The errors of the dispute contracts, of every supported version: names and argument types from the contracts' ABIs, raw selectors from
/// their assembly. <see cref="Decoder"/> turns revert data into a name with arguments.
/// </summary>
public static class DisputeErrors
{
    // Errors that the agent tells apart in code.

    /// <summary>The game is over.</summary>
    public static AbiError GameNotInProgress { get; } = new("GameNotInProgress()");

    /// <summary>The claim that is answered is not the one at that index, for instance after a reorg.</summary>
    public static AbiError InvalidDisputedClaimIndex { get; } = new("InvalidDisputedClaimIndex()");

    /// <summary>The same claim stands at the same place already.</summary>
    public static AbiError ClaimAlreadyExists { get; } = new("ClaimAlreadyExists()");

    /// <summary>The claim has been stepped on already.</summary>
    public static AbiError DuplicateStep { get; } = new("DuplicateStep()");

    /// <summary>The clock of the side that moves is at its end.</summary>
    public static AbiError ClockTimeExceeded { get; } = new("ClockTimeExceeded()");

    /// <summary>A claim cannot be resolved yet.</summary>
    public static AbiError ClockNotExpired { get; } = new("ClockNotExpired()");

    /// <summary>A claim's children, or the root before the game, are not resolved.</summary>
    public static AbiError OutOfOrderResolution { get; } = new("OutOfOrderResolution()");

    /// <summary>The claim is resolved.</summary>
    public static AbiError ClaimAlreadyResolved { get; } = new("ClaimAlreadyResolved()");

    /// <summary>The root was countered by its block number.</summary>
    public static AbiError L2BlockNumberChallenged { get; } = new("L2BlockNumberChallenged()");

    /// <summary>The game owes the recipient nothing.</summary>
    public static AbiError NoCreditToClaim { get; } = new("NoCreditToClaim()");

    /// <summary>The value sent is not the bond of the position.</summary>
    public static AbiError IncorrectBondAmount { get; } = new("IncorrectBondAmount()");

    /// <summary>A game of this type, root and extra data exists.</summary>
    public static AbiError GameAlreadyExists { get; } = new("GameAlreadyExists(bytes32 uuid)");

    /// <summary>A root claim, or the root of an execution game, is not of the form that the contract demands.</summary>
    public static AbiError UnexpectedRootClaim { get; } = new("UnexpectedRootClaim(bytes32 rootClaim)");

    /// <summary>The large preimage proposal is within its challenge period.</summary>
    public static AbiError ActiveProposal { get; } = new("ActiveProposal()");

    /// <summary>The large preimage proposal was finalised or squeezed.</summary>
    public static AbiError AlreadyFinalized { get; } = new("AlreadyFinalized()");

    /// <summary>A part offset is outside of its preimage.</summary>
    public static AbiError PartOffsetOutOfBounds { get; } = new("PartOffsetOOB()");

    /// <summary>The extra data of a game have a wrong length. Raised from assembly: in no ABI of the older versions.</summary>
    public static AbiError BadExtraData { get; } = new("BadExtraData()");

    /// <summary>
    /// The oracle's <c>addLeavesLPP</c> raises this for a wrong count of blocks from assembly, with two hex digits of the selector
    /// transposed (0x07b1daf1 for 0x7b1dafd1); both selectors occur on chain.
    /// </summary>
    public static AbiError InvalidInputSizeFromAssembly { get; } = new("InvalidInputSize()", new Selector(0x07b1daf1));

    /// <summary>Every error that is registered with <see cref="Decoder"/>.</summary>
    public static IReadOnlyList<AbiError> All { get; } =
    [
        GameNotInProgress, InvalidDisputedClaimIndex, ClaimAlreadyExists, DuplicateStep, ClockTimeExceeded, ClockNotExpired,
        OutOfOrderResolution, ClaimAlreadyResolved, L2BlockNumberChallenged, NoCreditToClaim, IncorrectBondAmount, GameAlreadyExists,
        UnexpectedRootClaim, ActiveProposal, AlreadyFinalized, PartOffsetOutOfBounds, BadExtraData, InvalidInputSizeFromAssembly,
        .. OtherSignatures.Select(static signature => new AbiError(signature)),
    ];

    /// <summary>Names the reason of a revert of any dispute contract.</summary>
    public static RevertDecoder Decoder { get; } = new(All, [new RawRevert("MIPS memory proof does not fit the state", MemoryProofMismatch())]);

    private static string[] OtherSignatures =>
    [
        // Games (FaultDisputeGame 0.8 to 2.4, permissioned, super and ZK games).
        "CannotDefendRootClaim()", "GameDepthExceeded()", "InvalidParent()", "InvalidPrestate()", "ValidStep()", "BondTransferFailed()",
        "AnchorRootNotFound()", "BadAuth()", "AlreadyInitialized()", "InvalidLocalIdent()", "ClaimAboveSplit()", "BlockNumberMatches()",
        "InvalidOutputRootProof()", "InvalidHeaderRLP()", "InvalidBondDistributionMode()", "InvalidChallengePeriod()",
        "InvalidClockExtension()", "InvalidSplitDepth()", "MaxDepthTooLarge()", "GameNotResolved()", "GameNotFinalized()", "GamePaused()",
        "NoChainIdNeeded()", "UnknownChainId()", "SuperFaultDisputeGameInvalidRootClaim()", "Encoding_EmptySuperRoot()",
        "Encoding_InvalidSuperRootEncoding()", "Encoding_InvalidSuperRootVersion()", "ClaimAlreadyChallenged()", "GameNotOver()",
        "GameOver()", "InvalidParentGame()", "InvalidProposalStatus()", "ParentGameNotResolved()", "UnexpectedGameType()",

        // Their RLP reader.
        "ContentLengthMismatch()", "EmptyItem()", "InvalidDataRemainder()", "InvalidHeader()", "UnexpectedList()", "UnexpectedString()",

        // DisputeGameFactory and AnchorStateRegistry.
        "NoImplementation(uint32 gameType)", "AnchorStateRegistry_InvalidAnchorGame()", "AnchorStateRegistry_Unauthorized()",

        // PreimageOracle.
        "InvalidProof()", "InvalidPreimage()", "InvalidInputSize()", "WrongStartingBlock()", "StatesNotContiguous()", "PostStateMatches()",
        "TreeSizeOverflow()", "ShaFailed()", "BadProposal()", "NotInitialized()", "NotEOA()", "InsufficientBond()",

        // MIPS64.
        "InvalidExitedValue()", "InvalidMemoryProof()", "InvalidSecondMemoryProof()", "InvalidPC()", "InvalidRMWInstruction()",
        "UnsupportedStateVersion()",

        // OptimismPortal2, ETHLockbox, SuperchainConfig, SystemConfig.
        "OptimismPortal_AlreadyFinalized()", "OptimismPortal_BadTarget()", "OptimismPortal_CallPaused()",
        "OptimismPortal_CalldataTooLarge()", "OptimismPortal_GasEstimation()", "OptimismPortal_GasLimitTooLow()",
        "OptimismPortal_ImproperDisputeGame()", "OptimismPortal_InvalidDisputeGame()", "OptimismPortal_InvalidLockboxState()",
        "OptimismPortal_InvalidMerkleProof()", "OptimismPortal_InvalidOutputRootProof()", "OptimismPortal_InvalidProofTimestamp()",
        "OptimismPortal_InvalidRootClaim()", "OptimismPortal_NoReentrancy()", "OptimismPortal_ProofNotOldEnough()",
        "OptimismPortal_Unproven()", "OutOfGas()", "ETHLockbox_DifferentSuperchainConfig()", "ETHLockbox_InsufficientBalance()",
        "ETHLockbox_NoWithdrawalTransactions()", "ETHLockbox_Paused()", "ETHLockbox_Unauthorized()",
        "SuperchainConfig_AlreadyPaused(address identifier)", "SuperchainConfig_NotAlreadyPaused(address identifier)",
        "SuperchainConfig_OnlyGuardian()", "SystemConfig_InvalidFeatureState()",

        // The proxies' administration.
        "ProxyAdminOwnedBase_NotProxyAdmin()", "ProxyAdminOwnedBase_NotProxyAdminOrProxyAdminOwner()",
        "ProxyAdminOwnedBase_NotProxyAdminOwner()", "ProxyAdminOwnedBase_NotResolvedDelegateProxy()",
        "ProxyAdminOwnedBase_NotSharedProxyAdminOwner()", "ProxyAdminOwnedBase_ProxyAdminNotFound()",
        "ReinitializableBase_ZeroInitVersion()",
    ];

    /// <summary>MIPS 1.0 raises one bare word when a memory proof does not lead to the memory root.</summary>
    private static byte[] MemoryProofMismatch() => Hash32.FromUInt256(0x0badf00d).ToArray();
}
