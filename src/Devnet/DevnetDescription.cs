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

    private static JsonObject Account(DevnetAccount account) => new()
    {
        ["role"] = account.Role,
        ["address"] = account.Address.ToString(),
        ["privateKey"] = account.PrivateKey,
    };
}
