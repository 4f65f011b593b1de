using Gavel.Ethereum;
using AbiDecoder = Gavel.TestKit.Judges.AbiDecoder;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Devnet.Tests;

/// <summary>What was deployed, as an agent discovers it from the SystemConfig's address alone.</summary>
public sealed class DeploymentTests
{
    [Fact]
    public async Task Everything_is_found_from_the_system_config()
    {
        Hash32 prestate = Keccak256.Hash("a program"u8).WithFirstByte(3);
        DevnetOptions options = new()
        {
            InitialL2Blocks = 3,
            FurtherGameTypes =
            [
                new DevnetGameType(42, prestate, DevnetVm.Mips)
                {
                    AnchorL2Block = 2,
                    SplitDepth = 10,
                    MaxDepth = 40,
                    MaxClockDuration = TimeSpan.FromSeconds(1000),
                    ClockExtension = TimeSpan.FromSeconds(70),
                    InitBond = 5,
                },
                new DevnetGameType(43, prestate, DevnetVm.Alphabet) { Anchor = new DevnetAnchor(prestate, 9), MaxDepth = 18 },
            ],
        };
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(options);
        DevnetAddresses addresses = devnet.Addresses;

        Address factory = await AddressOf(devnet, addresses.SystemConfig, "disputeGameFactory()");
        Address portal = await AddressOf(devnet, addresses.SystemConfig, "optimismPortal()");
        Assert.Equal(addresses.DisputeGameFactory, factory);
        Assert.Equal(addresses.OptimismPortal, portal);
        Assert.Equal(DevnetAddresses.BatchInbox, await AddressOf(devnet, addresses.SystemConfig, "batchInbox()"));
        Assert.Equal(addresses.SuperchainConfig, await AddressOf(devnet, portal, "superchainConfig()"));
        Assert.Equal(DevnetAccounts.Guardian.Address, await AddressOf(devnet, addresses.SuperchainConfig, "guardian()"));
        Assert.Equal(DevnetAccounts.Owner.Address, await AddressOf(devnet, factory, "owner()"));
        Assert.Equal(DevnetAccounts.Batcher.Address, await AddressOf(devnet, DevnetAddresses.BatchInbox, "batcher()"));
        Assert.Equal(0UL, await NumberOf(devnet, portal, "respectedGameType()"));

        DerivedBlock[] blocks = [.. (await new RollupDerivation(devnet.L1).AdvanceAsync(null, default)).Blocks];
        Assert.Equal([1UL, 2, 3], blocks.Select(block => block.Number));
        await CheckTypeAsync(0, options.CannonPrestate, addresses.Mips, (14, 50, 300, 30), 80_000_000_000_000_000, (blocks[0].OutputRoot, 1));
        await CheckTypeAsync(1, options.CannonPrestate, addresses.Mips, (14, 50, 300, 30), 80_000_000_000_000_000, (blocks[0].OutputRoot, 1));
        await CheckTypeAsync(
            255,
            Hash32.Parse("0x03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98"),
            addresses.AlphabetVms[DevnetGameType.AlphabetPrestate],
            (14, 18, 300, 30),
            80_000_000_000_000_000,
            (blocks[0].OutputRoot, 1));
        await CheckTypeAsync(42, prestate, addresses.Mips, (10, 40, 1000, 70), 5, (blocks[1].OutputRoot, 2));
        await CheckTypeAsync(43, prestate, addresses.AlphabetVms[prestate], (14, 18, 300, 30), 80_000_000_000_000_000, (prestate, 9));
        Assert.Equal(DevnetAccounts.Proposer.Address, await AddressOf(devnet, addresses.GameImplementations[1], "proposer()"));
        Assert.Equal(DevnetAccounts.Challenger.Address, await AddressOf(devnet, addresses.GameImplementations[1], "challenger()"));

        async Task CheckTypeAsync(
            uint type, Hash32 absolutePrestate, Address vm, (ulong Split, ulong Max, ulong Clock, ulong Extension) shape, ulong bond, (Hash32, ulong) anchor)
        {
            Address game = (await AskAsync(devnet, factory, new AbiFunction("gameImpls(uint32)").Encode(a => a.UInt32(type)))).Address();
            Assert.Equal(addresses.GameImplementations[type], game);
            Assert.Equal(bond, (await AskAsync(devnet, factory, new AbiFunction("initBonds(uint32)").Encode(a => a.UInt32(type)))).UInt());
            Assert.Equal(type, await NumberOf(devnet, game, "gameType()"));
            Assert.Equal(absolutePrestate, (await AskAsync(devnet, game, new AbiFunction("absolutePrestate()").Encode())).Bytes32());
            Assert.Equal(shape.Split, await NumberOf(devnet, game, "splitDepth()"));
            Assert.Equal(shape.Max, await NumberOf(devnet, game, "maxGameDepth()"));
            Assert.Equal(shape.Clock, await NumberOf(devnet, game, "maxClockDuration()"));
            Assert.Equal(shape.Extension, await NumberOf(devnet, game, "clockExtension()"));
            Assert.Equal(901UL, await NumberOf(devnet, game, "l2ChainId()"));
            Assert.Equal(vm, await AddressOf(devnet, game, "vm()"));
            Assert.Equal(addresses.PreimageOracle, await AddressOf(devnet, vm, "oracle()"));
            Assert.Equal(addresses.DelayedWeth, await AddressOf(devnet, game, "weth()"));
            Assert.Equal(addresses.AnchorStateRegistry, await AddressOf(devnet, game, "anchorStateRegistry()"));
            AbiDecoder stored = await AskAsync(
                devnet, addresses.AnchorStateRegistry, new AbiFunction("anchors(uint32)").Encode(a => a.UInt32(type)));
            Assert.Equal(anchor, (stored.Bytes32(), stored.UInt64()));
        }
    }

    [Fact]
    public async Task An_anchor_beyond_the_first_blocks_is_refused_by_name()
    {
        DevnetOptions options = new() { FurtherGameTypes = [new DevnetGameType(7, default, DevnetVm.Mips) { AnchorL2Block = 2 }] };
        DevnetException refused = await Assert.ThrowsAsync<DevnetException>(() => LocalDevnet.StartAsync(options));
        Assert.Contains("game type 7", refused.Message, StringComparison.Ordinal);
        Assert.Contains("InitialL2Blocks", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_constructor_that_refuses_names_its_contract()
    {
        DevnetException refused = await Assert.ThrowsAsync<DevnetException>(() => LocalDevnet.StartAsync(new DevnetOptions { MaxDepth = 126 }));
        Assert.Contains("create FaultDisputeGame", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_inbox_has_the_address_that_the_fault_proof_program_knows() =>
        Assert.Equal(Address.Parse("0x0116686e2291dbd5e317f47fadbfb43b599786ef"), DevnetAddresses.BatchInbox);

    private static async Task<Address> AddressOf(LocalDevnet devnet, Address contract, string getter) =>
        (await AskAsync(devnet, contract, new AbiFunction(getter).Encode())).Address();

    private static async Task<ulong> NumberOf(LocalDevnet devnet, Address contract, string getter) =>
        (await AskAsync(devnet, contract, new AbiFunction(getter).Encode())).UInt64();

    private static async Task<AbiDecoder> AskAsync(LocalDevnet devnet, Address contract, byte[] data) =>
        new(await devnet.L1.CallAsync(new CallRequest { To = contract, Data = data }, BlockRef.Latest, default));
}
