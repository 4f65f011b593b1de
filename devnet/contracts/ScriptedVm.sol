// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

/// @title ScriptedVm
/// @notice A VM that knows what a recorded one answered to the inputs of the next step, and nothing else. Only tests of the twins use it.
contract ScriptedVm {
    struct Answer {
        bool isKnown;
        bool succeeds;
        bytes result; // the state's claim, or revert data
        bytes logged; // an anonymous log, where there is one
    }

    address public immutable oracle;
    mapping(bytes32 => Answer) private answers;

    error Unscripted(bytes32 inputs);

    constructor(address oracle_) {
        oracle = oracle_;
    }

    function script(bytes32 inputs, bool succeeds, bytes calldata result, bytes calldata logged) external {
        answers[inputs] = Answer(true, succeeds, result, logged);
    }

    function step(bytes calldata stateData, bytes calldata proof, bytes32 localContext) external returns (bytes32) {
        bytes32 inputs = keccak256(abi.encode(keccak256(stateData), keccak256(proof), localContext));
        Answer memory answer = answers[inputs];
        if (!answer.isKnown) revert Unscripted(inputs);
        bytes memory data = answer.result;
        if (!answer.succeeds) {
            assembly ("memory-safe") {
                revert(add(data, 32), mload(data))
            }
        }
        bytes memory logged = answer.logged;
        if (logged.length != 0) {
            assembly ("memory-safe") {
                log0(add(logged, 32), mload(logged))
            }
        }
        return bytes32(data);
    }
}
