using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.Rollup;
using Gavel.TestKit.Judges;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains.Tests;

/// <summary>An upgrade is told once, from the contracts' own state, before a game is made by it; also where it came while we were down.</summary>
public sealed class UpgradeWatchTests : IDisposable
{
    private const int PrestateBytes = 32;
    private static readonly Hash32 First = Keccak256.Hash("first"u8).WithFirstByte(3);
    private static readonly Hash32 Second = Keccak256.Hash("second"u8).WithFirstByte(3);
    private static readonly Hash32 Dead = Hash32.Parse("0xdead000000000000000000000000000000000000000000000000000000000000");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-upgrades-");
    private readonly Lines _lines = new();
    private readonly ChainOptions _chain = new() { Name = "chain", AuditBlocks = 1000 };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Upgrade_IsToldOnce_WithWhatItNeeds_BeforeAnyGameIsMadeByIt_AndAfterARestart()
    {
        WatchedDevnet net = await StartAsync(DevnetGeneration.V2);
        try
        {
            UpgradeWatch watch = await WatchAsync(net);
            Assert.Empty(await LookAsync(watch, net));
            Assert.Equal(1, _lines.Count($"creates games of type 0 (respected) by implementation {net.Devnet.Addresses.GameImplementations[0]} (version 2.4.2), absolute prestate {First}, VM {net.Devnet.Addresses.Mips} (version 1.0.1), init bond 0.08 ETH"));

            int before = net.Proxy.Requests;
            await net.Devnet.MineL1Async();
            Assert.Empty(await LookAsync(watch, net));
            Assert.Empty(await LookAsync(watch, net));
            Assert.Equal(2 + 1, net.Proxy.Requests - before); // two heads, one mark

            await SetArgumentsAsync(net, DevnetGameType.Cannon, Second);
            UpgradeEvent other = Assert.Single(await LookAsync(watch, net));
            Assert.Equal((TermsChangeKind.TypeChanged, 0U, net.Factory), (other.Kind, other.GameType, other.Factory));
            Assert.Equal($"absolute prestate {Second}, before {First}", other.What);
            Assert.StartsWith($"the file {Second}.bin.gz ", Assert.Single(other.Needs), StringComparison.Ordinal);
            Assert.Equal(LogLevel.Warning, _lines.All.Single(line => line.Text.Contains($"chain was upgraded: game type 0 of factory {net.Factory}: {other.What}; before the first game made so you need the file {Second}", StringComparison.Ordinal)).Level);
            Assert.Empty(await LookAsync(watch, net));
            await net.Devnet.MineL1Async();
            Assert.Empty(await LookAsync(watch, net));

            await net.Devnet.SendAsync(DevnetAccounts.Guardian, net.Devnet.Addresses.AnchorStateRegistry, new AbiFunction("setRespectedGameType(uint32)").Encode(a => a.UInt32(1)));
            UpgradeEvent respected = Assert.Single(await LookAsync(watch, net));
            Assert.Equal((TermsChangeKind.RespectedTypeChanged, 1U), (respected.Kind, respected.GameType));
            Assert.StartsWith("withdrawals rest on games of type 1 now, before on type 0: implementation ", respected.What, StringComparison.Ordinal);

            // Down: a type comes with a placeholder, one goes, one costs more.
            await SetAsync(net, StrictAbi.Encode(new SetImplementationWithArgumentsFunction { GameType = 8, Implementation = net.Devnet.Addresses.GameImplementations[0].ToAbi(), Arguments = [.. Dead.ToArray(), .. (await ArgumentsAsync(net, 0))[PrestateBytes..]] }));
            await SetAsync(net, StrictAbi.Encode(new SetImplementationWithArgumentsFunction { GameType = 1, Implementation = Address.Zero.ToAbi() }));
            await SetAsync(net, StrictAbi.Encode(new SetInitBondFunction { GameType = DevnetGameType.Alphabet, InitBond = 1 }));
            _chain.GameTypes.Add(0);
            watch = await WatchAsync(net);
            IReadOnlyList<UpgradeEvent> missed = await LookAsync(watch, net);
            Assert.Equal(
                [(TermsChangeKind.TypeRemoved, 1U), (TermsChangeKind.TypeAdded, 8U), (TermsChangeKind.TypeChanged, 255U)],
                missed.Select(upgrade => (upgrade.Kind, upgrade.GameType!.Value)));
            Assert.Contains($"absolute prestate {Dead} (a placeholder)", missed[1].What, StringComparison.Ordinal);
            Assert.Equal(["type 8 in GameTypes, which leaves it out: its games are not played"], missed[1].Needs);
            Assert.Equal(("init bond 0.000000000000000001 ETH, before 0.08 ETH", 0), (missed[2].What, missed[2].Needs.Count));
            Assert.Equal(respected.SeenAt, missed[0].After);
            watch = await WatchAsync(net);
            Assert.Empty(await LookAsync(watch, net)); // told once, over restarts too
            RpcBlock past = await net.Devnet.L1.GetBlockAsync(BlockRef.At(await net.Devnet.L1.GetBlockNumberAsync(default) - 4), default);
            Assert.Empty(await (await WatchAsync(net)).CheckAsync(new L1View(new BlockId(past.Hash, past.Number), past.Timestamp, past.ParentHash), default)); // a node that is behind
            Assert.Empty(await LookAsync(watch, net));
            Assert.Equal(5, _lines.Count("was upgraded"));
            Assert.Equal(5, new UpgradeBook(BookPath).Events.Count);
            Assert.Empty(await new GameReader(net.Devnet.L1).ListAsync(net.Factory, 0, BlockRef.Latest, default)); // no game was ever made
        }
        finally
        {
            await net.DisposeAsync();
        }
    }

