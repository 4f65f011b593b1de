// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { IPortal, ISuperchain, ISystem } from "./TwinInterfaces.sol";
import { ProxiedTwin } from "./ProxiedTwin.sol";

/// @title SystemConfigTwin
/// @notice SystemConfig 3.14.2 as far as an agent and the dispute contracts read it. The factory is asked of the portal.
contract SystemConfigTwin is ProxiedTwin, ISystem {
    string public constant version = "3.14.2";

    address public owner;
    address public optimismPortal;
    address public delayedWETH;
    address public superchainConfig;
    address public batchInbox;
    uint256 public l2ChainId;

    function initialize(
        address owner_, address portal_, address delayedWETH_, address superchainConfig_, address batchInbox_, uint256 l2ChainId_
    ) external initializer {
        owner = owner_;
        optimismPortal = portal_;
        delayedWETH = delayedWETH_;
        superchainConfig = superchainConfig_;
        batchInbox = batchInbox_;
        l2ChainId = l2ChainId_;
    }

    function disputeGameFactory() external view returns (address) {
        return IPortal(optimismPortal).disputeGameFactory();
    }

    function guardian() external view returns (address) {
        return ISuperchain(superchainConfig).guardian();
    }

    /// @notice Whether all chains are paused, or this one, which the portal's address identifies.
    function paused() external view returns (bool) {
        return ISuperchain(superchainConfig).paused(address(0)) || ISuperchain(superchainConfig).paused(optimismPortal);
    }
}
