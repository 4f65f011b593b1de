using System.Collections.Concurrent;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Gavel.Challenger.Tests;

/// <summary>Which games of a real factory are covered and read again, and how chains fare beside each other.</summary>
public sealed class BookAndServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly CancellationToken None = CancellationToken.None;
    private LocalDevnet? _devnet;
    private ulong _block = 7;

    private LocalDevnet Devnet => _devnet!;

    public async Task InitializeAsync() => _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2 });

    public async Task DisposeAsync() => await Devnet.DisposeAsync();

    [Fact]
    public async Task FirstScan_CoversOldGames_AndDropsWhatOwesUsNothing()
    {
        Address finished = await CreateAsync("finished");
        await Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        await SendAsync(FaultDisputeGame.ResolveClaim(finished, 0, 0));
        await SendAsync(FaultDisputeGame.Resolve(finished));
        Address open = await CreateAsync("old and open");
        await Devnet.WarpAsync(TimeSpan.FromDays(40));
        Address young = await CreateAsync("young");

        GameBook ours = Book(DevnetAccounts.Proposer.Address); // it is owed the first game's bond
        BookUpdate first = await UpdateAsync(ours);
        Assert.Equal((3, 3, false), (first.NewGames, first.Reread, first.WasReorg));
        Assert.Equal([finished, open, young], Games(ours));
        GameBook others = Book(DevnetAccounts.Challenger.Address);
        await UpdateAsync(others);
        Assert.Equal([open, young], Games(others));
        Assert.Equal(3, others.Listed);

        await SendAsync(FaultDisputeGame.ClaimCredit(finished, DevnetAccounts.Proposer.Address));
        await UpdateAsync(ours);
        Assert.Equal([open, young], Games(ours));
    }

    [Fact]
    public async Task Marks_DriveWhatIsReadAgain_AndTheAuditCatchesTheRest()
    {
        Address moved = await CreateAsync("moved");
        await CreateAsync("still");
        GameBook book = Book(DevnetAccounts.Challenger.Address, auditInterval: 5);
        Assert.Equal(2, (await UpdateAsync(book)).Reread);
        Assert.Equal(0, (await UpdateAsync(book)).Reread); // the same block
        await Devnet.MineL1Async();
        Assert.Equal(0, (await UpdateAsync(book)).Reread);

        WatchedGame game = book.Games.First();
        Assert.Equal(moved, game.Metadata.Game);
        await SendAsync(FaultDisputeGame.MoveOn(moved, 0, game.Game![0].Value, Samples.Hash("claim"), isAttack: true, game.Metadata.Rules!.Bonds[1]));
        Assert.Equal(1, (await UpdateAsync(book)).Reread);
        Assert.Equal(2, book.Games.First().Game!.Count);

        await Devnet.MineL1Async(5);
        Assert.Equal(2, (await UpdateAsync(book)).Reread);
    }

    [Fact]
    public async Task ReorgOfACreation_GivesAnotherGame_AndTheDroppedOneIsForgotten()
    {
        Address kept = await CreateAsync("kept");
        await Devnet.MineL1Async();
        Address dropped = await CreateAsync("dropped");
        GameBook book = Book(DevnetAccounts.Challenger.Address);
        await UpdateAsync(book);
        Assert.Equal([kept, dropped], Games(book));

        await Devnet.L1.Rpc.RequestAsync(new RpcRequest("anvil_rollback", 1), None);
        Address other = await CreateAsync("in its place");
        await Devnet.MineL1Async();
        BookUpdate update = await UpdateAsync(book);
        Assert.True(update.WasReorg);
        Assert.Equal([kept, other], Games(book));
        Assert.Equal(Samples.Hash("in its place"), book.Games.Last().Metadata.RootClaim);
        Assert.Equal(2, book.Listed);
    }

    [Fact]
    public async Task FailingChain_DoesNotDisturbTheOthers()
    {
        await CreateAsync("game");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gavel-chains-");
        string key = Path.Combine(folder.FullName, "key");
        await File.WriteAllTextAsync(key, DevnetAccounts.Challenger.PrivateKey);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ChainOptions Chain(string name, string l1) => new()
        {
            Name = name,
            SystemConfig = Devnet.Addresses.SystemConfig.ToString(),
            L1 = [l1],
            RollupNodes = [Devnet.RollupNode.Url],
            L2ExecutionNodes = [Devnet.L2Url],
            PollSeconds = 0.05,
            DryRun = true,
            Account = new AccountOptions { KeyFile = key },
        };
        ChainOptions wrong = Chain("wrong", Devnet.L1Url);
        wrong.SystemConfig = DevnetAccounts.Owner.Address.ToString();
        ConcurrentDictionary<string, int> cycles = new();
        using HttpClient http = new();
        using (ChallengerService service = new(
            new ChallengerOptions { DataDirectory = folder.FullName, Chains = [Chain("dead", "http://127.0.0.1:9"), wrong, Chain("good", Devnet.L1Url)] },
            TimeProvider.System,
            http,
            NullLogger<ChallengerService>.Instance))
        {
            service.Cycled += (chain, _) => cycles.AddOrUpdate(chain, 1, (_, count) => count + 1);
            await service.StartAsync(None);
            DateTime end = DateTime.UtcNow + TimeSpan.FromSeconds(30);
            while (cycles.GetValueOrDefault("good") < 10 || service.Health.Count < 3)
            {
                Assert.True(DateTime.UtcNow < end, string.Join("; ", service.Health));
                await Task.Delay(20);
            }

            Assert.Equal(["good"], cycles.Keys);
            Assert.Null(service.Health["good"].Problem);
            Assert.Contains("127.0.0.1:9", service.Health["dead"].Problem, StringComparison.Ordinal);
            Assert.Contains(wrong.SystemConfig, service.Health["wrong"].Problem, StringComparison.OrdinalIgnoreCase);
            await service.StopAsync(None);
        }

        folder.Delete(recursive: true);
    }

    // A node that stopped gives good answers for ever: nothing was told of it, and health said that all was well.
    [Fact]
    public async Task HeadThatStandsStill_ShowsInHealth_AndDecidingGoesOn()
    {
        await CreateAsync("game");
        await using FaultProxy proxy = await FaultProxy.StartAsync(Devnet.L1Url);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gavel-head-");
        string key = Path.Combine(folder.FullName, "key");
        await File.WriteAllTextAsync(key, DevnetAccounts.Challenger.PrivateKey);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ChainOptions chain = new()
        {
            Name = "still",
            SystemConfig = Devnet.Addresses.SystemConfig.ToString(),
            L1 = [proxy.Url],
            RollupNodes = [Devnet.RollupNode.Url],
            L2ExecutionNodes = [Devnet.L2Url],
            PollSeconds = 0.1,
            DryRun = true,
            Account = new AccountOptions { KeyFile = key },
            Rpc = new RpcOptions { HeadMaxAgeSeconds = 2, HeadPollSeconds = 0.5, ClockOffsetSeconds = -1_000_000 }, // blocks come when the test wants
        };
        Lines<ChallengerService> lines = new();
        int cycles = 0;
        using HttpClient http = new();
        using (ChallengerService service = new(new ChallengerOptions { DataDirectory = folder.FullName, Chains = [chain] }, TimeProvider.System, http, lines))
        {
            service.Cycled += (_, report) => Interlocked.Increment(ref cycles);
            await service.StartAsync(None);
            await Eventually.TrueAsync(() => Volatile.Read(ref cycles) > 0, Patience);
            await proxy.FreezeHeadAsync();
            await Eventually.TrueAsync(() => service.Dangers.Dangers.Any(danger => danger.Subject == "all endpoints"), Patience);
            int told = cycles;
            await Eventually.TrueAsync(() => Volatile.Read(ref cycles) > told + 3, Patience);
            Danger danger = Assert.Single(service.Dangers.Dangers, danger => danger.Code == "head-stands-still"); // one cause, told once
            Assert.Equal("all endpoints", danger.Subject);
            Assert.Contains(proxy.Url, danger.Problem, StringComparison.Ordinal);
            Assert.Equal("still", danger.Chain);
            await Eventually.TrueAsync(() => lines.Count("Page head-stands-still: all endpoints") == 1, Patience);
            proxy.Clear();
            await Eventually.NotNullAsync(
                async () =>
                {
                    await Devnet.MineL1Async();
                    return service.Dangers.Dangers.Any(danger => danger.Code == "head-stands-still") ? null : "well";
                },
                Patience);
            Assert.Equal(1, lines.Count("Page head-stands-still: all endpoints"));
            await service.StopAsync(None);
        }

        folder.Delete(recursive: true);
    }

    // Before, nobody listened to the heads that were announced: over WebSocket, too, a move was seen only after PollSeconds.
    [Fact]
    public async Task AnnouncedHead_EndsThePauseBetweenCycles()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gavel-announced-");
        string key = Path.Combine(folder.FullName, "key");
        await File.WriteAllTextAsync(key, DevnetAccounts.Challenger.PrivateKey);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ChainOptions chain = new()
        {
            Name = "announced",
            SystemConfig = Devnet.Addresses.SystemConfig.ToString(),
            L1 = [Devnet.L1Url.Replace("http://", "ws://", StringComparison.Ordinal)],
            RollupNodes = [Devnet.RollupNode.Url],
            L2ExecutionNodes = [Devnet.L2Url],
            PollSeconds = 3_600,
            DryRun = true,
            Account = new AccountOptions { KeyFile = key },
        };
        DateTimeOffset start = DateTimeOffset.UtcNow;
        ManualTime time = new(start);
        ConcurrentQueue<ulong> seen = [];
        using HttpClient http = new();
        using (ChallengerService service = new(new ChallengerOptions { DataDirectory = folder.FullName, Chains = [chain] }, time, http, new Lines<ChallengerService>()))
        {
            service.Cycled += (_, report) => seen.Enqueue(report.View.Block.Number);
            await service.StartAsync(None);
            await Eventually.TrueAsync(() => !seen.IsEmpty, Patience);
            await Eventually.NotNullAsync(
                async () =>
                {
                    int before = seen.Count;
                    await Devnet.MineL1Async();
                    time.Advance(TimeSpan.FromSeconds(1)); // the least pause; what is left of the hour does not pass, however slow the machine is
                    for (int moment = 0; moment < 20 && seen.Count == before; moment++)
                    {
                        await Task.Delay(50);
                    }

                    return seen.Count > 2 ? "woken" : null;
                },
                4 * Patience);
            Assert.True(time.GetUtcNow() - start < TimeSpan.FromSeconds(3_600));
            Assert.Equal(seen.Distinct().Order(), seen);
            await service.StopAsync(None);
        }

        folder.Delete(recursive: true);
    }

    private static List<Address> Games(GameBook book) => [.. book.Games.Select(game => game.Metadata.Game)];

    private GameBook Book(Address account, ulong auditInterval = 1000) =>
        new(Devnet.L1, Devnet.Addresses.DisputeGameFactory, [account], auditInterval, NullLogger.Instance);

    private async Task<BookUpdate> UpdateAsync(GameBook book) => await book.UpdateAsync(await L1View.OfHeadAsync(Devnet.L1, None), None);

    private Task<RpcReceipt> SendAsync(ContractCall call) => Devnet.SendAsync(DevnetAccounts.Users[0], call.To, call.Data, call.Value);

    private async Task<Address> CreateAsync(string root)
    {
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, Devnet.Addresses.DisputeGameFactory, DevnetGameType.Alphabet);
        await batch.RunAsync(None);
        ContractCall call = DisputeGameFactory.Create(Devnet.Addresses.DisputeGameFactory, DevnetGameType.Alphabet, Samples.Hash(root), _block++, bond.Value);
        await Devnet.SendAsync(DevnetAccounts.Proposer, call.To, call.Data, call.Value);
        return (await new GameReader(Devnet.L1).ListAsync(Devnet.Addresses.DisputeGameFactory, 0, BlockRef.Latest, None))[^1].Game;
    }
}
