using System.Numerics;
using Gavel.Ethereum;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Devnet;

#pragma warning disable CS1591 // The names are the contracts' own.

/// <summary>The functions that deployment calls, as the package's contracts declare them. Public, since Nethereum reads them by reflection.</summary>
[Function("upgradeAndCall")]
public sealed class UpgradeAndCallFunction : FunctionMessage
{
    [Parameter("address", "_proxy", 1)]
    public string Proxy { get; set; } = "";

    [Parameter("address", "_implementation", 2)]
    public string Implementation { get; set; } = "";

    [Parameter("bytes", "_data", 3)]
    public byte[] Call { get; set; } = [];
}

/// <summary>Of the SuperchainConfig.</summary>
[Function("initialize")]
public sealed class InitializeSuperchainConfigFunction : FunctionMessage
{
    [Parameter("address", "_guardian", 1)]
    public string Guardian { get; set; } = "";

    [Parameter("bool", "_paused", 2)]
    public bool Paused { get; set; }
}

/// <summary>Of the factory.</summary>
[Function("initialize")]
public sealed class InitializeFactoryFunction : FunctionMessage
{
    [Parameter("address", "_owner", 1)]
    public string Owner { get; set; } = "";
}

/// <summary>Of the anchor registry.</summary>
[Function("initialize")]
public sealed class InitializeAnchorsFunction : FunctionMessage
{
    [Parameter("tuple[]", "_startingAnchorRoots", 1)]
    public List<StartingAnchorRoot> StartingAnchorRoots { get; set; } = [];
}

/// <summary>Where the games of a type start.</summary>
public sealed class StartingAnchorRoot
{
    [Parameter("uint32", "gameType", 1)]
    public uint GameType { get; set; }

    [Parameter("tuple", "outputRoot", 2)]
    public StartingOutput OutputRoot { get; set; } = new();
}

/// <summary>An output root and its block.</summary>
public sealed class StartingOutput
{
    [Parameter("bytes32", "root", 1)]
    public byte[] Root { get; set; } = [];

    [Parameter("uint256", "l2BlockNumber", 2)]
    public ulong L2BlockNumber { get; set; }
}

/// <summary>Of the bond store.</summary>
[Function("initialize")]
public sealed class InitializeWethFunction : FunctionMessage
{
    [Parameter("address", "_owner", 1)]
    public string Owner { get; set; } = "";

    [Parameter("address", "_config", 2)]
    public string Config { get; set; } = "";
}

/// <summary>Of the portal.</summary>
[Function("initialize")]
public sealed class InitializePortalFunction : FunctionMessage
{
    [Parameter("address", "_disputeGameFactory", 1)]
    public string Factory { get; set; } = "";

    [Parameter("address", "_systemConfig", 2)]
    public string SystemConfig { get; set; } = "";

    [Parameter("address", "_superchainConfig", 3)]
    public string SuperchainConfig { get; set; } = "";

    [Parameter("uint32", "_initialRespectedGameType", 4)]
    public uint RespectedGameType { get; set; }
}

/// <summary>Of the SystemConfig.</summary>
[Function("initialize")]
public sealed class InitializeSystemConfigFunction : FunctionMessage
{
    [Parameter("address", "_owner", 1)]
    public string Owner { get; set; } = "";

    [Parameter("uint32", "_basefeeScalar", 2)]
    public uint BaseFeeScalar { get; set; }

    [Parameter("uint32", "_blobbasefeeScalar", 3)]
    public uint BlobBaseFeeScalar { get; set; }

    [Parameter("bytes32", "_batcherHash", 4)]
    public byte[] BatcherHash { get; set; } = [];

    [Parameter("uint64", "_gasLimit", 5)]
    public ulong GasLimit { get; set; }

    [Parameter("address", "_unsafeBlockSigner", 6)]
    public string UnsafeBlockSigner { get; set; } = Address.Zero.ToAbi();

    [Parameter("tuple", "_config", 7)]
    public ResourceConfig Config { get; set; } = new();

    [Parameter("address", "_batchInbox", 8)]
    public string BatchInbox { get; set; } = "";

    [Parameter("tuple", "_addresses", 9)]
    public SystemAddresses Addresses { get; set; } = new();
}

/// <summary>Limits of deposits, with their customary values.</summary>
public sealed class ResourceConfig
{
    [Parameter("uint32", "maxResourceLimit", 1)]
    public uint MaxResourceLimit { get; set; } = 20_000_000;

    [Parameter("uint8", "elasticityMultiplier", 2)]
    public byte ElasticityMultiplier { get; set; } = 10;

    [Parameter("uint8", "baseFeeMaxChangeDenominator", 3)]
    public byte BaseFeeMaxChangeDenominator { get; set; } = 8;

    [Parameter("uint32", "minimumBaseFee", 4)]
    public uint MinimumBaseFee { get; set; } = 1_000_000_000;

    [Parameter("uint32", "systemTxMaxGas", 5)]
    public uint SystemTxMaxGas { get; set; } = 1_000_000;

    [Parameter("uint128", "maximumBaseFee", 6)]
    public UInt128 MaximumBaseFee { get; set; } = UInt128.MaxValue;
}

/// <summary>The contracts that a SystemConfig names; those that the devnet lacks are zero.</summary>
public sealed class SystemAddresses
{
    [Parameter("address", "l1CrossDomainMessenger", 1)]
    public string L1CrossDomainMessenger { get; set; } = Address.Zero.ToAbi();

    [Parameter("address", "l1ERC721Bridge", 2)]
    public string L1Erc721Bridge { get; set; } = Address.Zero.ToAbi();

    [Parameter("address", "l1StandardBridge", 3)]
    public string L1StandardBridge { get; set; } = Address.Zero.ToAbi();

    [Parameter("address", "disputeGameFactory", 4)]
    public string DisputeGameFactory { get; set; } = "";

    [Parameter("address", "optimismPortal", 5)]
    public string OptimismPortal { get; set; } = "";

    [Parameter("address", "optimismMintableERC20Factory", 6)]
    public string MintableErc20Factory { get; set; } = Address.Zero.ToAbi();

    [Parameter("address", "gasPayingToken", 7)]
    public string GasPayingToken { get; set; } = Address.Zero.ToAbi();
}

/// <summary>Of the factory.</summary>
[Function("setInitBond")]
public sealed class SetInitBondFunction : FunctionMessage
{
    [Parameter("uint32", "_gameType", 1)]
    public uint GameType { get; set; }

    [Parameter("uint256", "_initBond", 2)]
    public BigInteger InitBond { get; set; }
}

/// <summary>Of the factory.</summary>
[Function("setImplementation")]
public sealed class SetImplementationFunction : FunctionMessage
{
    [Parameter("uint32", "_gameType", 1)]
    public uint GameType { get; set; }

    [Parameter("address", "_impl", 2)]
    public string Implementation { get; set; } = "";
}
