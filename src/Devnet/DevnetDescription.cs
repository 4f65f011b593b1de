using System.Globalization;
using System.Text.Json.Nodes;

namespace Gavel.Devnet;

/// <summary>A running devnet as JSON: what a person or another program needs to use it.</summary>
public static class DevnetDescription
{
    /// <summary>URLs, chain ids, contracts, game types and accounts (keys too: everybody knows them).</summary>
    public static JsonObject Of(LocalDevnet devnet)
    {
        ArgumentNullException.ThrowIfNull(devnet);
        DevnetAddresses addresses = devnet.Addresses;
        return new JsonObject
        {
            ["urls"] = new JsonObject { ["l1"] = devnet.L1Url, ["l2"] = devnet.L2Url, ["rollup"] = devnet.RollupNode.Url },
            ["generation"] = NameOf(devnet.Options.Generation),
            ["chainIds"] = new JsonObject { ["l1"] = devnet.Options.L1ChainId, ["l2"] = devnet.Options.L2ChainId },
            ["contracts"] = new JsonObject
            {
                ["systemConfig"] = addresses.SystemConfig.ToString(),
                ["disputeGameFactory"] = addresses.DisputeGameFactory.ToString(),
                ["optimismPortal"] = addresses.OptimismPortal.ToString(),
                ["superchainConfig"] = addresses.SuperchainConfig.ToString(),
                ["anchorStateRegistry"] = addresses.AnchorStateRegistry.ToString(),
                ["delayedWeth"] = addresses.DelayedWeth.ToString(),
                ["preimageOracle"] = addresses.PreimageOracle.ToString(),
                ["mips"] = addresses.Mips.ToString(),
                ["proxyAdmin"] = addresses.ProxyAdmin.ToString(),
                ["batchInbox"] = DevnetAddresses.BatchInbox.ToString(),
            },
            ["gameTypes"] = new JsonObject(addresses.GameImplementations.Select(
                type => KeyValuePair.Create(type.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)type.Value.ToString()))),
            ["accounts"] = new JsonArray([.. DevnetAccounts.All.Select(Account)]),
            ["mnemonic"] = DevnetAccounts.Mnemonic,
        };
    }

    /// <summary>A generation as people call it: the version of its games.</summary>
    public static string NameOf(DevnetGeneration generation) => generation == DevnetGeneration.V1 ? "1.2.0" : "2.x";

    private static JsonObject Account(DevnetAccount account) => new()
    {
        ["role"] = account.Role,
        ["address"] = account.Address.ToString(),
        ["privateKey"] = account.PrivateKey,
    };
}
