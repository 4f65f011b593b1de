// SPDX-License-Identifier: MIT
pragma solidity 0.8.15;

import { IBondStore, ISystem } from "./TwinInterfaces.sol";
import { ProxiedTwin } from "./ProxiedTwin.sol";

/// @title BondStoreTwin
/// @notice DelayedWETH 1.5.1: wrapped ether that leaves only after it has been unlocked for a time. A call of any unknown function deposits.
///         Its owner's hold and recover are left out.
contract BondStoreTwin is ProxiedTwin, IBondStore {
    struct Unlocked {
        uint256 amount;
        uint256 timestamp;
    }

    string public constant name = "Wrapped Ether";
    string public constant symbol = "WETH";
    uint8 public constant decimals = 18;
    string public constant version = "1.5.1";

    /// @notice Seconds between unlocking and withdrawal.
    uint256 public immutable delay;

    address public systemConfig;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    /// @notice What an owner has unlocked for a recipient, and when last.
    mapping(address => mapping(address => Unlocked)) public withdrawals;

    event Approval(address indexed src, address indexed guy, uint256 wad);
    event Transfer(address indexed src, address indexed dst, uint256 wad);
    event Deposit(address indexed dst, uint256 wad);
    event Withdrawal(address indexed src, uint256 wad);

    constructor(uint256 delaySeconds) {
        delay = delaySeconds;
    }

    receive() external payable {
        deposit();
    }

    fallback() external payable {
        deposit();
    }

    function initialize(address systemConfig_) external initializer {
        systemConfig = systemConfig_;
    }

    function config() external view returns (address) {
        return ISystem(systemConfig).superchainConfig();
    }

    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    function deposit() public payable {
        balanceOf[msg.sender] += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    /// @notice Starts the delay, anew for what was unlocked before.
    function unlock(address recipient, uint256 amount) external {
        Unlocked storage pending = withdrawals[msg.sender][recipient];
        pending.timestamp = block.timestamp;
        pending.amount += amount;
    }

    function withdraw(uint256 amount) external {
        withdraw(msg.sender, amount);
    }

    /// @notice Pays the owner, not the recipient.
    function withdraw(address recipient, uint256 amount) public {
        require(!ISystem(systemConfig).paused(), "DelayedWETH: contract is paused");
        Unlocked storage pending = withdrawals[msg.sender][recipient];
        require(pending.amount >= amount, "DelayedWETH: insufficient unlocked withdrawal");
        require(pending.timestamp > 0, "DelayedWETH: withdrawal not unlocked");
        require(pending.timestamp + delay <= block.timestamp, "DelayedWETH: withdrawal delay not met");
        pending.amount -= amount;
        balanceOf[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
        emit Withdrawal(msg.sender, amount);
    }

    function approve(address guy, uint256 wad) external returns (bool) {
        allowance[msg.sender][guy] = wad;
        emit Approval(msg.sender, guy, wad);
        return true;
    }

    function transfer(address dst, uint256 wad) external returns (bool) {
        return transferFrom(msg.sender, dst, wad);
    }

    function transferFrom(address src, address dst, uint256 wad) public returns (bool) {
        require(balanceOf[src] >= wad);
        if (src != msg.sender && allowance[src][msg.sender] != type(uint256).max) {
            require(allowance[src][msg.sender] >= wad);
            allowance[src][msg.sender] -= wad;
        }
        balanceOf[src] -= wad;
        balanceOf[dst] += wad;
        emit Transfer(src, dst, wad);
        return true;
    }
}
