using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Settlement.Tests;

/// <summary>A game that ends against what we thought of it is told, with what can still be done, also when it ended while we were down.</summary>
public sealed class ResultWatchTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DevnetAccount Us = DevnetAccounts.Challenger;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-results-");
    private LocalDevnet? _devnet;
    private ulong _block = 7;

    private LocalDevnet Devnet => _devnet!;

    public async Task InitializeAsync() => _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2 });

    public async Task DisposeAsync()
    {
        await Devnet.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task FalseRootMadeFinalWhileWeWereDown_IsToldWithTheGuardiansCalls_AndKeptOverRestarts()
    {
        (GameMetadata game, GameState state) = await CreateAsync("false");
        ManualTime time = new((await TimeAsync()).AddMinutes(1));
        Watch(time).Note(game.Game, state, Samples.Verdict(Truth.Invalid), await ViewAsync());
        await ResolveAsync(game, 1);

        ResultWatch watch = Watch(time); // another life
        await watch.CheckAsync([], await ViewAsync(), None);
        Danger danger = Assert.Single(watch.Dangers);
        Assert.Equal((DangerCodes.GameAgainstVerdict, DangerSeverity.Page, DangerOrigin.Chain), (danger.Kind, danger.Severity, danger.Origin));
        Assert.Contains("LOST: a false root was made final: the game resolved DefenderWins", danger.Problem, StringComparison.Ordinal);
        Assert.Contains("the nodes said so", danger.Problem, StringComparison.Ordinal);
        DevnetAddresses contracts = Devnet.Addresses;
        Assert.Contains($"SuperchainConfig {contracts.SuperchainConfig}.pause(string); OptimismPortal {contracts.OptimismPortal}.blacklistDisputeGame({game.Game}) (data 0x7d6be8dc000000000000000000000000{game.Game.ToString()[2..].ToLowerInvariant()}); "
            + $"OptimismPortal {contracts.OptimismPortal}.setRespectedGameType(", danger.Mend, StringComparison.Ordinal);
        Assert.True(danger.Deadline > time.GetUtcNow().AddMinutes(-2), $"{danger.Deadline}");
        AuditNote note = Assert.Single(new AuditLog(_folder.FullName).ReadNotes(game.Game));
        Assert.Equal((AuditNoteKind.Lost, "0"), (note.Note, note.LostWei));

        ResultWatch again = Watch(time);
        await again.CheckAsync([], await ViewAsync(), None);
        Assert.Equal(danger with { }, Assert.Single(again.Dangers));
        Assert.Single(new AuditLog(_folder.FullName).ReadNotes(game.Game)); // told to the trail once

        time.Advance(TimeSpan.FromDays(30)); // no call of the guardian helps any more
        await again.CheckAsync([], await ViewAsync(), None);
        Assert.Empty(again.Dangers);
        Assert.Null(new VerdictBook(Path.Combine(_folder.FullName, "verdicts")).Find(game.Game));

        // The trail keeps what the book has given up: nobody of ours makes this root the anchor.
        GameState over = await StateAsync(game);
        Assert.Equal(Truth.Unavailable, again.VerdictOn(game.Game, over, null));
        Assert.Equal(Truth.Invalid, again.VerdictOn(game.Game, over with { MovesAnchor = true }, null));
    }

    [Fact]
    public async Task TrueRootThatStands_IsSettled_WithoutAWord()
    {
        (GameMetadata game, GameState state) = await CreateAsync("true");
        ManualTime time = new(await TimeAsync());
        ResultWatch watch = Watch(time);
        watch.Note(game.Game, state, Samples.Verdict(Truth.Valid), await ViewAsync());
        await watch.CheckAsync([], await ViewAsync(), None); // the book may not have it for a moment
        Assert.NotNull(new VerdictBook(Path.Combine(_folder.FullName, "verdicts")).Find(game.Game));
        await ResolveAsync(game, 1);
        await watch.CheckAsync([], await ViewAsync(), None);
        Assert.Empty(watch.Dangers);
        Assert.Null(new VerdictBook(Path.Combine(_folder.FullName, "verdicts")).Find(game.Game));
    }

    [Fact]
    public async Task BondOfOurs_ThatAnotherGets_IsToldToTheWei_AlsoWithoutAVerdict()
    {
        (GameMetadata game, GameState _) = await CreateAsync("disputed");
        await AttackAsync(Us, game, 0, "ours");
        await AttackAsync(DevnetAccounts.Dishonest, game, 1, "theirs");
        GameState state = await StateAsync(game);
        ManualTime time = new(await TimeAsync());
        ResultWatch watch = Watch(time);
        watch.Note(game.Game, state, Samples.Verdict(Truth.Unavailable), await ViewAsync());
        await ResolveAsync(game, 3);
        await watch.CheckAsync([], await ViewAsync(), None);
        Danger danger = Assert.Single(watch.Dangers);
        Assert.Equal(DangerCodes.BondLost, danger.Kind);
        Assert.Contains($"({state.Claims[1].Bond} wei) of our bonds went to others: claim 1", danger.Problem, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromDays(1));
        await watch.CheckAsync([], await ViewAsync(), None);
        Assert.Empty(watch.Dangers);
    }

    [Fact]
    public async Task FalseRootThatNobodyCanMoveAgainst_IsToldBeforeItIsFinal()
    {
        (GameMetadata game, GameState state) = await CreateAsync("false");
        GameBook book = new(Devnet.L1, Devnet.Addresses.DisputeGameFactory, [Us.Address], 1000, new Lines());
        ResultWatch watch = Watch(new ManualTime(await TimeAsync()));
        watch.Note(game.Game, state, Samples.Verdict(Truth.Invalid), await ViewAsync());
        await book.UpdateAsync(await ViewAsync(), None);
        await watch.CheckAsync(book.Games, await ViewAsync(), None);
        Assert.Empty(watch.Dangers); // its clock runs
        await Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        await book.UpdateAsync(await ViewAsync(), None);
        await watch.CheckAsync(book.Games, await ViewAsync(), None);
        Assert.Equal(DangerCodes.GameBeingLost, Assert.Single(watch.Dangers).Kind);
        await ResolveAsync(game, 1, warp: false);
        await book.UpdateAsync(await ViewAsync(), None);
        Assert.Empty(book.Games); // it owes us nothing, and has left the book
        await watch.CheckAsync(book.Games, await ViewAsync(), None);
        Assert.Equal(DangerCodes.GameAgainstVerdict, Assert.Single(watch.Dangers).Kind);
    }

    private ResultWatch Watch(TimeProvider time) => new(
        "chain", Devnet.L1, Devnet.Addresses.OptimismPortal, [Us.Address], new VerdictBook(Path.Combine(_folder.FullName, "verdicts")), new AuditLog(_folder.FullName), time);

    private Task<L1View> ViewAsync() => L1View.OfHeadAsync(Devnet.L1, None);

    private async Task<DateTimeOffset> TimeAsync() => DateTimeOffset.FromUnixTimeSeconds((long)(await ViewAsync()).Timestamp);

    private async Task<GameState> StateAsync(GameMetadata game) => (await new GameReader(Devnet.L1).StatesAsync([game], [Us.Address], BlockRef.Latest, None))[0];

    private async Task<(GameMetadata Game, GameState State)> CreateAsync(string root)
    {
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, Devnet.Addresses.DisputeGameFactory, DevnetGameType.Alphabet);
        await batch.RunAsync(None);
        await SendAsync(DevnetAccounts.Dishonest, DisputeGameFactory.Create(Devnet.Addresses.DisputeGameFactory, DevnetGameType.Alphabet, Samples.Hash(root), _block++, bond.Value));
        GameReader reader = new(Devnet.L1);
        GameMetadata game = await reader.MetadataAsync((await reader.ListAsync(Devnet.Addresses.DisputeGameFactory, 0, BlockRef.Latest, None))[^1], BlockRef.Latest, None);
        return (game, await StateAsync(game));
    }

    private async Task AttackAsync(DevnetAccount from, GameMetadata game, uint claim, string value)
    {
        GameState state = await StateAsync(game);
        UInt256 bond = game.Rules!.Bonds[state.Claims[(int)claim].Position.Depth + 1];
        await SendAsync(from, FaultDisputeGame.MoveOn(game.Game, claim, state.Claims[(int)claim].Value, Samples.Hash(value), isAttack: true, bond));
    }

    private async Task ResolveAsync(GameMetadata game, uint claims, bool warp = true)
    {
        if (warp)
        {
            await Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1));
        }

        for (uint claim = claims; claim > 0; claim--)
        {
            await SendAsync(DevnetAccounts.Users[0], FaultDisputeGame.ResolveClaim(game.Game, claim - 1, 0));
        }

        await SendAsync(DevnetAccounts.Users[0], FaultDisputeGame.Resolve(game.Game));
    }

    private Task<RpcReceipt> SendAsync(DevnetAccount from, ContractCall call) => Devnet.SendAsync(from, call.To, call.Data, call.Value);
}
