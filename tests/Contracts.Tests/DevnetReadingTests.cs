using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameSolver;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Gavel.Contracts.Tests;

/// <summary>What is read from the real contracts of a devnet.</summary>
public sealed class DevnetReadingTests : IAsyncLifetime
{
    private const int Split = 3;
    private const uint StrangeType = 99;

    // EIP-1967.
    private const string ImplementationSlot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    private static readonly CancellationToken None = CancellationToken.None;
    private LocalDevnet? _devnet;

    private LocalDevnet Devnet => _devnet!;

    private Address Factory => Devnet.Addresses.DisputeGameFactory;

    public async Task InitializeAsync() => _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2, SplitDepth = Split });

    public async Task DisposeAsync() => await Devnet.DisposeAsync();

    [Fact]
    public async Task Contracts_AreFoundFromTheSystemConfig_OrFromAGivenFactory()
    {
        ChainContracts found = await ChainContracts.FromSystemConfigAsync(Devnet.L1, Devnet.Addresses.SystemConfig, BlockRef.Latest, None);
        Assert.Equal(new ChainContracts(Factory, Devnet.Addresses.SystemConfig, Devnet.Addresses.OptimismPortal), found);
        Assert.Equal(new ChainContracts(Factory, null, null), ChainContracts.FromFactory(Factory));
    }

    [Fact]
    public async Task WrongAddresses_AreNamed()
    {
        foreach (Address wrong in (Address[])[Factory, DevnetAccounts.Owner.Address, Devnet.Addresses.DelayedWeth])
        {
            ContractReadException error = await Assert.ThrowsAsync<ContractReadException>(
                () => ChainContracts.FromSystemConfigAsync(Devnet.L1, wrong, BlockRef.Latest, None));
            Assert.Equal(wrong, error.Contract);
            Assert.Contains(wrong.ToString(), error.Message, StringComparison.Ordinal);
        }

        ContractReadException noFactory = await Assert.ThrowsAsync<ContractReadException>(
            () => new GameReader(Devnet.L1).ListAsync(Devnet.Addresses.SystemConfig, 0, BlockRef.Latest, None));
        Assert.Contains("gameCount()", noFactory.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DevnetGameType.Cannon, 50)]
    [InlineData(DevnetGameType.PermissionedCannon, 50)]
    [InlineData(DevnetGameType.Alphabet, Split + 4)]
    public async Task Metadata_OfARealGame(uint type, int maxDepth)
    {
        Hash32 root = Keccak256.Hash("a root"u8);
        ListedGame listed = await CreateAsync(type, root, 7);
        GameMetadata game = await new GameReader(Devnet.L1).MetadataAsync(listed, BlockRef.Latest, None);
        GameRules rules = game.Rules!;
        Assert.Equal((GameGeneration.V1, "1.2.0", type), (game.Generation, game.Version, game.GameType));
        Assert.Equal((root, (UInt256)7, DevnetAccounts.Proposer.Address), (game.RootClaim, game.L2BlockNumber, game.Creator));
        Assert.Equal((maxDepth, Split), (rules.MaxDepth, rules.SplitDepth));
        Assert.Equal(new ClockRules(300, 30, Split, maxDepth, ClockExtensionRule.PlainTest, 60), rules.Clock);
        Assert.Equal((901UL, 30UL, 1UL), (rules.L2ChainId, rules.WethDelay, rules.StartingBlockNumber));
        Assert.Equal(
            (Devnet.Addresses.PreimageOracle, Devnet.Addresses.DelayedWeth, Devnet.Addresses.AnchorStateRegistry),
            (rules.Oracle, rules.Weth, rules.AnchorStateRegistry));
        bool isAlphabet = type == DevnetGameType.Alphabet;
        Assert.Equal(isAlphabet ? DevnetGameType.AlphabetPrestate : Devnet.Options.CannonPrestate, rules.AbsolutePrestate);
        Assert.Equal(isAlphabet ? Devnet.Addresses.AlphabetVms[rules.AbsolutePrestate] : Devnet.Addresses.Mips, rules.Vm);
        Assert.Equal(
            type == DevnetGameType.PermissionedCannon ? (DevnetAccounts.Proposer.Address, DevnetAccounts.Challenger.Address) : null, rules.Permitted);

        // Recorded from the contract: the first and the last depth of any game, and two between of a 50-deep one.
        Assert.Equal(UInt256.Parse("80000000000000000"), rules.Bonds[0]);
        Assert.Equal(UInt256.Parse("59999999800000000000"), rules.Bonds[maxDepth]);
        if (maxDepth == 50)
        {
            Assert.Equal(UInt256.Parse("91325200000000000"), rules.Bonds[1]);
            Assert.Equal(UInt256.Parse("2190890200000000000"), rules.Bonds[25]);
        }
    }

    [Fact]
    public async Task UnknownGame_IsListedAndShown_AndDisturbsNoOther()
    {
        ListedGame real = await CreateAsync(DevnetGameType.Alphabet, Keccak256.Hash("first"u8), 7);

        // The bond store has a version and swallows every call it does not know: it makes a game that answers nothing.
        byte[] slot = Hex.Decode((await Devnet.L1.Rpc.RequestAsync(
            new RpcRequest("eth_getStorageAt", Devnet.Addresses.DelayedWeth.ToString(), ImplementationSlot, "latest"), None)).GetString()!);
        byte[] offer = new AbiFunction("setImplementation(uint32,address)").Encode(a => a.UInt32(StrangeType).Address(new Address(slot.AsSpan(12))));
        await Devnet.SendAsync(DevnetAccounts.Owner, Factory, offer);
        ListedGame strange = await CreateAsync(StrangeType, Keccak256.Hash("second"u8), 7);
        GameReader reader = new(Devnet.L1);
        IReadOnlyList<ListedGame> games = await reader.ListAsync(Factory, 0, BlockRef.Latest, None);
        Assert.Equal([real, strange], games);
        Assert.Equal([true, true], await reader.MatterAsync(games, [DevnetAccounts.Challenger.Address], BlockRef.Latest, None));
        GameMetadata shown = await reader.MetadataAsync(strange, BlockRef.Latest, None);
        Assert.Equal((GameGeneration.Unsupported, StrangeType, strange.Game), (shown.Generation, shown.GameType, shown.Game));
        Assert.Null(shown.Rules);
        Assert.Equal("1.0.0", shown.Version);
    }

    [Fact]
    public async Task EventsAndLocalKeys_AreThoseOfTheContracts()
    {
        ListedGame listed = await CreateAsync(DevnetGameType.Alphabet, Keccak256.Hash("root"u8), 7);
        GameReader reader = new(Devnet.L1);
        GameMetadata game = await reader.MetadataAsync(listed, BlockRef.Latest, None);

        // 0 root, 1 and 2 attacks, 3 the first leaf of the output half and 4 its execution root; 5 the leaf beside it and 6 its execution root.
        (uint Parent, bool IsAttack)[] moves = [(0, true), (1, true), (2, true), (3, true), (2, false), (5, true)];
        for (int i = 0; i < moves.Length; i++)
        {
            Hash32 value = Keccak256.Hash([(byte)i]).WithFirstByte(1);
            GameState before = await StateAsync(game);
            Claim parent = before.Claims[(int)moves[i].Parent];
            ContractCall move = FaultDisputeGame.MoveOn(
                game.Game, moves[i].Parent, parent.Value, value, moves[i].IsAttack, game.Rules!.Bonds[parent.Position.Depth + 1]);
            RpcReceipt receipt = await Devnet.SendAsync(DevnetAccounts.Challenger, move.To, move.Data, move.Value);
            RpcLog log = Assert.Single(receipt.Logs, log => log.Address == game.Game);
            Assert.Equal([FaultDisputeGame.Move.Topic0, Hash32.FromUInt256(moves[i].Parent), value], log.Topics.Take(3));
        }

        RpcLog created = Assert.Single(await Devnet.L1.GetLogsAsync(
            new LogFilter { From = BlockRef.At(0), To = BlockRef.Latest, Topics = [[DisputeGameFactory.DisputeGameCreated.Topic0]] }, None));
        Assert.Equal((Factory, game.RootClaim), (created.Address, created.Topics[3]));

        GameState state = await StateAsync(game);
        Game claims = Game.Create(new GameShape(game.Rules!.MaxDepth, Split), [.. state.Claims]);
        ExecutionBranch first = ExecutionBranch.Below(claims, 3, isAttack: true);
        ExecutionBranch second = ExecutionBranch.Below(claims, 5, isAttack: true);
        Assert.Null(first.Agreed);
        OutputClaim agreed = second.Agreed!.Value;
        Hash32[] contexts =
        [
            LocalContext.OfFirstBlock(first.Disputed.Value, first.Disputed.Position.GIndex),
            LocalContext.Of(agreed.Value, agreed.Position.GIndex, second.Disputed.Value, second.Disputed.Position.GIndex),
        ];
        foreach ((uint claim, Hash32 context) in new uint[] { 4, 6 }.Zip(contexts))
        {
            for (byte ident = 1; ident <= 5; ident++)
            {
                Hash32 key = LocalContext.Localize(ident, game.Game, context);
                Assert.False(await HasPartAsync(key));
                ContractCall add = FaultDisputeGame.AddLocalData(game.Game, ident, claim, 0);
                await Devnet.SendAsync(DevnetAccounts.Users[0], add.To, add.Data);
                Assert.True(await HasPartAsync(key), $"datum {ident} of claim {claim}");
            }
        }
    }

    [Fact]
    public async Task FinishedGame_MattersOnlyToThoseItOwes()
    {
        ListedGame listed = await CreateAsync(DevnetGameType.Alphabet, Keccak256.Hash("root"u8), 7);
        GameReader reader = new(Devnet.L1);
        GameMetadata game = await reader.MetadataAsync(listed, BlockRef.Latest, None);
        Task<IReadOnlyList<bool>> Matter(Address account) => reader.MatterAsync([listed], [account], BlockRef.Latest, None);
        Assert.Equal([true], await Matter(DevnetAccounts.Challenger.Address));

        await Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        await SendAsync(FaultDisputeGame.ResolveClaim(game.Game, 0, 0));
        RpcReceipt receipt = await SendAsync(FaultDisputeGame.Resolve(game.Game));
        Assert.Contains(receipt.Logs, log => log.Address == game.Game && log.Topics[0] == FaultDisputeGame.Resolved.Topic0);
        Assert.Equal([false], await Matter(DevnetAccounts.Challenger.Address));
        Assert.Equal([true], await Matter(DevnetAccounts.Proposer.Address));
        Assert.Equal(GameStatus.DefenderWins, (await StateAsync(game)).Status);

        await Devnet.WarpAsync(TimeSpan.FromSeconds(31));
        await SendAsync(FaultDisputeGame.ClaimCredit(game.Game, DevnetAccounts.Proposer.Address));
        Assert.Equal([false], await Matter(DevnetAccounts.Proposer.Address));
    }

    private Task<RpcReceipt> SendAsync(ContractCall call) => Devnet.SendAsync(DevnetAccounts.Users[0], call.To, call.Data, call.Value);

    private async Task<bool> HasPartAsync(Hash32 key)
    {
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<bool> part = PreimageOracle.PartOk(batch, Devnet.Addresses.PreimageOracle, key, 0);
        await batch.RunAsync(None);
        return part.Value;
    }

    private async Task<GameState> StateAsync(GameMetadata game) =>
        (await new GameReader(Devnet.L1).StatesAsync([game], [], BlockRef.Latest, None))[0];

    private async Task<ListedGame> CreateAsync(uint type, Hash32 root, ulong block)
    {
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, Factory, type);
        await batch.RunAsync(None);
        ContractCall call = DisputeGameFactory.Create(Factory, type, root, block, bond.Value);
        await Devnet.SendAsync(DevnetAccounts.Proposer, call.To, call.Data, call.Value);
        return (await new GameReader(Devnet.L1).ListAsync(Factory, 0, BlockRef.Latest, None))[^1];
    }
}
