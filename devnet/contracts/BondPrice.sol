// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

// The bond of a move: 200 gwei for each of 400,000 x 750^(depth / maximum depth) gas.

uint256 constant BASE_GAS = 400_000;
uint256 constant GAS_RATIO = 750;
uint256 constant WEI_PER_GAS = 200 gwei;

// Factors have 18 digits, rounded down, as the real contract's have; powers of them are taken with 30.
uint256 constant FACTOR_UNIT = 1e18;
uint256 constant POWER_UNIT = 1e30;

/// @notice What one level of depth multiplies the gas by: the root of 750, 18 digits, rounded down.
function factorOfLevel(uint256 maxDepth) pure returns (uint256 factor) {
    factor = FACTOR_UNIT;
    for (uint256 step = 512 * FACTOR_UNIT; step != 0; step >>= 1) {
        if (power(factor + step, maxDepth) <= GAS_RATIO * POWER_UNIT) factor += step;
    }
}

/// @notice Wei for a move to a depth.
function bondAt(uint256 factor, uint256 depth) pure returns (uint256) {
    return BASE_GAS * power(factor, depth) / POWER_UNIT * WEI_PER_GAS;
}

// A power with 30 digits; whatever exceeds 1,000 is 1,000 and more, and does not overflow.
function power(uint256 factor, uint256 exponent) pure returns (uint256 result) {
    result = POWER_UNIT;
    uint256 square = limited(factor * (POWER_UNIT / FACTOR_UNIT));
    while (exponent != 0) {
        if (exponent & 1 == 1) result = limited(result * square / POWER_UNIT);
        square = limited(square * square / POWER_UNIT);
        exponent >>= 1;
    }
}

function limited(uint256 value) pure returns (uint256) {
    return value > 1_000 * POWER_UNIT ? 1_000 * POWER_UNIT : value;
}
