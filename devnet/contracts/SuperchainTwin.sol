// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { ProxiedTwin } from "./ProxiedTwin.sol";

/// @title SuperchainTwin
/// @notice SuperchainConfig 2.4.2: the guardian pauses all chains (identifier 0) or one of them; a pause ends by itself.
contract SuperchainTwin is ProxiedTwin {
    /// @notice Seconds after which a pause ends.
    uint256 public constant pauseExpiry = 7_884_000;

    string public constant version = "2.4.2";

    /// @notice Who may pause.
    address public guardian;

    /// @notice When an identifier was paused; 0 if it was not, or was resumed.
    mapping(address => uint256) public pauseTimestamps;

    event Paused(address identifier);
    event Unpaused(address identifier);

    error SuperchainConfig_AlreadyPaused(address identifier);
    error SuperchainConfig_NotAlreadyPaused(address identifier);
    error SuperchainConfig_OnlyGuardian();

    function initialize(address guardian_) external initializer {
        guardian = guardian_;
    }

    function pause(address identifier) external {
        requireGuardian();
        if (pauseTimestamps[identifier] != 0) revert SuperchainConfig_AlreadyPaused(identifier);
        begin(identifier);
    }

    function extend(address identifier) external {
        requireGuardian();
        if (pauseTimestamps[identifier] == 0) revert SuperchainConfig_NotAlreadyPaused(identifier);
        begin(identifier);
    }

    /// @notice Resumes; nothing need have been paused.
    function unpause(address identifier) external {
        requireGuardian();
        pauseTimestamps[identifier] = 0;
        emit Unpaused(identifier);
    }

    function pausable(address identifier) external view returns (bool) {
        return pauseTimestamps[identifier] == 0;
    }

    function expiration(address identifier) public view returns (uint256) {
        return pauseTimestamps[identifier] == 0 ? 0 : pauseTimestamps[identifier] + pauseExpiry;
    }

    function paused() external view returns (bool) {
        return paused(address(0));
    }

    function paused(address identifier) public view returns (bool) {
        return expiration(identifier) > block.timestamp;
    }

    function begin(address identifier) private {
        pauseTimestamps[identifier] = block.timestamp;
        emit Paused(identifier);
    }

    function requireGuardian() private view {
        if (msg.sender != guardian) revert SuperchainConfig_OnlyGuardian();
    }
}
