using System.Collections.Concurrent;
using Gavel.Agent.Demo;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Rollup;
using Microsoft.Extensions.Logging;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>A devnet with Gavel on it, and what a test needs to play whole games against it.</summary>
internal sealed class Ring : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly HttpClient _http = new();
    private readonly List<ChallengerService> _services = [];
    private readonly ILoggerFactory _loggers;
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"gavel-e2e-{Guid.NewGuid():N}");

    private Ring(LocalDevnet devnet)
    {
        Devnet = devnet;
        Directory.CreateDirectory(_data);
        Lines = new LineLog();
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(Lines));
    }

    public LocalDevnet Devnet { get; }

    /// <summary>Folder for keys, journals and caches of this ring.</summary>
    public string Data => _data;

    /// <summary>For downloads.</summary>
    public HttpClient Http => _http;

    /// <summary>Everything that Gavel has logged.</summary>
    public LineLog Lines { get; }

    /// <summary>The last cycle's report, by chain.</summary>
    public ConcurrentDictionary<string, CycleReport> Reports { get; } = new();

    public static async Task<Ring> OpenAsync(DevnetOptions options, CancellationToken cancellationToken) =>
        new(await LocalDevnet.StartAsync(options, cancellationToken));

    /// <summary>Starts Gavel as an account's challenger.</summary>
    public async Task<ChallengerService> StartGavelAsync(
        DevnetAccount account, CancellationToken cancellationToken, Action<ChainOptions>? configure = null, string name = "devnet")
    {
        ChainOptions chain = DevnetDefence.Of(Devnet, account, _data, name);
        configure?.Invoke(chain);
        ChallengerOptions options = new() { DataDirectory = Path.Combine(_data, name), Chains = [chain] };
        ChallengerService service = new(options, TimeProvider.System, _http, _loggers.CreateLogger<ChallengerService>());
        service.Cycled += (chainName, report) => Reports[chainName] = report;
        _services.Add(service);
        await service.StartAsync(cancellationToken);
        return service;
    }

    /// <summary>Creates a game as an account.</summary>
    public async Task<GameMetadata> CreateGameAsync(
        DevnetAccount from, uint gameType, Hash32 root, ulong l2Block, CancellationToken cancellationToken, Address? factory = null)
    {
        Address maker = factory ?? Devnet.Addresses.DisputeGameFactory;
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, maker, gameType);
        await batch.RunAsync(cancellationToken);
        ContractCall call = DisputeGameFactory.Create(maker, gameType, root, l2Block, bond.Value);
        await Devnet.SendAsync(from, call.To, call.Data, call.Value, cancellationToken: cancellationToken);
        GameReader reader = new(Devnet.L1);
        IReadOnlyList<ListedGame> games = await reader.ListAsync(maker, 0, BlockRef.Latest, cancellationToken);
        return await reader.MetadataAsync(games[^1], BlockRef.Latest, cancellationToken);
    }

    /// <summary>The output root of an L2 block, as the devnet's honest rollup node tells it.</summary>
    public async Task<Hash32> OutputAsync(ulong block, CancellationToken cancellationToken)
    {
        await using RpcEndpoint node = new(EndpointUrl.Parse(Devnet.RollupNode.Url));
        return (await new RollupNode(node).OutputAtBlockAsync(block, cancellationToken)).OutputRoot;
    }

    /// <summary>The true outputs of a game's blocks up to the proposed one, as a trace without an execution half.</summary>
    public async Task<KnownOutputs> TruthAsync(GameMetadata game, CancellationToken cancellationToken)
    {
        await using RpcEndpoint node = new(EndpointUrl.Parse(Devnet.RollupNode.Url));
        return await KnownOutputs.OfAsync(game, new RollupNode(node), cancellationToken);
    }

    /// <summary>The state of a game now.</summary>
    public async Task<GameState> StateAsync(GameMetadata game, CancellationToken cancellationToken, params Address[] recipients) =>
        (await new GameWindow(Devnet.L1, game).ReadAsync(recipients, cancellationToken)).State;

    /// <summary>Lets players and Gavel answer each other until nobody has anything left to do for a while.</summary>
    public async Task FightAsync(
        GameMetadata game, IReadOnlyList<Player> players, CancellationToken cancellationToken, Func<GameState, Task>? eachRound = null)
    {
        int quiet = 0;
        int claims = 0;
        DateTime end = DateTime.UtcNow + Patience;
        while (quiet < 15)
        {
            int moves = 0;
            foreach (Player player in players)
            {
                moves += await player.MoveAsync(cancellationToken);
            }

            GameState state = await StateAsync(game, cancellationToken);
            if (eachRound is not null)
            {
                await eachRound(state);
            }

            int marks = state.Claims.Count + state.Claims.Count(claim => !claim.CounteredBy.IsZero);
            ulong head = await Devnet.L1.GetBlockNumberAsync(cancellationToken);
            bool busy = moves > 0 || marks != claims || players.Any(player => player.IsThinking) || IsAnyBusy || !HaveSeen(head);
            claims = marks;
            quiet = busy ? 0 : quiet + 1;
            Assert.True(DateTime.UtcNow < end, $"the fight did not end; Gavel's log:\n{Lines}");
            await Task.Delay(100, cancellationToken);
        }
    }

    // What a Gavel has not seen it has not answered: on a loaded machine a cycle takes longer than a quiet moment.
    private bool HaveSeen(ulong head) => Reports.Values.All(report => report.View.Block.Number >= head);

    // A Gavel whose first cycle has not ended has not had its turn yet.
    private bool IsAnyBusy => (_services.Count > 0 && Reports.IsEmpty) || Reports.Values.Any(IsBusy);

    // Also while a VM runs: on a loaded machine that takes longer than a quiet moment.
    private static bool IsBusy(CycleReport report) => report.Planned > 0 || report.Judgements.Values.Any(judgement =>
        judgement.Solution.Unanswered.Any(unanswered => unanswered.IsUnderWay));

    /// <summary>Waits until the chain shows something.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, $"waited in vain until {what}; Gavel's log:\n{Lines}");
            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>
    /// Lets all clocks run out, waits for Gavel to resolve the game (on 2.x, after the finality delay, to close it and unlock too), lets the bonds'
    /// delay pass and waits for Gavel to withdraw.
    /// </summary>
    public async Task<GameState> SettleAsync(GameMetadata game, Address winner, CancellationToken cancellationToken)
    {
        await Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1), cancellationToken);
        await UntilAsync("the game is resolved", async () => (await StateAsync(game, cancellationToken)).Status != GameStatus.InProgress, cancellationToken);
        GameState resolved = await StateAsync(game, cancellationToken, winner);
        if (game.Rules.RuleSet.IsClosed)
        {
            await Devnet.WarpAsync(Devnet.Options.DisputeGameFinalityDelay + TimeSpan.FromSeconds(1), cancellationToken);
            await UntilAsync(
                "the bonds are unlocked", async () => (await StateAsync(game, cancellationToken, winner)).Credits[winner].IsUnlocked, cancellationToken);
        }

        await Devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules.WethDelay + 1), cancellationToken);
        await UntilAsync(
            "the bonds are withdrawn", async () => (await StateAsync(game, cancellationToken, winner)).Credits[winner].Owed.IsZero, cancellationToken);
        return resolved;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChallengerService service in _services)
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
        }

        await Devnet.DisposeAsync();
        _http.Dispose();
        _loggers.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