    // Contracts of 1.2.0 have no arguments, and their implementations have the prestate; a node that refuses the one call is asked more rarely.
    [Fact]
    public async Task OldFactory_AndANodeThatRefusesTheOneCall_AreReadAllTheSame()
    {
        WatchedDevnet net = await StartAsync(DevnetGeneration.V1);
        try
        {
            net.Proxy.Instead(call => call.Method == "eth_call" && call.To.Length == 0, call => call.Error(-32601, "creation is not called here"));
            UpgradeWatch watch = await WatchAsync(net, DevnetAccounts.Users[0].Address); // which is no factory
            Assert.Empty(await LookAsync(watch, net));
            Assert.Equal(1, _lines.Count("does not tell in one call whether the chain was upgraded"));
            await SetAsync(net, StrictAbi.Encode(new SetImplementationFunction { GameType = 0, Implementation = net.Devnet.Addresses.GameImplementations[255].ToAbi() }));
            Assert.Empty(await LookAsync(watch, net));
            await net.Devnet.MineL1Async(25);
            UpgradeEvent changed = Assert.Single(await LookAsync(watch, net));
            Assert.Contains($"absolute prestate {DevnetGameType.AlphabetPrestate}, before {First}", changed.What, StringComparison.Ordinal);

            net.Proxy.Clear();
            await net.Devnet.MineL1Async(25);
            Assert.Empty(await LookAsync(watch, net));
            await SetAsync(net, StrictAbi.Encode(new SetInitBondFunction { GameType = 255, InitBond = 1 }));
            Assert.Single(await LookAsync(watch, net));
            Assert.Equal(1, _lines.Count("does not tell in one call"));
        }
        finally
        {
            await net.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"terms\":null}")]
    [InlineData("{\"terms\":{\"liveFactory\":\"0x12\"}}")]
    [InlineData("{\"terms\":{\"factories\":[{\"factory\":\"0x0000000000000000000000000000000000000001\",\"asked\":[],\"types\":null}]},\"l1Block\":1,\"l1Hash\":\"0x0000000000000000000000000000000000000000000000000000000000000001\",\"events\":[]}")]
    public void Book_ThatIsDamaged_BeginsAnew(string content)
    {
        File.WriteAllText(BookPath, content);
        UpgradeBook book = new(BookPath);
        Assert.Null(book.Known);
        book.Take(new KeptTerms(new ChainTerms(null, null, []), 1, First, []));
        Assert.Equal(1UL, new UpgradeBook(BookPath).Known!.L1Block);
    }

