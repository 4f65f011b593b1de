// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { IPortal, IRegistry, ISystem } from "./TwinInterfaces.sol";
import { ProxiedTwin } from "./ProxiedTwin.sol";

/// @title PortalTwin
/// @notice OptimismPortal2 5.6.1 as far as an agent reads it. It has no deposits and no withdrawals.
contract PortalTwin is ProxiedTwin, IPortal {
    string public constant version = "5.6.1";

    uint256 public immutable proofMaturityDelaySeconds;
    address public systemConfig;
    address public anchorStateRegistry;

    constructor(uint256 proofMaturityDelay) {
        proofMaturityDelaySeconds = proofMaturityDelay;
    }

    function initialize(address systemConfig_, address registry_) external initializer {
        systemConfig = systemConfig_;
        anchorStateRegistry = registry_;
    }

    function disputeGameFactory() external view returns (address) {
        return IRegistry(anchorStateRegistry).disputeGameFactory();
    }

    function superchainConfig() external view returns (address) {
        return ISystem(systemConfig).superchainConfig();
    }

    function guardian() external view returns (address) {
        return ISystem(systemConfig).guardian();
    }

    function paused() external view returns (bool) {
        return ISystem(systemConfig).paused();
    }

    function disputeGameFinalityDelaySeconds() external view returns (uint256) {
        return IRegistry(anchorStateRegistry).disputeGameFinalityDelaySeconds();
    }

    function respectedGameType() external view returns (uint32) {
        return IRegistry(anchorStateRegistry).respectedGameType();
    }

    function respectedGameTypeUpdatedAt() external view returns (uint64) {
        return IRegistry(anchorStateRegistry).retirementTimestamp();
    }

    function disputeGameBlacklist(address game) external view returns (bool) {
        return IRegistry(anchorStateRegistry).disputeGameBlacklist(game);
    }
}
