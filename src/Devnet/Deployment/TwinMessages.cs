using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Devnet;

#pragma warning disable CS1591 // The names are the contracts' own.

/// <summary>Of the SuperchainConfig's twin. Public, since Nethereum reads it by reflection.</summary>
[Function("initialize")]
public sealed class InitializeSuperchainTwinFunction : FunctionMessage
{
    [Parameter("address", "guardian_", 1)]
    public string Guardian { get; set; } = "";
}

/// <summary>Of the SystemConfig's twin.</summary>
[Function("initialize")]
public sealed class InitializeSystemConfigTwinFunction : FunctionMessage
{
    [Parameter("address", "owner_", 1)]
    public string Owner { get; set; } = "";

    [Parameter("address", "portal_", 2)]
    public string Portal { get; set; } = "";

    [Parameter("address", "delayedWETH_", 3)]
    public string DelayedWeth { get; set; } = "";

    [Parameter("address", "superchainConfig_", 4)]
    public string SuperchainConfig { get; set; } = "";

    [Parameter("address", "batchInbox_", 5)]
    public string BatchInbox { get; set; } = "";

    [Parameter("uint256", "l2ChainId_", 6)]
    public ulong L2ChainId { get; set; }
}

/// <summary>Of the portal's twin.</summary>
[Function("initialize")]
public sealed class InitializePortalTwinFunction : FunctionMessage
{
    [Parameter("address", "systemConfig_", 1)]
    public string SystemConfig { get; set; } = "";

    [Parameter("address", "registry_", 2)]
    public string Registry { get; set; } = "";
}

/// <summary>Of the registry's twin.</summary>
[Function("initialize")]
public sealed class InitializeRegistryTwinFunction : FunctionMessage
{
    [Parameter("address", "systemConfig_", 1)]
    public string SystemConfig { get; set; } = "";

    [Parameter("address", "factory_", 2)]
    public string Factory { get; set; } = "";

    [Parameter("tuple", "start", 3)]
    public StartingOutput Start { get; set; } = new();

    [Parameter("uint32", "respected", 4)]
    public uint RespectedGameType { get; set; }
}

/// <summary>Of the bond store's twin.</summary>
[Function("initialize")]
public sealed class InitializeBondStoreTwinFunction : FunctionMessage
{
    [Parameter("address", "systemConfig_", 1)]
    public string SystemConfig { get; set; } = "";
}

/// <summary>Of the factory's twin.</summary>
[Function("setImplementation")]
public sealed class SetImplementationWithArgumentsFunction : FunctionMessage
{
    [Parameter("uint32", "gameType", 1)]
    public uint GameType { get; set; }

    [Parameter("address", "impl", 2)]
    public string Implementation { get; set; } = "";

    [Parameter("bytes", "args", 3)]
    public byte[] Arguments { get; set; } = [];
}
