// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

// The number in the RLP of a block's header, with the errors of the real contract's reader.

error ContentLengthMismatch();
error EmptyItem();
error InvalidDataRemainder();
error InvalidHeader();
error InvalidHeaderRLP();
error UnexpectedList();
error UnexpectedString();

uint256 constant NUMBER_FIELD = 8;
uint256 constant MAX_FIELDS = 32;

/// @notice Field 8 of a header; its bytes need not be canonical, but at most 32.
function numberOf(bytes memory header) pure returns (uint256 number) {
    if (header.length == 0) revert EmptyItem();
    (uint256 at, uint256 length, bool isList) = itemAt(header, 0);
    if (!isList) revert UnexpectedString();
    if (at + length != header.length) revert InvalidDataRemainder();
    uint256[] memory starts = new uint256[](MAX_FIELDS);
    uint256 count;
    while (at < header.length) {
        starts[count++] = at;
        (uint256 content, uint256 size,) = itemAt(header, at);
        at = content + size;
    }
    assembly ("memory-safe") {
        mstore(starts, count) // so that a field too few is an index out of bounds
    }
    (at, length, isList) = itemAt(header, starts[NUMBER_FIELD]);
    if (isList) revert UnexpectedList();
    if (length > 32) revert InvalidHeaderRLP();
    for (uint256 i = 0; i < length; i++) number = (number << 8) | uint8(header[at + i]);
}

// Where the content of an item starts, how long it is, and whether it is a list.
function itemAt(bytes memory data, uint256 at) pure returns (uint256 content, uint256 length, bool isList) {
    uint256 prefix = uint8(data[at]);
    if (prefix < 0x80) return (at, 1, false);
    isList = prefix >= 0xc0;
    uint256 short = prefix - (isList ? 0xc0 : 0x80);
    content = at + 1;
    if (short <= 55) {
        length = short;
    } else {
        uint256 size = short - 55;
        if (data.length <= at + size) revert ContentLengthMismatch();
        if (data[content] == 0) revert InvalidHeader();
        for (uint256 i = 0; i < size; i++) length = (length << 8) | uint8(data[content + i]);
        if (length <= 55) revert InvalidHeader();
        content += size;
    }
    if (content + length > data.length) revert ContentLengthMismatch();
    if (!isList && prefix == 0x81 && uint8(data[content]) < 0x80) revert InvalidHeader();
}
