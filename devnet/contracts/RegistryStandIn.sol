// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

interface IResolvableGame {
    function resolvedAt() external view returns (uint64);
}

/// @title RegistryStandIn
/// @notice What a 2.x dispute game asks its AnchorStateRegistry when it is closed, with the answers in the hands of a test. A stand-in of
///         our own: the real contract decides these things from the portal, the superchain and the games of the chain.
contract RegistryStandIn {
    /// @notice Seconds between a game's resolution and its finality.
    uint256 public immutable disputeGameFinalityDelaySeconds;

    /// @notice Who may pause and blacklist.
    address public immutable guardian;

    /// @notice Whether the system is paused.
    bool public paused;

    /// @notice Games whose bonds are to be refunded.
    mapping(address => bool) public disputeGameBlacklist;

    /// @notice The caller is not the guardian.
    error AnchorStateRegistry_Unauthorized();

    constructor(uint256 finalityDelaySeconds) {
        disputeGameFinalityDelaySeconds = finalityDelaySeconds;
        guardian = msg.sender;
    }

    /// @notice Pauses or resumes.
    function setPaused(bool value) external {
        if (msg.sender != guardian) revert AnchorStateRegistry_Unauthorized();
        paused = value;
    }

    /// @notice Makes a game improper.
    function blacklistDisputeGame(address game) external {
        if (msg.sender != guardian) revert AnchorStateRegistry_Unauthorized();
        disputeGameBlacklist[game] = true;
    }

    /// @notice Whether a game has been resolved for longer than the delay.
    function isGameFinalized(address game) external view returns (bool) {
        uint256 resolvedAt = IResolvableGame(game).resolvedAt();
        return resolvedAt != 0 && block.timestamp - resolvedAt > disputeGameFinalityDelaySeconds;
    }

    /// @notice Whether the bonds of a game may be paid as it was resolved.
    function isGameProper(address game) external view returns (bool) {
        return !disputeGameBlacklist[game] && !paused;
    }
}
