// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { DisputeGameTwin } from "./DisputeGameTwin.sol";

/// @title PermissionedGameTwin
/// @notice PermissionedDisputeGame 2.4.0: only a proposer creates games, only the proposer and a challenger move and step.
contract PermissionedGameTwin is DisputeGameTwin {
    uint256 private constant PROPOSER = 244;
    uint256 private constant CHALLENGER = 264;
    uint256 private constant PERMISSIONED_ARGUMENTS = 284;

    error BadAuth();

    constructor(Shape memory shape) DisputeGameTwin(shape) { }

    function initialize() public payable override {
        if (tx.origin != proposer()) revert BadAuth();
        super.initialize();
    }

    function version() external pure override returns (string memory) {
        return "2.4.0";
    }

    function proposer() public pure returns (address) {
        return addressAt(PROPOSER);
    }

    function challenger() public pure returns (address) {
        return addressAt(CHALLENGER);
    }

    function requirePlayer() internal view override {
        if (msg.sender != proposer() && msg.sender != challenger()) revert BadAuth();
    }

    function argumentsLength() internal pure override returns (uint256) {
        return PERMISSIONED_ARGUMENTS;
    }
}
