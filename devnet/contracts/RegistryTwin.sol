// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { IFactory, IGame, IRegistry, ISystem, OutputProposal } from "./TwinInterfaces.sol";
import { ProxiedTwin } from "./ProxiedTwin.sol";

/// @title RegistryTwin
/// @notice AnchorStateRegistry 3.9.0: where games start, and which of them count.
contract RegistryTwin is ProxiedTwin, IRegistry {
    uint8 private constant IN_PROGRESS = 0;
    uint8 private constant DEFENDER_WINS = 2;

    string public constant version = "3.9.0";

    /// @notice Seconds between a game's resolution and its finality.
    uint256 public immutable disputeGameFinalityDelaySeconds;

    address public systemConfig;
    address public disputeGameFactory;
    address public anchorGame;
    OutputProposal private startingAnchorRoot;
    mapping(address => bool) public disputeGameBlacklist;
    uint32 public respectedGameType;

    /// @notice Games made in this second or before are retired.
    uint64 public retirementTimestamp;

    event AnchorUpdated(address indexed game);
    event DisputeGameBlacklisted(address indexed game);
    event RespectedGameTypeSet(uint32 gameType);
    event RetirementTimestampSet(uint256 timestamp);

    error AnchorStateRegistry_AnchorGameBlacklisted();
    error AnchorStateRegistry_InvalidAnchorGame();
    error AnchorStateRegistry_Unauthorized();

    constructor(uint256 finalityDelaySeconds) {
        disputeGameFinalityDelaySeconds = finalityDelaySeconds;
    }

    function initialize(address systemConfig_, address factory_, OutputProposal calldata start, uint32 respected) external initializer {
        systemConfig = systemConfig_;
        disputeGameFactory = factory_;
        startingAnchorRoot = start;
        respectedGameType = respected;
        retirementTimestamp = uint64(block.timestamp);
    }

    function setRespectedGameType(uint32 gameType) external {
        requireGuardian();
        respectedGameType = gameType;
        emit RespectedGameTypeSet(gameType);
    }

    /// @notice Retires every game there is.
    function updateRetirementTimestamp() external {
        requireGuardian();
        retirementTimestamp = uint64(block.timestamp);
        emit RetirementTimestampSet(block.timestamp);
    }

    function blacklistDisputeGame(address game) external {
        requireGuardian();
        disputeGameBlacklist[game] = true;
        emit DisputeGameBlacklisted(game);
    }

    /// @notice Makes a game the anchor, if its claim is valid and newer; anybody may.
    function setAnchorState(address game) external {
        if (!isGameClaimValid(game)) revert AnchorStateRegistry_InvalidAnchorGame();
        (, uint256 number) = getAnchorRoot();
        if (IGame(game).l2SequenceNumber() <= number) revert AnchorStateRegistry_InvalidAnchorGame();
        anchorGame = game;
        emit AnchorUpdated(game);
    }

    function getAnchorRoot() public view returns (bytes32, uint256) {
        if (anchorGame == address(0)) return (startingAnchorRoot.root, startingAnchorRoot.l2SequenceNumber);
        if (disputeGameBlacklist[anchorGame]) revert AnchorStateRegistry_AnchorGameBlacklisted();
        return (IGame(anchorGame).rootClaim(), IGame(anchorGame).l2SequenceNumber());
    }

    /// @notice The one anchor, whatever the type.
    function anchors(uint32) external view returns (bytes32, uint256) {
        return getAnchorRoot();
    }

    function getStartingAnchorRoot() external view returns (OutputProposal memory) {
        return startingAnchorRoot;
    }

    function paused() public view returns (bool) {
        return ISystem(systemConfig).paused();
    }

    function superchainConfig() external view returns (address) {
        return ISystem(systemConfig).superchainConfig();
    }

    function isGameRegistered(address game) public view returns (bool) {
        (uint32 gameType, bytes32 root, bytes memory extraData) = IGame(game).gameData();
        (address registered,) = IFactory(disputeGameFactory).games(gameType, root, extraData);
        return registered == game && IGame(game).anchorStateRegistry() == address(this);
    }

    function isGameRespected(address game) public view returns (bool) {
        return IGame(game).wasRespectedGameTypeWhenCreated();
    }

    function isGameBlacklisted(address game) public view returns (bool) {
        return disputeGameBlacklist[game];
    }

    function isGameRetired(address game) public view returns (bool) {
        return IGame(game).createdAt() <= retirementTimestamp;
    }

    function isGameResolved(address game) public view returns (bool) {
        return IGame(game).resolvedAt() != 0 && IGame(game).status() != IN_PROGRESS;
    }

    /// @notice Whether the bonds of a game may be paid as it was resolved.
    function isGameProper(address game) public view returns (bool) {
        return isGameRegistered(game) && !isGameBlacklisted(game) && !isGameRetired(game) && !paused();
    }

    /// @notice Whether a game has been resolved for longer than the delay.
    function isGameFinalized(address game) public view returns (bool) {
        return isGameResolved(game) && block.timestamp - IGame(game).resolvedAt() > disputeGameFinalityDelaySeconds;
    }

    function isGameClaimValid(address game) public view returns (bool) {
        return isGameProper(game) && isGameRespected(game) && isGameFinalized(game) && IGame(game).status() == DEFENDER_WINS;
    }

    function requireGuardian() private view {
        if (msg.sender != ISystem(systemConfig).guardian()) revert AnchorStateRegistry_Unauthorized();
    }
}
