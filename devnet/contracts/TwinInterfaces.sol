// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

// What the twins ask of each other, and of the real VM and oracle.

struct OutputProposal {
    bytes32 root;
    uint256 l2SequenceNumber;
}

interface IStepVm {
    function oracle() external view returns (ILocalOracle);
    function step(bytes calldata stateData, bytes calldata proof, bytes32 localContext) external returns (bytes32 postState);
}

interface ILocalOracle {
    function challengePeriod() external view returns (uint256);
    function loadLocalData(uint256 ident, bytes32 localContext, bytes32 word, uint256 size, uint256 partOffset) external returns (bytes32 key);
}

interface IGame {
    function initialize() external payable;
    function anchorStateRegistry() external view returns (address);
    function createdAt() external view returns (uint64);
    function extraData() external view returns (bytes memory);
    function gameData() external view returns (uint32 gameType, bytes32 rootClaim, bytes memory extraData);
    function l2SequenceNumber() external view returns (uint256);
    function resolvedAt() external view returns (uint64);
    function rootClaim() external view returns (bytes32);
    function status() external view returns (uint8);
    function wasRespectedGameTypeWhenCreated() external view returns (bool);
}

interface IFactory {
    function games(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) external view returns (address proxy, uint64 timestamp);
}

interface IRegistry {
    function disputeGameBlacklist(address game) external view returns (bool);
    function disputeGameFactory() external view returns (address);
    function disputeGameFinalityDelaySeconds() external view returns (uint256);
    function getAnchorRoot() external view returns (bytes32 root, uint256 l2SequenceNumber);
    function isGameFinalized(address game) external view returns (bool);
    function isGameProper(address game) external view returns (bool);
    function paused() external view returns (bool);
    function respectedGameType() external view returns (uint32);
    function retirementTimestamp() external view returns (uint64);
    function setAnchorState(address game) external;
}

interface IBondStore {
    function deposit() external payable;
    function unlock(address recipient, uint256 amount) external;
    function withdraw(address recipient, uint256 amount) external;
}

interface ISuperchain {
    function guardian() external view returns (address);
    function paused(address identifier) external view returns (bool);
}

interface ISystem {
    function guardian() external view returns (address);
    function paused() external view returns (bool);
    function superchainConfig() external view returns (address);
}

interface IPortal {
    function anchorStateRegistry() external view returns (address);
    function disputeGameFactory() external view returns (address);
}
