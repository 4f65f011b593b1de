// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { IFactory, IGame } from "./TwinInterfaces.sol";
import { ProxiedTwin } from "./ProxiedTwin.sol";

/// @title FactoryTwin
/// @notice DisputeGameFactory 1.6.1: clones implementations with the arguments of their type behind the code, at addresses that type, root
///         and extra data decide.
contract FactoryTwin is ProxiedTwin, IFactory {
    struct Listed {
        uint32 gameType;
        uint64 timestamp;
        address proxy;
    }

    struct GameSearchResult {
        uint256 index;
        bytes32 metadata;
        uint64 timestamp;
        bytes32 rootClaim;
        bytes extraData;
    }

    // A clone logs ether that comes without call data; else it copies call data, its arguments and their length behind the call data, and
    // delegates. Between the parts: that length, and the implementation.
    bytes private constant CLONE_START =
        hex"36602c57343d527f9e4ac34f21c619cefc926c8bd93b54bf5a39c7ab2127a895af1cc0691d7e3dff593da1005b363d3d373d3d3d3d61";
    bytes private constant CLONE_MIDDLE = hex"806062363936013d73";
    bytes private constant CLONE_END = hex"5af43d3d93803e606057fd5bf3";

    // PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN: what follows becomes the code.
    bytes1 private constant PUSH2 = 0x61;
    bytes private constant RETURN_THE_REST = hex"80600a3d393df3";

    string public constant version = "1.6.1";

    address public owner;
    mapping(uint32 => address) public gameImpls;
    mapping(uint32 => uint256) public initBonds;
    mapping(uint32 => bytes) public gameArgs;
    mapping(bytes32 => Listed) private byId;
    Listed[] private listed;

    event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim);
    event ImplementationSet(address indexed impl, uint32 indexed gameType);
    event InitBondUpdated(uint32 indexed gameType, uint256 indexed newBond);

    error GameAlreadyExists(bytes32 uuid);
    error IncorrectBondAmount();
    error NoImplementation(uint32 gameType);

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    function initialize(address owner_) external initializer {
        owner = owner_;
    }

    function setImplementation(uint32 gameType, address impl) external {
        setImplementation(gameType, impl, "");
    }

    /// @param args What each clone of the type carries behind its own words.
    function setImplementation(uint32 gameType, address impl, bytes memory args) public onlyOwner {
        gameImpls[gameType] = impl;
        gameArgs[gameType] = args;
        emit ImplementationSet(impl, gameType);
    }

    function setInitBond(uint32 gameType, uint256 bond) external onlyOwner {
        initBonds[gameType] = bond;
        emit InitBondUpdated(gameType, bond);
    }

    function create(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) external payable returns (address proxy) {
        if (gameImpls[gameType] == address(0)) revert NoImplementation(gameType);
        if (msg.value != initBonds[gameType]) revert IncorrectBondAmount();
        bytes32 uuid = getGameUUID(gameType, rootClaim, extraData);
        if (byId[uuid].proxy != address(0)) revert GameAlreadyExists(uuid);

        bytes memory words = abi.encodePacked(msg.sender, rootClaim, blockhash(block.number - 1));
        words = gameArgs[gameType].length == 0
            ? bytes.concat(words, extraData)
            : bytes.concat(words, bytes4(gameType), extraData, gameArgs[gameType]);
        proxy = clone(gameImpls[gameType], words, uuid);
        IGame(proxy).initialize{ value: msg.value }();

        byId[uuid] = Listed(gameType, uint64(block.timestamp), proxy);
        listed.push(byId[uuid]);
        emit DisputeGameCreated(proxy, gameType, rootClaim);
    }

    function getGameUUID(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) public pure returns (bytes32) {
        return keccak256(abi.encode(gameType, rootClaim, extraData));
    }

    function games(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) external view returns (address, uint64) {
        Listed storage game = byId[getGameUUID(gameType, rootClaim, extraData)];
        return (game.proxy, game.timestamp);
    }

    function gameCount() external view returns (uint256) {
        return listed.length;
    }

    function gameAtIndex(uint256 index) external view returns (uint32, uint64, address) {
        Listed storage game = listed[index];
        return (game.gameType, game.timestamp, game.proxy);
    }

    /// @notice The newest games of a type, from an index downwards; none where the index is beyond the list.
    function findLatestGames(uint32 gameType, uint256 start, uint256 most) external view returns (GameSearchResult[] memory found) {
        if (start >= listed.length || most == 0) return found;
        found = new GameSearchResult[](start + 1 < most ? start + 1 : most);
        uint256 count;
        for (uint256 above = start + 1; above > 0 && count < most; above--) {
            Listed storage game = listed[above - 1];
            if (game.gameType != gameType) continue;
            bytes32 metadata = bytes32((uint256(game.gameType) << 224) | (uint256(game.timestamp) << 160) | uint160(game.proxy));
            found[count++] = GameSearchResult(
                above - 1, metadata, game.timestamp, IGame(game.proxy).rootClaim(), IGame(game.proxy).extraData()
            );
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    function clone(address implementation, bytes memory words, bytes32 salt) private returns (address proxy) {
        bytes2 behind = bytes2(uint16(words.length + 2));
        bytes memory code = abi.encodePacked(CLONE_START, behind, CLONE_MIDDLE, implementation, CLONE_END, words, behind);
        code = abi.encodePacked(PUSH2, bytes2(uint16(code.length)), RETURN_THE_REST, code);
        assembly ("memory-safe") {
            proxy := create2(0, add(code, 32), mload(code), salt)
        }
        require(proxy != address(0));
    }
}
