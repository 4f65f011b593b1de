// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

/// @title GameDigest
/// @notice Reads at once, as raw words, what the recordings hold of the state around a game. Only tests of the twins use it.
contract GameDigest {
    /// @return words Status, number of claims, resolution time, mode, pause, block challenge, its challenger, anchor (2); for each claim its data
    ///         (7), whether it is resolved, its checkpoint (4); for each account credit, normal and refund credit, unlocked, withdrawal (2), balance.
    ///         Where there is no game, its words are zero.
    function read(address game, address registry, address weth, address[] calldata accounts) external view returns (uint256[] memory words) {
        bool exists = game.code.length != 0;
        uint256 count = exists ? ask(game, abi.encodeWithSignature("claimDataLen()"), 1)[0] : 0;
        words = new uint256[](9 + 12 * count + 7 * accounts.length);
        uint256 at = 9;
        if (exists) {
            put(words, 0, ask(game, abi.encodeWithSignature("status()"), 1));
            words[1] = count;
            put(words, 2, ask(game, abi.encodeWithSignature("resolvedAt()"), 1));
            put(words, 3, ask(game, abi.encodeWithSignature("bondDistributionMode()"), 1));
            put(words, 5, ask(game, abi.encodeWithSignature("l2BlockNumberChallenged()"), 1));
            put(words, 6, ask(game, abi.encodeWithSignature("l2BlockNumberChallenger()"), 1));
        }
        put(words, 4, ask(registry, abi.encodeWithSignature("paused()"), 1));
        put(words, 7, ask(registry, abi.encodeWithSignature("getAnchorRoot()"), 2));
        for (uint256 i = 0; i < count; i++) {
            put(words, at, ask(game, abi.encodeWithSignature("claimData(uint256)", i), 7));
            put(words, at + 7, ask(game, abi.encodeWithSignature("resolvedSubgames(uint256)", i), 1));
            put(words, at + 8, ask(game, abi.encodeWithSignature("resolutionCheckpoints(uint256)", i), 4));
            at += 12;
        }
        for (uint256 i = 0; i < accounts.length; i++) {
            address account = accounts[i];
            if (exists) {
                put(words, at, ask(game, abi.encodeWithSignature("credit(address)", account), 1));
                put(words, at + 1, ask(game, abi.encodeWithSignature("normalModeCredit(address)", account), 1));
                put(words, at + 2, ask(game, abi.encodeWithSignature("refundModeCredit(address)", account), 1));
                put(words, at + 3, ask(game, abi.encodeWithSignature("hasUnlockedCredit(address)", account), 1));
                put(words, at + 4, ask(weth, abi.encodeWithSignature("withdrawals(address,address)", game, account), 2));
            }
            words[at + 6] = account.balance;
            at += 7;
        }
    }

    function ask(address target, bytes memory call, uint256 length) private view returns (uint256[] memory words) {
        (bool success, bytes memory result) = target.staticcall(call);
        require(success && result.length == 32 * length, string(call));
        words = new uint256[](length);
        for (uint256 i = 0; i < length; i++) {
            assembly ("memory-safe") {
                mstore(add(words, mul(32, add(i, 1))), mload(add(result, mul(32, add(i, 1)))))
            }
        }
    }

    function put(uint256[] memory words, uint256 at, uint256[] memory values) private pure {
        for (uint256 i = 0; i < values.length; i++) words[at + i] = values[i];
    }
}