    [Fact]
    public void Book_OfBeforeFormerFactoriesWereKept_HasNone()
    {
        new UpgradeBook(BookPath).Take(new KeptTerms(new ChainTerms(null, null, []), 7, First, []));
        string text = File.ReadAllText(BookPath);
        string old = System.Text.RegularExpressions.Regex.Replace(text, ",?\"formerFactories\":\\[\\]", "");
        Assert.NotEqual(text, old);
        File.WriteAllText(BookPath, old);
        UpgradeBook book = new(BookPath);
        Assert.Equal((7UL, 0), (book.Known!.L1Block, book.FormerFactories.Count));
    }

    // One that lies once would have its factory's games played with bonds for ever, by every endpoint's word.
    [Fact]
    public async Task FactoryThatOneEndpointAloneTells_TakesNobodysPlace()
    {
        WatchedDevnet net = await StartAsync(DevnetGeneration.V2);
        try
        {
            await using FailoverRpc both = new([EndpointUrl.Parse(net.Proxy.Url), EndpointUrl.Parse(net.Devnet.L1Url)]);
            UpgradeBook book = new(BookPath);
            ChainContracts contracts = await ChainContracts.FromSystemConfigAsync(net.Devnet.L1, net.Devnet.Addresses.SystemConfig, BlockRef.Latest, default);
            UpgradeWatch watch = new(_chain, net.L1, contracts, book, TimeProvider.System, _lines, both);
            await LookAsync(watch, net);
            Address other = net.Devnet.Addresses.OptimismPortal;
            net.Proxy.Alter(call => call.Selector == Selector.Of("disputeGameFactory()").ToString(), (call, _) => call.Result($"0x{new string('0', 24)}{other.ToString()[2..].ToLowerInvariant()}"));
            _chain.AuditBlocks = 1; // what is read whole in each block
            await net.Devnet.MineL1Async();
            ContractReadException error = await Assert.ThrowsAsync<ContractReadException>(() => LookAsync(watch, net));
            Assert.Contains("contradict each other", error.Message, StringComparison.Ordinal);
            Assert.Equal((false, net.Factory, 0), (watch.IsMoved, book.Known!.Terms.LiveFactory, book.FormerFactories.Count));
        }
        finally
        {
            await net.DisposeAsync();
        }
    }

    private string BookPath => Path.Combine(_folder.FullName, "upgrades.json");

    private static async Task<WatchedDevnet> StartAsync(DevnetGeneration generation)
    {
        WatchedDevnet net = new() { Options = new DevnetOptions { Generation = generation, InitialL2Blocks = 1, CannonPrestate = First } };
        await net.InitializeAsync();
        return net;
    }

    private async Task<UpgradeWatch> WatchAsync(WatchedDevnet net, params Address[] draining) => new(
        _chain,
        net.L1,
        (await ChainContracts.FromSystemConfigAsync(net.Devnet.L1, net.Devnet.Addresses.SystemConfig, BlockRef.Latest, default)).With(draining),
        new UpgradeBook(BookPath),
        TimeProvider.System,
        _lines,
        new FailoverRpc([EndpointUrl.Parse(net.Devnet.L1Url)]));

    private static async Task<IReadOnlyList<UpgradeEvent>> LookAsync(UpgradeWatch watch, WatchedDevnet net) => await watch.CheckAsync(await L1View.OfHeadAsync(net.L1, default), default);

    private static async Task SetArgumentsAsync(WatchedDevnet net, uint type, Hash32 prestate) => await SetAsync(net, StrictAbi.Encode(new SetImplementationWithArgumentsFunction
    {
        GameType = type,
        Implementation = net.Devnet.Addresses.GameImplementations[type].ToAbi(),
        Arguments = [.. prestate.ToArray(), .. (await ArgumentsAsync(net, type))[PrestateBytes..]],
    }));

    private static async Task<byte[]> ArgumentsAsync(WatchedDevnet net, uint type)
    {
        CallRequest call = new() { To = net.Factory, Data = new AbiFunction("gameArgs(uint32)").Encode(a => a.UInt32(type)) };
        return new AbiDecoder(await net.Devnet.L1.CallAsync(call, BlockRef.Latest, default)).Bytes().ToArray();
    }

    private static Task<RpcReceipt> SetAsync(WatchedDevnet net, byte[] call) => net.Devnet.SendAsync(DevnetAccounts.Owner, net.Factory, call);
}
