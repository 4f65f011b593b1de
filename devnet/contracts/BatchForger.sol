// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

/// @title BatchForger
/// @notice Emits the inbox's event for anybody. Tests use it to show that a batch counts only if the inbox itself emitted it.
contract BatchForger {
    /// @notice The same event as BatchInbox.Batch.
    event Batch(bytes header, bytes32 messagePasserStorageRoot);

    /// @notice Emits a forged batch.
    function post(bytes calldata header, bytes32 messagePasserStorageRoot) external {
        emit Batch(header, messagePasserStorageRoot);
    }
}
