using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary>Nodes of two chains whose addresses were exchanged end the start, by name; nodes that keep silent do not.</summary>
public sealed class ExchangedNodesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-exchanged-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task ExchangedRollupNodes_AreNamed_WithTheChainsTheyAreOf()
    {
        await using FaultProxy one = await NodeAsync(901, SystemConfig(1));
        await using FaultProxy two = await NodeAsync(902, SystemConfig(2));
        AgentProcess.Result run = Run((one.Url, one.Url), (two.Url, two.Url), isExchanged: true);
        Assert.Equal(2, run.Exit);
        Assert.Contains($"Challenger:Chains:0:RollupNodes:0: {two.Url}/ derives the chain of SystemConfig {SystemConfig(2)}, not {SystemConfig(1)}: it is a node of two; are the addresses exchanged?", run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("it is a node of one; are the addresses exchanged?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExchangedExecutionNodes_AreNamed()
    {
        await using FaultProxy one = await NodeAsync(901, SystemConfig(1));
        await using FaultProxy two = await NodeAsync(902, SystemConfig(2));
        AgentProcess.Result run = Run((one.Url, two.Url), (two.Url, one.Url), isExchanged: false);
        Assert.Equal(2, run.Exit);
        Assert.Contains($"Challenger:Chains:0:L2ExecutionNodes:0: {two.Url}/ is of chain id 902, while the rollup nodes derive chain id 901: it is a node of two; are the addresses exchanged?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodesOfAnotherChainThanTheNetworkNamed_AreNamed()
    {
        await using FaultProxy node = await NodeAsync(901, SystemConfig(1));
        await using FaultProxy right = await NodeAsync(10, "0x229047fed2591dbec1eF1118d64F7aF3dB9EB290");
        AgentProcess.Result run = Run((node.Url, right.Url), (right.Url, node.Url), isExchanged: false, network: "op-mainnet");
        Assert.Equal(2, run.Exit);
        Assert.Contains($"Challenger:Chains:0:RollupNodes:0: {node.Url}/ derives the chain of SystemConfig {SystemConfig(1)}, not 0x229047fed2591dbec1eF1118d64F7aF3dB9EB290", run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"Challenger:Chains:1:L2ExecutionNodes:0: {node.Url}/ is of chain id 901, while network op-mainnet has 10", run.Error, StringComparison.Ordinal);
    }

    private AgentProcess.Result Run((string Rollup, string Execution) first, (string Rollup, string Execution) second, bool isExchanged, string? network = null)
    {
        string key = Path.Combine(_folder.FullName, "key");
        File.WriteAllText(key, $"0x{new string('1', 64)}");
        if (isExchanged)
        {
            (first, second) = (second, first);
        }

        object Chain(string name, int number, (string Rollup, string Execution) nodes) => new
        {
            Name = name,
            Network = network ?? "",
            SystemConfig = network is null ? SystemConfig(number) : "",
            L1 = new[] { "http://127.0.0.1:9" },
            RollupNodes = new object[] { new { Url = nodes.Rollup, Group = "a" } },
            L2ExecutionNodes = new[] { nodes.Execution },
            Account = new { KeyFile = key },
        };
        string config = Path.Combine(_folder.FullName, "config.json");
        File.WriteAllText(config, JsonSerializer.Serialize(new
        {
            Challenger = new { DataDirectory = Path.Combine(_folder.FullName, "data"), Chains = new[] { Chain("one", 1, first), Chain("two", 2, second) } },
            Host = new { Listen = "" },
        }));
        return AgentProcess.Run(_folder.FullName, "run", "--config", config);
    }

    private static string SystemConfig(int number) => $"0x{new string('0', 39)}{number}";

    private static async Task<FaultProxy> NodeAsync(int chainId, string systemConfig)
    {
        FaultProxy node = await FaultProxy.StartAsync("http://127.0.0.1:9");
        JsonObject Id() => new() { ["hash"] = $"0x{new string('0', 64)}", ["number"] = 0 };
        node.Result("eth_chainId", _ => $"0x{chainId:x}");
        node.Result("optimism_rollupConfig", _ => new JsonObject
        {
            ["l1_chain_id"] = 900,
            ["l2_chain_id"] = chainId,
            ["genesis"] = new JsonObject { ["l1"] = Id(), ["l2"] = Id() },
            ["l1_system_config_address"] = systemConfig,
        });
        return node;
    }
}
