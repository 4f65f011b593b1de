using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.TestKit;

namespace Gavel.Traces.Tests;

/// <summary>What execution will need is looked for before a game needs it: of each type that a real factory offers, and of each open game.</summary>
public sealed class ProgramWatchTests : IAsyncLifetime
{
    private const uint PlaceholderType = 9;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly Hash32 Placeholder = Hash32.Parse("0xdead000000000000000000000000000000000000000000000000000000000000");
    private static readonly Hash32 Prestate = FaultProofProgram.Rollup.Prestate;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-programs-");
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly HttpClient _http = new();
    private LocalDevnet? _devnet;
    private GameBook? _book;

    private LocalDevnet Devnet => _devnet!;

    public async Task InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions
        {
            InitialL2Blocks = 2,
            CannonPrestate = Prestate,
            FurtherGameTypes = [new DevnetGameType(PlaceholderType, Placeholder, DevnetVm.Mips)],
        });
        _book = new GameBook(Devnet.L1, Devnet.Addresses.DisputeGameFactory, [DevnetAccounts.Challenger.Address], 1000, new Lines());
    }

    public async Task DisposeAsync()
    {
        await Devnet.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task EmptyCannonSection_IsToldAtTheStart_AndPagesWithTheFirstGame()
    {
        ProgramWatch watch = Watch(new ChainOptions { Name = "chain" });
        await UntilAsync(watch, "prestate-missing");
        Assert.Equal(
            ["Warn preimage-server-missing chain", $"Warn prestate-missing chain prestate {Prestate}", "Watch preimages-not-loadable chain", ToldOf(PlaceholderType)],
            Told(watch));
        Assert.Contains("game types 0, 1: absolute prestate", Of(watch, "prestate-missing").Problem, StringComparison.Ordinal);
        Assert.Equal(DangerOrigin.Chain, Of(watch, "prestate-placeholder").Origin);

        Address game = await CreateAsync(DevnetGameType.Cannon);
        await CheckAsync(watch);
        Assert.Equal(["Page preimage-server-missing chain", $"Page prestate-missing chain prestate {Prestate}"], Told(watch)[..2]);
        Assert.Contains($"game types 0, 1 and 1 open game ({game})", Of(watch, "prestate-missing").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prestate_ThatIsThere_IsNoDanger_AndOneThatIsPutThereEndsIt()
    {
        ChainOptions chain = new() { Name = "chain", GameTypes = { DevnetGameType.Cannon }, Cannon = { Prestates = { _folder.FullName }, Server = { "server" } } };
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, $"{Prestate}.bin.gz"), [1, 2, 3]); // what bears the name is not always it
        ProgramWatch watch = Watch(chain);
        await UntilAsync(watch, "prestate-missing");
        Assert.Equal([$"Warn prestate-missing chain prestate {Prestate}", "Watch preimages-not-loadable chain", ToldOf(PlaceholderType)], Told(watch));

        FaultProofProgram.Rollup.WriteTo(_folder.FullName);
        await CheckAsync(watch);
        Assert.Contains(watch.Dangers, danger => danger.Code == "prestate-missing"); // not sought again in each cycle
        _time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.NotNullAsync(
            async () =>
            {
                await CheckAsync(watch);
                return watch.Dangers.Any(danger => danger.Code == "prestate-missing") ? null : "there";
            },
            Patience);
        Assert.Equal(["Watch preimages-not-loadable chain", ToldOf(PlaceholderType)], Told(watch));
    }

    [Fact]
    public async Task Type_ThatIsOfferedLater_IsNoticed_AndOneThatIsNotPlayedIsNot()
    {
        ProgramWatch alphabet = Watch(new ChainOptions { Name = "chain", GameTypes = { DevnetGameType.Alphabet } });
        await CheckAsync(alphabet);
        Assert.Equal([ToldOf(PlaceholderType)], Told(alphabet)); // placeholders are told of every type that the factory can create

        ProgramWatch later = Watch(new ChainOptions { Name = "chain", GameTypes = { 5 }, Cannon = { Server = { "server" } } });
        await CheckAsync(later);
        Assert.Equal([ToldOf(PlaceholderType)], Told(later));
        Address implementation = Devnet.Addresses.GameImplementations[PlaceholderType];
        await Devnet.SendAsync(DevnetAccounts.Owner, Devnet.Addresses.DisputeGameFactory, new TestKit.Judges.AbiFunction("setImplementation(uint32,address)").Encode(a => a.UInt32(5).Address(implementation)));
        await CheckAsync(later);
        Assert.Equal([ToldOf(PlaceholderType)], Told(later)); // it is not asked at each block
        later.LookAgain();
        await CheckAsync(later);
        Assert.Equal([ToldOf(5), ToldOf(PlaceholderType)], Told(later)); // nothing of theirs is ever executed
        Assert.StartsWith("a placeholder in game type 5: nobody has such a state, so that nobody can step on the first instruction, and who claims at the maximum depth 50 wins. That is who defends the root: ", later.Dangers[0].Problem, StringComparison.Ordinal);
        Assert.StartsWith("a placeholder in game type 9, which is not played here: ", later.Dangers[1].Problem, StringComparison.Ordinal);
    }

    private ProgramWatch Watch(ChainOptions chain) => new(
        chain, Devnet.L1, [Devnet.Addresses.DisputeGameFactory], new PrestateStore([.. chain.Cannon.Prestates], Path.Combine(_folder.FullName, "cache"), _http), _time);

    private static string ToldOf(uint type) => $"Watch prestate-placeholder chain game type {type} of prestate {Placeholder}";

    private static Danger Of(ProgramWatch watch, string code) => watch.Dangers.Single(danger => danger.Code == code);

    private static string[] Told(ProgramWatch watch) =>
        [.. watch.Dangers.OrderByDescending(danger => danger.Severity).ThenBy(danger => danger.Code, StringComparer.Ordinal).Select(danger => $"{danger.Severity} {danger.Code} {danger.Subject}")];

    private async Task CheckAsync(ProgramWatch watch)
    {
        L1View view = await L1View.OfHeadAsync(Devnet.L1, None);
        await _book!.UpdateAsync(view, None);
        await watch.CheckAsync(_book.Games, view, None);
    }

    // Prestates are sought beside the cycle.
    private Task<string> UntilAsync(ProgramWatch watch, string code) => Eventually.NotNullAsync(
        async () =>
        {
            await CheckAsync(watch);
            return watch.Dangers.Any(danger => danger.Code == code) ? code : null;
        },
        Patience);

    private async Task<Address> CreateAsync(uint type)
    {
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, Devnet.Addresses.DisputeGameFactory, type);
        await batch.RunAsync(None);
        ContractCall call = DisputeGameFactory.Create(Devnet.Addresses.DisputeGameFactory, type, Samples.Hash("root"), 7, bond.Value);
        await Devnet.SendAsync(DevnetAccounts.Dishonest, call.To, call.Data, call.Value);
        return (await new GameReader(Devnet.L1).ListAsync(Devnet.Addresses.DisputeGameFactory, 0, BlockRef.Latest, None))[^1].Game;
    }
}
