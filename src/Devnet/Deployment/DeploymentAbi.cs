using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>The functions that deployment calls, as the package's contracts declare them.</summary>
internal static class DeploymentAbi
{
    public static readonly AbiFunction UpgradeAndCall = new("upgradeAndCall(address proxy, address implementation, bytes data)");

    public static readonly AbiFunction InitializeSuperchainConfig = new("initialize(address guardian, bool paused)");

    public static readonly AbiFunction InitializeFactory = new("initialize(address owner)");

    public static readonly AbiFunction InitializeAnchors =
        new("initialize((uint32 gameType, (bytes32 root, uint256 l2BlockNumber) outputRoot)[] startingAnchorRoots)");

    public static readonly AbiFunction InitializeWeth = new("initialize(address owner, address config)");

    public static readonly AbiFunction InitializePortal =
        new("initialize(address factory, address systemConfig, address superchainConfig, uint32 initialRespectedGameType)");

    public static readonly AbiFunction InitializeSystemConfig = new(
        "initialize(address owner, uint32 basefeeScalar, uint32 blobbasefeeScalar, bytes32 batcherHash, uint64 gasLimit, "
        + "address unsafeBlockSigner, (uint32 maxResourceLimit, uint8 elasticityMultiplier, uint8 baseFeeMaxChangeDenominator, "
        + "uint32 minimumBaseFee, uint32 systemTxMaxGas, uint128 maximumBaseFee) config, address batchInbox, "
        + "(address l1CrossDomainMessenger, address l1ERC721Bridge, address l1StandardBridge, address disputeGameFactory, "
        + "address optimismPortal, address optimismMintableERC20Factory, address gasPayingToken) addresses)");

    public static readonly AbiFunction SetInitBond = new("setInitBond(uint32 gameType, uint256 initBond)");

    public static readonly AbiFunction SetImplementation = new("setImplementation(uint32 gameType, address impl)");
}
