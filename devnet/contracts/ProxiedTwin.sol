// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

interface IAdmin {
    function owner() external view returns (address);
}

/// @title ProxiedTwin
/// @notice A twin that stands behind a proxy and is initialised once, through it.
abstract contract ProxiedTwin {
    // Where proxies keep their admin (EIP-1967).
    bytes32 private constant ADMIN_SLOT = bytes32(uint256(keccak256("eip1967.proxy.admin")) - 1);

    bool private initialized;

    modifier initializer() {
        require(!initialized, "Initializable: contract is already initialized");
        initialized = true;
        _;
    }

    /// @notice The contract that may exchange the implementation.
    function proxyAdmin() public view returns (address admin) {
        bytes32 slot = ADMIN_SLOT;
        assembly ("memory-safe") {
            admin := sload(slot)
        }
    }

    /// @notice Who commands it.
    function proxyAdminOwner() public view returns (address) {
        return IAdmin(proxyAdmin()).owner();
    }
}
