// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

// Positions in the tree of claims: 2^depth + index at depth, the root is 1.

/// @notice How far below the root a position lies; 0 for the root.
function depthOf(uint256 position) pure returns (uint256 depth) {
    unchecked {
        if (position >> 128 != 0) { position >>= 128; depth = 128; }
        if (position >> 64 != 0) { position >>= 64; depth |= 64; }
        if (position >> 32 != 0) { position >>= 32; depth |= 32; }
        if (position >> 16 != 0) { position >>= 16; depth |= 16; }
        if (position >> 8 != 0) { position >>= 8; depth |= 8; }
        if (position >> 4 != 0) { position >>= 4; depth |= 4; }
        if (position >> 2 != 0) { position >>= 2; depth |= 2; }
        if (position >> 1 != 0) depth |= 1;
    }
}

/// @notice Place among the positions of its depth, from the left.
function indexAtDepth(uint256 position) pure returns (uint256) {
    return position - (1 << depthOf(position));
}

/// @notice Index of the last leaf below a position, where leaves lie at a depth.
function traceIndex(uint256 position, uint256 leafDepth) pure returns (uint256) {
    return ((position + 1) << (leafDepth - depthOf(position))) - 1 - (1 << leafDepth);
}

/// @notice The highest position that commits to the same last leaf and does not lie above a depth.
function traceAncestor(uint256 position, uint256 highestDepth) pure returns (uint256) {
    while (position & 1 == 1 && depthOf(position) > highestDepth) position >>= 1;
    return position;
}
