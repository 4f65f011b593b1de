// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { bondAt, factorOfLevel } from "./BondPrice.sol";
import { InvalidHeaderRLP, numberOf } from "./HeaderNumber.sol";
import { depthOf, indexAtDepth, traceAncestor, traceIndex } from "./Positions.sol";
import { IBondStore, IGame, ILocalOracle, IRegistry, IStepVm, OutputProposal } from "./TwinInterfaces.sol";

/// @title DisputeGameTwin
/// @notice FaultDisputeGame 2.4.2 in what it answers, refuses, logs and pays; written by us from its recorded behaviour, which
///         tests/Devnet.Tests/Twins replays on it. A factory clones it: the words of the game and the arguments of its type follow the call data.
contract DisputeGameTwin is IGame {
    struct Shape {
        uint256 maxGameDepth;
        uint256 splitDepth;
        uint64 clockExtension;
        uint64 maxClockDuration;
    }

    struct ClaimData {
        uint32 parentIndex;
        address counteredBy;
        address claimant;
        uint128 bond;
        bytes32 claim;
        uint128 position;
        uint128 clock;
    }

    struct ResolutionCheckpoint {
        bool initialCheckpointComplete;
        uint32 subgameIndex;
        uint128 leftmostPosition;
        address counteredBy;
    }

    struct OutputRootProof {
        bytes32 version;
        bytes32 stateRoot;
        bytes32 messagePasserStorageRoot;
        bytes32 latestBlockhash;
    }

    // The outputs that an execution game is about.
    struct Disagreement {
        bytes32 startingClaim;
        uint128 startingPosition;
        bytes32 disputedClaim;
        uint128 disputedPosition;
    }

    // Status of a game, status byte of a VM's state, mode of the bonds.
    uint8 internal constant IN_PROGRESS = 0;
    uint8 internal constant CHALLENGER_WINS = 1;
    uint8 internal constant DEFENDER_WINS = 2;
    uint8 internal constant VALID = 0;
    uint8 internal constant INVALID = 1;
    uint8 internal constant PANIC = 2;
    uint8 internal constant UNDECIDED = 0;
    uint8 internal constant NORMAL = 1;
    uint8 internal constant REFUND = 2;

    uint32 internal constant NO_PARENT = type(uint32).max;
    uint256 internal constant DEEPEST = 125;

    // Behind the call data: creator, root claim, L1 head, type, block, then the type's arguments, then two bytes of length.
    uint256 internal constant LENGTH_BYTES = 2;
    uint256 internal constant CREATOR = 0;
    uint256 internal constant ROOT_CLAIM = 20;
    uint256 internal constant L1_HEAD = 52;
    uint256 internal constant GAME_TYPE = 84;
    uint256 internal constant EXTRA_DATA = 88;
    uint256 internal constant ABSOLUTE_PRESTATE = 120;
    uint256 internal constant VM = 152;
    uint256 internal constant REGISTRY = 172;
    uint256 internal constant WETH = 192;
    uint256 internal constant CHAIN_ID = 212;
    uint256 internal constant ARGUMENTS = 244;

    uint256 public immutable maxGameDepth;
    uint256 public immutable splitDepth;
    uint64 public immutable clockExtension;
    uint64 public immutable maxClockDuration;
    uint256 private immutable levelFactor;

    uint64 public createdAt;
    uint64 public resolvedAt;
    uint8 public status;
    bool private initialized;
    bool public l2BlockNumberChallenged;
    bool public wasRespectedGameTypeWhenCreated;
    uint8 public bondDistributionMode;
    address public l2BlockNumberChallenger;
    OutputProposal public startingOutputRoot;
    ClaimData[] public claimData;
    mapping(address => uint256) public normalModeCredit;
    mapping(address => uint256) public refundModeCredit;
    mapping(address => bool) public hasUnlockedCredit;
    mapping(bytes32 => bool) public claims;
    mapping(uint256 => uint256[]) public subgames;
    mapping(uint256 => bool) public resolvedSubgames;
    mapping(uint256 => ResolutionCheckpoint) public resolutionCheckpoints;

    event GameClosed(uint8 bondDistributionMode);
    event Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant);
    event Resolved(uint8 indexed status);

    error AlreadyInitialized();
    error AnchorRootNotFound();
    error BadExtraData();
    error BlockNumberMatches();
    error BondTransferFailed();
    error CannotDefendRootClaim();
    error ClaimAboveSplit();
    error ClaimAlreadyExists();
    error ClaimAlreadyResolved();
    error ClockNotExpired();
    error ClockTimeExceeded();
    error DuplicateStep();
    error GameDepthExceeded();
    error GameNotFinalized();
    error GameNotInProgress();
    error GameNotResolved();
    error GamePaused();
    error IncorrectBondAmount();
    error InvalidChallengePeriod();
    error InvalidClockExtension();
    error InvalidDisputedClaimIndex();
    error InvalidLocalIdent();
    error InvalidOutputRootProof();
    error InvalidParent();
    error InvalidPrestate();
    error InvalidSplitDepth();
    error L2BlockNumberChallenged();
    error MaxDepthTooLarge();
    error NoCreditToClaim();
    error OutOfOrderResolution();
    error UnexpectedRootClaim(bytes32 rootClaim);
    error UnknownChainId();
    error ValidStep();

    modifier inProgress() {
        if (status != IN_PROGRESS) revert GameNotInProgress();
        _;
    }

    // The permissioned game overrides it.
    modifier onlyPlayers() {
        requirePlayer();
        _;
    }

    constructor(Shape memory shape) {
        if (shape.maxGameDepth > DEEPEST) revert MaxDepthTooLarge();
        if (shape.splitDepth < 2 || shape.splitDepth + 2 > shape.maxGameDepth) revert InvalidSplitDepth();
        if (2 * uint256(shape.clockExtension) > shape.maxClockDuration) revert InvalidClockExtension();
        maxGameDepth = shape.maxGameDepth;
        splitDepth = shape.splitDepth;
        clockExtension = shape.clockExtension;
        maxClockDuration = shape.maxClockDuration;
        levelFactor = factorOfLevel(shape.maxGameDepth);
    }

    /// @notice Called by the factory on the new clone.
    function initialize() public payable virtual {
        if (initialized) revert AlreadyInitialized();
        initialized = true;
        if (msg.data.length != 4 + argumentsLength() + LENGTH_BYTES) revert BadExtraData();

        uint256 challengePeriod = oracle().challengePeriod();
        if (challengePeriod > type(uint64).max) revert InvalidChallengePeriod();
        if (clockExtension + challengePeriod > maxClockDuration) revert InvalidClockExtension();

        IRegistry registry = IRegistry(anchorStateRegistry());
        (bytes32 root, uint256 number) = registry.getAnchorRoot();
        if (root == 0) revert AnchorRootNotFound();
        if (l2BlockNumber() <= number || l2BlockNumber() > type(uint64).max) revert UnexpectedRootClaim(rootClaim());

        startingOutputRoot = OutputProposal(root, number);
        createdAt = uint64(block.timestamp);
        wasRespectedGameTypeWhenCreated = registry.respectedGameType() == gameType();
        addClaim(ClaimData(NO_PARENT, address(0), gameCreator(), uint128(msg.value), rootClaim(), 1, uint128(block.timestamp)));
    }

    function attack(bytes32 disputed, uint256 parentIndex, bytes32 claim) external payable {
        move(disputed, parentIndex, claim, true);
    }

    function defend(bytes32 disputed, uint256 parentIndex, bytes32 claim) external payable {
        move(disputed, parentIndex, claim, false);
    }

    function move(bytes32 disputed, uint256 parentIndex, bytes32 claim, bool isAttack) public payable onlyPlayers inProgress {
        ClaimData memory parent = claimData[parentIndex];
        if (parent.claim != disputed) revert InvalidDisputedClaimIndex();
        uint128 position = 2 * (isAttack ? parent.position : parent.position | 1);
        uint256 depth = depthOf(position);
        if (!isAttack && (parentIndex == 0 || depth == splitDepth + 2)) revert CannotDefendRootClaim();
        if (parentIndex == 0 && l2BlockNumberChallenged) revert L2BlockNumberChallenged();
        if (depth > maxGameDepth) revert GameDepthExceeded();
        if (depth == splitDepth + 1) checkExecutionRoot(claim, parentIndex, parent.position, isAttack);
        if (msg.value != getRequiredBond(position)) revert IncorrectBondAmount();
        uint64 used = durationAfter(parentIndex, depth);
        bytes32 id = keccak256(abi.encodePacked(claim, position, uint128(parentIndex)));
        if (claims[id]) revert ClaimAlreadyExists();

        claims[id] = true;
        subgames[parentIndex].push(claimData.length);
        addClaim(
            ClaimData(
                uint32(parentIndex), address(0), msg.sender, uint128(msg.value), claim, position, (uint128(used) << 64) | uint64(block.timestamp)
            )
        );
        emit Move(parentIndex, claim, msg.sender);
    }

    /// @notice Counters a claim at the maximum depth by running the VM once; no bond.
    function step(uint256 claimIndex, bool isAttack, bytes calldata stateData, bytes calldata proof) external onlyPlayers inProgress {
        ClaimData storage leaf = claimData[claimIndex];
        if (depthOf(leaf.position) != maxGameDepth) revert InvalidParent();
        (bytes32 before, ClaimData storage expected) = statesAround(leaf, isAttack);
        if (keccak256(stateData) << 8 != before << 8) revert InvalidPrestate();
        bytes32 context = contextOf(disagreementAbove(claimIndex));
        bool isReached = IStepVm(vm()).step(stateData, proof, context) == expected.claim;
        if (isReached == ((maxGameDepth - depthOf(expected.position)) % 2 == 0)) revert ValidStep();
        if (leaf.counteredBy != address(0)) revert DuplicateStep();
        leaf.counteredBy = msg.sender;
    }

    /// @notice Loads a part of what the VM of an execution game asks of its surroundings.
    function addLocalData(uint256 ident, uint256 execLeafIdx, uint256 partOffset) external inProgress {
        Disagreement memory about = disagreementAbove(execLeafIdx);
        bytes32 word;
        uint256 size = 32;
        if (ident == 1) {
            word = l1Head();
        } else if (ident == 2) {
            word = about.startingClaim;
        } else if (ident == 3) {
            word = about.disputedClaim;
        } else if (ident == 4) {
            uint256 number = startingOutputRoot.l2SequenceNumber + traceIndex(about.disputedPosition, splitDepth) + 1;
            word = bytes32((number < l2BlockNumber() ? number : l2BlockNumber()) << 192);
            size = 8;
        } else if (ident == 5) {
            word = bytes32(l2ChainId() << 192);
            size = 8;
        } else {
            revert InvalidLocalIdent();
        }
        oracle().loadLocalData(ident, contextOf(about), word, size, partOffset);
    }

    /// @notice Proves that the root claim is the output of another block than the proposed one.
    function challengeRootL2Block(OutputRootProof calldata proof, bytes calldata headerRlp) external inProgress {
        if (l2BlockNumberChallenged) revert L2BlockNumberChallenged();
        if (keccak256(abi.encode(proof)) != rootClaim()) revert InvalidOutputRootProof();
        if (keccak256(headerRlp) != proof.latestBlockhash) revert InvalidHeaderRLP();
        if (numberOf(headerRlp) == l2BlockNumber()) revert BlockNumberMatches();
        l2BlockNumberChallenger = msg.sender;
        l2BlockNumberChallenged = true;
    }

    /// @param numToResolve How many children are looked at; on the first call 0 means all.
    function resolveClaim(uint256 claimIndex, uint256 numToResolve) external inProgress {
        ClaimData storage claim = claimData[claimIndex];
        if (getChallengerDuration(claimIndex) < maxClockDuration) revert ClockNotExpired();
        if (resolvedSubgames[claimIndex]) revert ClaimAlreadyResolved();
        uint256[] storage children = subgames[claimIndex];
        if (children.length == 0 && claimIndex != 0) {
            finish(claimIndex, claim.counteredBy);
            return;
        }

        ResolutionCheckpoint memory progress = resolutionCheckpoints[claimIndex];
        if (!progress.initialCheckpointComplete) {
            progress.initialCheckpointComplete = true;
            progress.leftmostPosition = type(uint128).max;
            if (numToResolve == 0) numToResolve = children.length;
        }
        uint256 end = progress.subgameIndex + numToResolve;
        if (end > children.length) end = children.length;
        for (uint256 i = progress.subgameIndex; i < end; i++) {
            if (!resolvedSubgames[children[i]]) revert OutOfOrderResolution();
            ClaimData storage child = claimData[children[i]];
            if (child.counteredBy == address(0) && child.position < progress.leftmostPosition) {
                progress.leftmostPosition = child.position;
                progress.counteredBy = child.claimant;
            }
        }
        progress.subgameIndex = uint32(end);
        resolutionCheckpoints[claimIndex] = progress;
        if (end < children.length) return;

        claim.counteredBy = claimIndex == 0 && l2BlockNumberChallenged ? l2BlockNumberChallenger : progress.counteredBy;
        finish(claimIndex, claim.counteredBy);
    }

    function resolve() external inProgress returns (uint8) {
        if (!resolvedSubgames[0]) revert OutOfOrderResolution();
        status = claimData[0].counteredBy == address(0) ? DEFENDER_WINS : CHALLENGER_WINS;
        resolvedAt = uint64(block.timestamp);
        emit Resolved(status);
        return status;
    }

    /// @notice Decides whether bonds are paid as resolved or refunded; nothing the second time.
    function closeGame() public {
        if (bondDistributionMode != UNDECIDED) return;
        IRegistry registry = IRegistry(anchorStateRegistry());
        if (registry.paused()) revert GamePaused();
        if (resolvedAt == 0) revert GameNotResolved();
        if (!registry.isGameFinalized(address(this))) revert GameNotFinalized();
        try registry.setAnchorState(address(this)) { } catch { } // a game that may not become the anchor can be closed all the same
        bondDistributionMode = registry.isGameProper(address(this)) ? NORMAL : REFUND;
        emit GameClosed(bondDistributionMode);
    }

    /// @notice The first call closes the game and unlocks, the second pays, once the bond store's delay is over.
    function claimCredit(address recipient) external {
        closeGame();
        uint256 amount = credit(recipient);
        if (!hasUnlockedCredit[recipient]) {
            hasUnlockedCredit[recipient] = true;
            IBondStore(weth()).unlock(recipient, amount);
            return;
        }
        if (amount == 0) revert NoCreditToClaim();
        refundModeCredit[recipient] = 0;
        normalModeCredit[recipient] = 0;
        IBondStore(weth()).withdraw(recipient, amount);
        (bool success,) = recipient.call{ value: amount }("");
        if (!success) revert BondTransferFailed();
    }

    function version() external pure virtual returns (string memory) {
        return "2.4.2";
    }

    function credit(address recipient) public view returns (uint256) {
        return bondDistributionMode == REFUND ? refundModeCredit[recipient] : normalModeCredit[recipient];
    }

    function claimDataLen() external view returns (uint256) {
        return claimData.length;
    }

    /// @notice Children that paged resolution has not looked at yet.
    function getNumToResolve(uint256 claimIndex) external view returns (uint256) {
        return subgames[claimIndex].length - resolutionCheckpoints[claimIndex].subgameIndex;
    }

    /// @notice Wei.
    function getRequiredBond(uint128 position) public view returns (uint256) {
        uint256 depth = depthOf(position);
        if (depth > maxGameDepth) revert GameDepthExceeded();
        return bondAt(levelFactor, depth);
    }

    /// @notice Seconds that the side against a claim has used, at most the whole clock.
    function getChallengerDuration(uint256 claimIndex) public view inProgress returns (uint64) {
        ClaimData storage claim = claimData[claimIndex];
        uint256 used = block.timestamp - uint64(claim.clock);
        if (claim.parentIndex != NO_PARENT) used += claimData[claim.parentIndex].clock >> 64;
        return used > maxClockDuration ? maxClockDuration : uint64(used);
    }

    function startingRootHash() external view returns (bytes32) {
        return startingOutputRoot.root;
    }

    function startingBlockNumber() external view returns (uint256) {
        return startingOutputRoot.l2SequenceNumber;
    }

    function gameData() external pure returns (uint32, bytes32, bytes memory) {
        return (gameType(), rootClaim(), extraData());
    }

    function gameCreator() public pure returns (address) {
        return addressAt(CREATOR);
    }

    function rootClaim() public pure returns (bytes32) {
        return wordAt(ROOT_CLAIM);
    }

    function rootClaimByChainId(uint256 chainId) external pure returns (bytes32) {
        if (chainId != l2ChainId()) revert UnknownChainId();
        return rootClaim();
    }

    function l1Head() public pure returns (bytes32) {
        return wordAt(L1_HEAD);
    }

    function gameType() public pure returns (uint32) {
        return uint32(bytes4(wordAt(GAME_TYPE)));
    }

    function extraData() public pure returns (bytes memory) {
        return abi.encode(wordAt(EXTRA_DATA));
    }

    function l2BlockNumber() public pure returns (uint256) {
        return uint256(wordAt(EXTRA_DATA));
    }

    function l2SequenceNumber() external pure returns (uint256) {
        return l2BlockNumber();
    }

    function absolutePrestate() public pure returns (bytes32) {
        return wordAt(ABSOLUTE_PRESTATE);
    }

    function vm() public pure returns (address) {
        return addressAt(VM);
    }

    function anchorStateRegistry() public pure returns (address) {
        return addressAt(REGISTRY);
    }

    function weth() public pure returns (address) {
        return addressAt(WETH);
    }

    function l2ChainId() public pure returns (uint256) {
        return uint256(wordAt(CHAIN_ID));
    }

    function requirePlayer() internal view virtual { }

    function argumentsLength() internal pure virtual returns (uint256) {
        return ARGUMENTS;
    }

    function addressAt(uint256 offset) internal pure returns (address) {
        return address(bytes20(wordAt(offset)));
    }

    // On the implementation itself, behind which there is nothing, all words are zero.
    function wordAt(uint256 offset) internal pure returns (bytes32 word) {
        uint256 length = argumentsLength();
        if (msg.data.length < length + LENGTH_BYTES) return 0;
        assembly ("memory-safe") {
            word := calldataload(add(sub(sub(calldatasize(), LENGTH_BYTES), length), offset))
        }
    }

    function oracle() private view returns (ILocalOracle) {
        return IStepVm(vm()).oracle();
    }

    function addClaim(ClaimData memory claim) private {
        claimData.push(claim);
        refundModeCredit[claim.claimant] += msg.value;
        IBondStore(weth()).deposit{ value: msg.value }();
    }

    function finish(uint256 claimIndex, address winner) private {
        ClaimData storage claim = claimData[claimIndex];
        resolvedSubgames[claimIndex] = true;
        normalModeCredit[winner == address(0) ? claim.claimant : winner] += claim.bond;
    }

    // A late move is given time, more of it where a VM must run or a preimage be loaded next; lateness is judged by what is given.
    function durationAfter(uint256 parentIndex, uint256 depth) private view returns (uint64) {
        uint64 used = getChallengerDuration(parentIndex);
        if (used == maxClockDuration) revert ClockTimeExceeded();
        uint64 extension = clockExtension;
        if (depth == maxGameDepth - 1) {
            extension += uint64(oracle().challengePeriod());
        } else if (depth == splitDepth - 1) {
            extension *= 2;
        }
        return used > maxClockDuration - extension ? maxClockDuration - extension : used;
    }

    // Who opens an execution game says by the status whether the disputed output is false, which it must be to the mover.
    function checkExecutionRoot(bytes32 claim, uint256 parentIndex, uint128 parentPosition, bool isAttack) private view {
        ClaimData storage disputed = ancestorAt(traceAncestor(parentPosition + 1, 0), parentIndex);
        bool refutes = isAttack || depthOf(disputed.position) % 2 == splitDepth % 2;
        uint8 vmStatus = uint8(claim[0]);
        if (refutes ? vmStatus != INVALID && vmStatus != PANIC : vmStatus != VALID) revert UnexpectedRootClaim(claim);
    }

    function statesAround(ClaimData storage leaf, bool isAttack) private view returns (bytes32, ClaimData storage) {
        if (!isAttack) return (leaf.claim, ancestorAt(traceAncestor(leaf.position + 1, splitDepth + 1), leaf.parentIndex));
        if (indexAtDepth(leaf.position) % (1 << (maxGameDepth - splitDepth - 1)) == 0) return (absolutePrestate(), leaf);
        return (ancestorAt(traceAncestor(leaf.position - 1, splitDepth + 1), leaf.parentIndex).claim, leaf);
    }

    function disagreementAbove(uint256 claimIndex) private view returns (Disagreement memory) {
        ClaimData storage claim = claimData[claimIndex];
        if (depthOf(claim.position) <= splitDepth) revert ClaimAboveSplit();
        uint128 executionRoot;
        while (depthOf(claim.position) > splitDepth) {
            executionRoot = claim.position;
            claimIndex = claim.parentIndex;
            claim = claimData[claimIndex];
        }
        if (executionRoot != 2 * claim.position) {
            ClaimData storage disputed = ancestorAt(traceAncestor(claim.position + 1, 0), claimIndex);
            return Disagreement(claim.claim, claim.position, disputed.claim, disputed.position);
        }
        if (indexAtDepth(claim.position) == 0) return Disagreement(startingOutputRoot.root, 0, claim.claim, claim.position);
        ClaimData storage starting = ancestorAt(traceAncestor(claim.position - 1, 0), claimIndex);
        return Disagreement(starting.claim, starting.position, claim.claim, claim.position);
    }

    function contextOf(Disagreement memory about) private pure returns (bytes32) {
        return about.startingPosition == 0
            ? keccak256(abi.encode(about.disputedClaim, about.disputedPosition))
            : keccak256(abi.encode(about.startingClaim, about.startingPosition, about.disputedClaim, about.disputedPosition));
    }

    function ancestorAt(uint256 position, uint256 claimIndex) private view returns (ClaimData storage claim) {
        claim = claimData[claimIndex];
        while (claim.position != position) claim = claimData[claim.parentIndex];
    }
}
