using System.Text;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.Contracts.Tests;

/// <summary>What the guardian can call follows from which contract of a generation answers what, as recorded of the real ones.</summary>
public sealed class GuardianCallsTests
{
    private static readonly Address Registry = Address.Parse("0x5fc8d32690cc91d4c39d9d3abcbd16989f875707");
    private static readonly Address Portal = Address.Parse("0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9");
    private static readonly Address Config = Address.Parse("0xe7f1725e7734ce288f8367e1bb143e90bb3f0512");
    private static readonly Address Game = Address.Parse("0x00112233445566778899aabbccddeeff00112233");
    private static readonly string Blacklist =
        $"blacklistDisputeGame({Game}) (data 0x7d6be8dc00000000000000000000000000112233445566778899aabbccddeeff00112233)";

    [Theory]
    [InlineData("1.2.0", true, "setRespectedGameType(8)", 20)]
    [InlineData("1.4.1", false, "setRespectedGameType(4294967295)", 20)] // its registry names the portal
    public async Task OlderChains_BlacklistAndRetireAtThePortal(string version, bool knowsPortal, string retire, int delay)
    {
        GuardianCalls calls = await ReadAsync(version, knowsPortal ? Portal : null, new()
        {
            [(Portal, "disputeGameFinalityDelaySeconds()")] = Hash32.FromUInt256((ulong)delay),
            [(Portal, "superchainConfig()")] = Word(Config),
            [(Portal, "respectedGameType()")] = Hash32.FromUInt256(8),
            [(Registry, "portal()")] = knowsPortal ? null : Word(Portal),
        });
        Assert.Equal(
            [$"SuperchainConfig {Config}.pause(string)", $"OptimismPortal {Portal}.{Blacklist}", $"OptimismPortal {Portal}.{retire}"],
            calls.Calls);
        Assert.Equal((ulong)delay, calls.FinalityDelay);
    }

    [Fact]
    public async Task NewerChains_BlacklistAndRetireAtTheRegistry()
    {
        GuardianCalls calls = await ReadAsync("2.4.2", Portal, new()
        {
            [(Registry, "disputeGameFinalityDelaySeconds()")] = Hash32.FromUInt256(302_400),
            [(Registry, "superchainConfig()")] = Word(Config),
            [(Registry, "retirementTimestamp()")] = Hash32.FromUInt256(1_800_000_030),
        });
        Assert.Equal(
            [$"SuperchainConfig {Config}.pause(address)", $"AnchorStateRegistry {Registry}.{Blacklist}", $"AnchorStateRegistry {Registry}.updateRetirementTimestamp()"],
            calls.Calls);
        Assert.Equal(302_400UL, calls.FinalityDelay);
    }

    [Fact]
    public async Task ContractsThatTellNothing_AreNoError()
    {
        GuardianCalls calls = await ReadAsync("1.2.0", null, []);
        Assert.Equal(3, calls.Calls.Count);
        Assert.All(calls.Calls, call => Assert.Contains("(see the chain's SystemConfig)", call, StringComparison.Ordinal));
        Assert.Null(calls.FinalityDelay);
    }

    private static async Task<GuardianCalls> ReadAsync(string version, Address? portal, Dictionary<(Address, string), Hash32?> answers)
    {
        Dictionary<string, Hash32?> words = answers.ToDictionary(answer => $"{answer.Key.Item1} {Keccak256.Hash(Encoding.ASCII.GetBytes(answer.Key.Item2)).ToString()[..10]}", answer => answer.Value);
        await using FaultProxy proxy = await FaultProxy.StartAsync("http://127.0.0.1:9");
        proxy.Result("eth_call", call => words.GetValueOrDefault($"{Address.Parse(call.To)} {call.Selector}")?.ToString() ?? "0x");
        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(proxy.Url));
        return await GuardianCalls.ReadAsync(new ChainReader(endpoint), Sample(version), portal, BlockRef.At(Keccak256.Hash([1])), default);
    }

    private static Hash32 Word(Address address)
    {
        byte[] word = new byte[Hash32.Size];
        Address.BytesOf(in address).CopyTo(word.AsSpan(Hash32.Size - Address.Size));
        return new Hash32(word);
    }

    private static RuleSet RulesOf(string version) =>
        RuleSet.Of(version, hasModes: !version.StartsWith("1.2", StringComparison.Ordinal), hasSequenceNumber: version.StartsWith('2'))!;

    private static GameMetadata Sample(string version) => new()
    {
        Game = Game,
        GameType = 0,
        Version = version,
        Generation = RulesOf(version).Generation,
        CreatedAt = 1,
        RootClaim = default,
        L1Head = default,
        L2BlockNumber = 1,
        Creator = default,
        Rules = new GameRules
        {
            RuleSet = RulesOf(version),
            StartingOutputRoot = default,
            StartingBlockNumber = 0,
            AbsolutePrestate = default,
            MaxDepth = 8,
            SplitDepth = 3,
            Clock = new ClockRules(300, 30, 3, 8, ClockExtensionRule.PlainTest, 60),
            Vm = default,
            Oracle = default,
            Weth = default,
            AnchorStateRegistry = Registry,
            L2ChainId = 901,
            Bonds = BondTable.Computed(8),
            WethDelay = 30,
        },
    };
}
