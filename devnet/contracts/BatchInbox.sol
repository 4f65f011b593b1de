// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

/// @title BatchInbox
/// @notice Where the devnet's batcher publishes L2 blocks. A block is its RLP header and the storage root of the message passer, which is
///         all that an output root needs. The contract keeps nothing: the event is the batch, and readers of L1 receipts decide what
///         counts (see docs/devnet.md, "Derivation").
contract BatchInbox {
    /// @notice The only account that may post: the one that deployed the contract.
    address public immutable batcher;

    /// @notice One L2 block.
    /// @param header RLP of the block's header.
    /// @param messagePasserStorageRoot Storage root of L2 account 0x4200000000000000000000000000000000000016 after the block.
    event Batch(bytes header, bytes32 messagePasserStorageRoot);

    /// @notice The caller is not the batcher.
    error NotBatcher();

    constructor() {
        batcher = msg.sender;
    }

    /// @notice Publishes one L2 block.
    function post(bytes calldata header, bytes32 messagePasserStorageRoot) external {
        if (msg.sender != batcher) revert NotBatcher();
        emit Batch(header, messagePasserStorageRoot);
    }
}
