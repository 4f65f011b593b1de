using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.TestKit.Judges;

namespace Gavel.Devnet.Tests;

/// <summary>A devnet of our twins, as an agent discovers it from the SystemConfig's address alone.</summary>
public sealed class TwinDeploymentTests
{
    [Fact]
    public async Task Games_of_each_type_are_found_and_read_with_the_arguments_of_their_clones()
    {
        DevnetOptions options = new()
        {
            Generation = DevnetGeneration.V2,
            InitialL2Blocks = 2,
            RespectedGameType = DevnetGameType.CannonKona,
            FurtherGameTypes =
            [
                new DevnetGameType(DevnetGameType.CannonKona, Keccak256.Hash("a program"u8).WithFirstByte(3), DevnetVm.Mips)
                {
                    SplitDepth = 30,
                    MaxDepth = 73,
                    MaxClockDuration = TimeSpan.FromSeconds(302_400),
                    ClockExtension = TimeSpan.FromSeconds(10_800),
                    InitBond = 5,
                },
            ],
        };
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(options);
        ChainContracts contracts = await ChainContracts.FromSystemConfigAsync(devnet.L1, devnet.Addresses.SystemConfig, BlockRef.Latest, default);
        Assert.Equal(devnet.Addresses.DisputeGameFactory, contracts.Factory);
        Assert.Equal(devnet.Addresses.OptimismPortal, contracts.Portal);

        GameMetadata kona = await CreateAsync(devnet, DevnetAccounts.Dishonest, DevnetGameType.CannonKona, 5);
        Assert.Equal(("2.4.2", GameGeneration.V2), (kona.Version, kona.Generation));
        Assert.NotNull(kona.CodeHash); // all its words lie in the clone's code
        Assert.Equal((73, 30), (kona.Rules!.MaxDepth, kona.Rules.SplitDepth));
        Assert.Equal(options.FurtherGameTypes[0].AbsolutePrestate, kona.Rules.AbsolutePrestate);
        Assert.Equal(devnet.Addresses.Mips, kona.Rules.Vm);
        Assert.Equal(devnet.Addresses.PreimageOracle, kona.Rules.Oracle);
        Assert.Equal(devnet.Addresses.AnchorStateRegistry, kona.Rules.AnchorStateRegistry);
        Assert.Equal(BondTable.Computed(73), kona.Rules.Bonds);

        GameMetadata permissioned = await CreateAsync(devnet, DevnetAccounts.Proposer, DevnetGameType.PermissionedCannon, options.InitBond);
        Assert.Equal(("2.4.0", GameGeneration.V2), (permissioned.Version, permissioned.Generation));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CreateAsync(devnet, DevnetAccounts.Dishonest, DevnetGameType.PermissionedCannon, options.InitBond));
        Assert.Equal(AbiSelectorOf("BadAuth()"), Hex.Encode(refused.RevertData.Span));

        GameMetadata alphabet = await CreateAsync(devnet, DevnetAccounts.Dishonest, DevnetGameType.Alphabet, options.InitBond);
        Assert.Equal(devnet.Addresses.AlphabetVms[DevnetGameType.AlphabetPrestate], alphabet.Rules!.Vm);
        Assert.Equal(BondTable.Computed(18), alphabet.Rules.Bonds);
    }

    [Theory]
    [InlineData(0, false)] // in the very second of the retirement
    [InlineData(1, true)]
    public async Task A_game_is_retired_up_to_the_second_of_the_retirement(int secondsLater, bool isProper)
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(new DevnetOptions { Generation = DevnetGeneration.V2 });
        ulong time = (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Timestamp + 100;
        await NextBlockAt(time);
        Address registry = devnet.Addresses.AnchorStateRegistry;
        await devnet.SendAsync(DevnetAccounts.Guardian, registry, new AbiFunction("updateRetirementTimestamp()").Encode());
        await NextBlockAt(time + (ulong)secondsLater);
        GameMetadata game = await CreateAsync(devnet, DevnetAccounts.Dishonest, DevnetGameType.Cannon, devnet.Options.InitBond);
        Assert.Equal(time + (ulong)secondsLater, (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Timestamp);
        CallRequest call = new() { To = registry, Data = new AbiFunction("isGameProper(address)").Encode(a => a.Address(game.Game)) };
        Assert.Equal(isProper, new AbiDecoder(await devnet.L1.CallAsync(call, BlockRef.Latest, default)).Bool());

        Task NextBlockAt(ulong second) => devnet.L1.Rpc.RequestAsync(new RpcRequest("evm_setNextBlockTimestamp", second), default);
    }

    [Fact]
    public async Task Types_with_different_anchors_are_refused_by_name()
    {
        DevnetOptions options = new()
        {
            Generation = DevnetGeneration.V2,
            InitialL2Blocks = 2,
            FurtherGameTypes = [new DevnetGameType(7, default, DevnetVm.Mips) { AnchorL2Block = 2 }],
        };
        DevnetException refused = await Assert.ThrowsAsync<DevnetException>(() => LocalDevnet.StartAsync(options));
        Assert.Contains("game type", refused.Message, StringComparison.Ordinal);
        Assert.Contains("one anchor for all types", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_too_short_for_any_game_is_refused_by_name()
    {
        DevnetOptions options = new() { Generation = DevnetGeneration.V2, MaxClockDuration = TimeSpan.FromSeconds(80) };
        DevnetException refused = await Assert.ThrowsAsync<DevnetException>(() => LocalDevnet.StartAsync(options));
        Assert.Contains("challenge period", refused.Message, StringComparison.Ordinal);
    }

    private static string AbiSelectorOf(string error) => Hex.Encode(new AbiFunction(error).Encode());

    private static async Task<GameMetadata> CreateAsync(LocalDevnet devnet, DevnetAccount from, uint type, UInt256 bond)
    {
        Address factory = devnet.Addresses.DisputeGameFactory;
        ContractCall create = DisputeGameFactory.Create(factory, type, Keccak256.Hash([(byte)type, (byte)from.Index]), 10, bond);
        await devnet.SendAsync(from, create.To, create.Data, create.Value);
        GameReader reader = new(devnet.L1);
        IReadOnlyList<ListedGame> games = await reader.ListAsync(factory, 0, BlockRef.Latest, default);
        return await reader.MetadataAsync(games[^1], BlockRef.Latest, default);
    }
}
