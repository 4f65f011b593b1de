// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

/// @title RejectsEther
/// @notice An account that refuses ether and acts when it is told to, with what it was created with. Only tests of the twins use it.
contract RejectsEther {
    constructor() payable { }

    function act(address to, uint256 value, bytes calldata data) external {
        (bool success, bytes memory result) = to.call{ value: value }(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
