// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

/// @title ScriptedOracle
/// @notice Keeps the local data that games load, by the rules of PreimageOracle 1.1 (which refuses an offset that 1.0 takes), and tells what
///         was loaded last. Only tests of the twins use it.
contract ScriptedOracle {
    struct Loaded {
        uint256 ident;
        bytes32 localContext;
        bytes32 word;
        uint256 size;
        uint256 offset;
        bytes32 key;
        bytes32 part;
        uint256 valid; // bytes of the part that are not beyond the end
        uint256 length;
    }

    uint256 public immutable challengePeriod;
    Loaded public last;

    error PartOffsetOOB();

    constructor(uint256 challengePeriod_) {
        challengePeriod = challengePeriod_;
    }

    function loadLocalData(uint256 ident, bytes32 localContext, bytes32 word, uint256 size, uint256 offset) external returns (bytes32 key) {
        if (size > 32 || offset >= size + 8) revert PartOffsetOOB();
        key = keccak256(abi.encode((uint256(1) << 248) | ident, uint256(uint160(msg.sender)), localContext));
        key = bytes32((uint256(1) << 248) | (uint256(key) << 8 >> 8));
        bytes memory preimage = abi.encodePacked(uint64(size), word, bytes32(0));
        bytes32 part;
        assembly ("memory-safe") {
            part := mload(add(add(preimage, 32), offset))
        }
        uint256 left = size + 8 - offset;
        last = Loaded(ident, localContext, word, size, offset, key, part, left < 32 ? left : 32, size);
    }
}
