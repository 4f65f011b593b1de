// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { RegistryStandIn } from "./RegistryStandIn.sol";

interface IBondStore {
    function deposit() external payable;
    function unlock(address recipient, uint256 amount) external;
    function withdraw(address recipient, uint256 amount) external;
}

/// @title DisputeGameStandIn
/// @notice A dispute game that behaves as FaultDisputeGame 2.x does in what an agent reads, moves and is paid by; written by us from the
///         interface and the published rules. It has no steps, no local data and no block challenges, and it trusts whoever claims above
///         the maximum depth. The factory clones it: creator, root claim, L1 head and extra data follow the call data.
contract DisputeGameStandIn {
    struct Parameters {
        uint32 gameType;
        bytes32 absolutePrestate;
        uint256 maxGameDepth;
        uint256 splitDepth;
        uint64 clockExtension;
        uint64 maxClockDuration;
        uint64 oracleChallengePeriod;
        address vm;
        address weth;
        address anchorStateRegistry;
        uint256 l2ChainId;
        bytes32 startingRoot;
        uint256 startingBlock;
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

    uint256 private constant ARGUMENTS = 118;
    uint8 private constant IN_PROGRESS = 0;
    uint8 private constant CHALLENGER_WINS = 1;
    uint8 private constant DEFENDER_WINS = 2;
    uint8 private constant UNDECIDED = 0;
    uint8 private constant NORMAL = 1;
    uint8 private constant REFUND = 2;

    uint32 public immutable gameType;
    bytes32 public immutable absolutePrestate;
    uint256 public immutable maxGameDepth;
    uint256 public immutable splitDepth;
    uint64 public immutable clockExtension;
    uint64 public immutable maxClockDuration;
    uint64 private immutable oracleChallengePeriod;
    address public immutable vm;
    address public immutable weth;
    address public immutable anchorStateRegistry;
    uint256 public immutable l2ChainId;
    bytes32 private immutable startingRoot;
    uint256 private immutable startingBlock;

    uint64 public createdAt;
    uint64 public resolvedAt;
    uint8 public status;
    uint8 public bondDistributionMode;
    ClaimData[] public claimData;
    mapping(bytes32 => bool) public claims;
    mapping(uint256 => bool) public resolvedSubgames;
    mapping(uint256 => uint256[]) private children;
    mapping(address => uint256) public normalModeCredit;
    mapping(address => uint256) public refundModeCredit;
    mapping(address => bool) public hasUnlockedCredit;

    event Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant);
    event Resolved(uint8 indexed status);
    event GameClosed(uint8 bondDistributionMode);

    error AlreadyInitialized();
    error BondTransferFailed();
    error CannotDefendRootClaim();
    error ClaimAlreadyExists();
    error ClaimAlreadyResolved();
    error ClockNotExpired();
    error ClockTimeExceeded();
    error GameDepthExceeded();
    error GameNotFinalized();
    error GameNotInProgress();
    error GameNotResolved();
    error GamePaused();
    error IncorrectBondAmount();
    error InvalidDisputedClaimIndex();
    error NoCreditToClaim();
    error OutOfOrderResolution();

    constructor(Parameters memory p) {
        gameType = p.gameType;
        absolutePrestate = p.absolutePrestate;
        maxGameDepth = p.maxGameDepth;
        splitDepth = p.splitDepth;
        clockExtension = p.clockExtension;
        maxClockDuration = p.maxClockDuration;
        oracleChallengePeriod = p.oracleChallengePeriod;
        vm = p.vm;
        weth = p.weth;
        anchorStateRegistry = p.anchorStateRegistry;
        l2ChainId = p.l2ChainId;
        startingRoot = p.startingRoot;
        startingBlock = p.startingBlock;
    }

    function initialize() external payable {
        if (createdAt != 0) revert AlreadyInitialized();
        createdAt = uint64(block.timestamp);
        claimData.push(
            ClaimData(type(uint32).max, address(0), gameCreator(), uint128(msg.value), rootClaim(), 1, uint128(block.timestamp))
        );
        refundModeCredit[gameCreator()] += msg.value;
        IBondStore(weth).deposit{ value: msg.value }();
    }

    function version() external pure returns (string memory) {
        return "2.4.2";
    }

    function gameCreator() public pure returns (address) {
        return address(bytes20(argument(0)));
    }

    function rootClaim() public pure returns (bytes32) {
        return argument(20);
    }

    function l1Head() public pure returns (bytes32) {
        return argument(52);
    }

    function l2BlockNumber() public pure returns (uint256) {
        return uint256(argument(84));
    }

    function l2SequenceNumber() external pure returns (uint256) {
        return l2BlockNumber();
    }

    function extraData() external pure returns (bytes memory) {
        return abi.encode(l2BlockNumber());
    }

    function l2BlockNumberChallenger() external pure returns (address) {
        return address(0);
    }

    function startingOutputRoot() external view returns (bytes32, uint256) {
        return (startingRoot, startingBlock);
    }

    function claimDataLen() external view returns (uint256) {
        return claimData.length;
    }

    /// @notice Wei, rising with depth. The table of the real contract differs; agents ask.
    function getRequiredBond(uint128 position) public view returns (uint256) {
        uint256 depth = depthOf(position);
        if (depth > maxGameDepth) revert GameDepthExceeded();
        return 0.08 ether + depth * 0.013 ether + depth;
    }

    function getChallengerDuration(uint256 index) public view returns (uint64) {
        if (status != IN_PROGRESS) revert GameNotInProgress();
        ClaimData storage claim = claimData[index];
        uint256 used = block.timestamp - uint64(claim.clock);
        if (claim.parentIndex != type(uint32).max) used += claimData[claim.parentIndex].clock >> 64;
        return used > maxClockDuration ? maxClockDuration : uint64(used);
    }

    function attack(bytes32 disputed, uint256 parentIndex, bytes32 claim) external payable {
        move(disputed, parentIndex, claim, true);
    }

    function defend(bytes32 disputed, uint256 parentIndex, bytes32 claim) external payable {
        move(disputed, parentIndex, claim, false);
    }

    function move(bytes32 disputed, uint256 parentIndex, bytes32 claim, bool isAttack) public payable {
        if (status != IN_PROGRESS) revert GameNotInProgress();
        ClaimData storage parent = claimData[parentIndex];
        if (parent.claim != disputed) revert InvalidDisputedClaimIndex();
        uint256 parentDepth = depthOf(parent.position);
        if (!isAttack && (parentIndex == 0 || parentDepth == splitDepth + 1)) revert CannotDefendRootClaim();
        uint128 position = 2 * (isAttack ? parent.position : parent.position | 1);
        if (parentDepth + 1 > maxGameDepth) revert GameDepthExceeded();
        if (msg.value != getRequiredBond(position)) revert IncorrectBondAmount();
        uint64 used = clockOf(parentIndex, parentDepth + 1);
        bytes32 id = keccak256(abi.encodePacked(claim, position, uint128(parentIndex)));
        if (claims[id]) revert ClaimAlreadyExists();
        claims[id] = true;
        children[parentIndex].push(claimData.length);
        claimData.push(
            ClaimData(
                uint32(parentIndex), address(0), msg.sender, uint128(msg.value), claim, position, (uint128(used) << 64) | uint128(block.timestamp)
            )
        );
        refundModeCredit[msg.sender] += msg.value;
        IBondStore(weth).deposit{ value: msg.value }();
        emit Move(parentIndex, claim, msg.sender);
    }

    /// @notice Resolves all children of a claim at once: pages are not offered.
    function resolveClaim(uint256 index, uint256) external {
        if (status != IN_PROGRESS) revert GameNotInProgress();
        if (getChallengerDuration(index) < maxClockDuration) revert ClockNotExpired();
        if (resolvedSubgames[index]) revert ClaimAlreadyResolved();
        ClaimData storage claim = claimData[index];
        uint128 leftmost = type(uint128).max;
        for (uint256 i = 0; i < children[index].length; i++) {
            uint256 childIndex = children[index][i];
            if (!resolvedSubgames[childIndex]) revert OutOfOrderResolution();
            ClaimData storage child = claimData[childIndex];
            if (child.counteredBy == address(0) && child.position < leftmost) {
                leftmost = child.position;
                claim.counteredBy = child.claimant;
            }
        }
        resolvedSubgames[index] = true;
        normalModeCredit[claim.counteredBy == address(0) ? claim.claimant : claim.counteredBy] += claim.bond;
    }

    function resolve() external returns (uint8) {
        if (status != IN_PROGRESS) revert GameNotInProgress();
        if (!resolvedSubgames[0]) revert OutOfOrderResolution();
        status = claimData[0].counteredBy == address(0) ? DEFENDER_WINS : CHALLENGER_WINS;
        resolvedAt = uint64(block.timestamp);
        emit Resolved(status);
        return status;
    }

    function closeGame() public {
        if (bondDistributionMode != UNDECIDED) return;
        RegistryStandIn registry = RegistryStandIn(anchorStateRegistry);
        if (registry.paused()) revert GamePaused();
        if (resolvedAt == 0) revert GameNotResolved();
        if (!registry.isGameFinalized(address(this))) revert GameNotFinalized();
        bondDistributionMode = registry.isGameProper(address(this)) ? NORMAL : REFUND;
        emit GameClosed(bondDistributionMode);
    }

    function credit(address recipient) public view returns (uint256) {
        return bondDistributionMode == REFUND ? refundModeCredit[recipient] : normalModeCredit[recipient];
    }

    /// @notice The first call unlocks, the second pays, once the bond store's delay is over.
    function claimCredit(address recipient) external {
        closeGame();
        uint256 amount = credit(recipient);
        if (!hasUnlockedCredit[recipient]) {
            hasUnlockedCredit[recipient] = true;
            IBondStore(weth).unlock(recipient, amount);
            return;
        }
        if (amount == 0) revert NoCreditToClaim();
        refundModeCredit[recipient] = 0;
        normalModeCredit[recipient] = 0;
        IBondStore(weth).withdraw(recipient, amount);
        (bool success,) = recipient.call{ value: amount }("");
        if (!success) revert BondTransferFailed();
    }

    receive() external payable { }

    // 2.x: the extension depends on the depth that is moved to, and lateness is judged by it.
    function clockOf(uint256 parentIndex, uint256 depth) private view returns (uint64) {
        uint64 used = getChallengerDuration(parentIndex);
        if (used == maxClockDuration) revert ClockTimeExceeded();
        uint64 extension = clockExtension;
        if (depth == maxGameDepth - 1) extension += oracleChallengePeriod;
        else if (depth == splitDepth - 1) extension *= 2;
        return used > maxClockDuration - extension ? maxClockDuration - extension : used;
    }

    function depthOf(uint128 position) private pure returns (uint256 depth) {
        while (position > 1) {
            position >>= 1;
            depth++;
        }
    }

    function argument(uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(sub(calldatasize(), ARGUMENTS), offset))
        }
    }
}
