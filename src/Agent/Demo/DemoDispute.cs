using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Rollup;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.Agent.Demo;

/// <summary>
/// The demo's dispute: a proposer bonds a false output root, Gavel takes it apart claim by claim down to one instruction of a real program,
/// which the real MIPS contract executes, and takes the bonds home. Nothing is staged but the proposer's lie and the passing of time.
/// </summary>
internal sealed class DemoDispute(LocalDevnet devnet, DemoView view, string folder)
{
    private const ulong FirstFalseBlock = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(150);
    private static readonly DevnetAccount Us = DevnetAccounts.Challenger;
    private static readonly DevnetAccount Proposer = DevnetAccounts.Dishonest;
    private readonly GameReader _reader = new(devnet.L1);

    /// <summary>Plays the dispute.</summary>
    /// <returns>How it ended.</returns>
    public async Task<DemoOutcome> PlayAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        UInt256 before = await devnet.L1.GetBalanceAsync(Us.Address, BlockRef.Latest, cancellationToken);
        await using RpcEndpoint node = new(EndpointUrl.Parse(devnet.RollupNode.Url));
        RollupNode rollup = new(node);
        ulong block = (await rollup.SyncStatusAsync(cancellationToken)).SafeL2.Number;
        GameMetadata game = await ProposeAsync(block, cancellationToken);
        KnownOutputs truth = await KnownOutputs.OfAsync(game, rollup, cancellationToken);
        Player liar = new(devnet, Proposer, game, new FalseTrace(game, truth, FirstFalseBlock, (_, leaf) => FalseTrace.FalseState(leaf, VmStatus.Invalid)));

        using HttpClient http = new();
        ChallengerOptions options = new() { DataDirectory = Path.Combine(folder, "data"), Chains = [DevnetDefence.Of(devnet, Us, folder)] };
        using ChallengerService gavel = new(options, TimeProvider.System, http, NullLogger<ChallengerService>.Instance);
        await gavel.StartAsync(cancellationToken);
        try
        {
            view.Stage("Gavel watches the factory and answers every false claim");
            await UntilAsync(game, liar, state => state.Claims.Any(claim => claim.Position.Depth == game.Rules!.MaxDepth && !claim.CounteredBy.IsZero), cancellationToken);
            view.Stage("The real MIPS contract has executed the disputed instruction: the last claim is false");
            await devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules!.Clock.MaxDuration + 1), cancellationToken);
            view.Stage("The clocks have run out; Gavel resolves the game bottom up");
            await UntilAsync(game, null, state => state.Status != GameStatus.InProgress, cancellationToken);
            if (game.Rules.RuleSet.IsClosed)
            {
                view.Stage("The result becomes final after a delay; then Gavel closes the game and unlocks the bonds");
                await devnet.WarpAsync(devnet.Options.DisputeGameFinalityDelay + TimeSpan.FromSeconds(1), cancellationToken);
                await UntilAsync(game, null, state => state.Credits[Us.Address].IsUnlocked, cancellationToken);
            }

            view.Stage("The bonds wait in DelayedWETH");
            await devnet.WarpAsync(TimeSpan.FromSeconds(game.Rules.WethDelay + 1), cancellationToken);
            GameState end = await UntilAsync(game, null, state => state.Credits[Us.Address].Owed.IsZero, cancellationToken);
            UInt256 after = await devnet.L1.GetBalanceAsync(Us.Address, BlockRef.Latest, cancellationToken);
            return new DemoOutcome(
                end.Status,
                after.ToBigInteger() - before.ToBigInteger(),
                gavel.Health.Values.Sum(health => health.VmSteps),
                Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            await gavel.StopAsync(CancellationToken.None);
        }
    }

    private async Task<GameMetadata> ProposeAsync(ulong block, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, devnet.Addresses.DisputeGameFactory, DevnetGameType.Cannon);
        await batch.RunAsync(cancellationToken);
        Hash32 lie = FalseTrace.FalseOutput(block);
        ContractCall call = DisputeGameFactory.Create(devnet.Addresses.DisputeGameFactory, DevnetGameType.Cannon, lie, block, bond.Value);
        await devnet.SendAsync(Proposer, call.To, call.Data, call.Value, cancellationToken: cancellationToken);
        IReadOnlyList<ListedGame> games = await _reader.ListAsync(devnet.Addresses.DisputeGameFactory, 0, BlockRef.Latest, cancellationToken);
        view.Stage(string.Create(
            CultureInfo.InvariantCulture, $"A dishonest proposer bonds {Ether.Format(bond.Value)} ETH on a false output root for L2 block {block}: game {games[^1].Game}"));
        return await _reader.MetadataAsync(games[^1], BlockRef.Latest, cancellationToken);
    }

    // Lets the liar play and shows the game until it is in the state that is waited for.
    private async Task<GameState> UntilAsync(GameMetadata game, Player? liar, Func<GameState, bool> reached, CancellationToken cancellationToken)
    {
        long since = Stopwatch.GetTimestamp();
        GameWindow window = new(devnet.L1, game);
        while (true)
        {
            if (liar is not null)
            {
                await liar.MoveAsync(cancellationToken);
            }

            (GameState state, RpcBlock head) = await window.ReadAsync([Us.Address], cancellationToken);
            UInt256 ours = await devnet.L1.GetBalanceAsync(Us.Address, BlockRef.At(head.Hash), cancellationToken);
            UInt256 theirs = await devnet.L1.GetBalanceAsync(Proposer.Address, BlockRef.At(head.Hash), cancellationToken);
            view.Show(new DemoScene(game, state, head.Timestamp, ours, theirs, Us.Address));
            if (reached(state))
            {
                return state;
            }

            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new DevnetException($"the dispute got stuck with {state.Claims.Count} claims, status {state.Status}; this is a fault of Gavel, please report it");
            }

            await Task.Delay(Tick, cancellationToken);
        }
    }
}

/// <summary>How the dispute ended.</summary>
/// <param name="Status">Who won.</param>
/// <param name="Profit">Change of our balance in wei, gas taken off.</param>
/// <param name="VmSteps">VM steps executed off chain.</param>
/// <param name="Elapsed">Wall time.</param>
internal sealed record DemoOutcome(GameStatus Status, BigInteger Profit, long VmSteps, TimeSpan Elapsed)
{
    /// <summary>True when Gavel has won and has more than before: every bond is back, and those of the claims it countered with them.</summary>
    public bool IsGood => Status == GameStatus.ChallengerWins && Profit.Sign > 0;

    /// <summary>One sentence for people and one line for programs, which is the last.</summary>
    public string Words()
    {
        string winner = Status == GameStatus.ChallengerWins ? "challenger" : "proposer";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The {winner} has won. Gavel's balance changed by {Ether.Format(Profit)} ETH, gas paid. The VM executed {VmSteps:N0} steps off chain, the contract one.\nwinner={winner} profit={Ether.Format(Profit)} steps={VmSteps} seconds={Elapsed.TotalSeconds:F1}");
    }
}

/// <summary>The game at one moment.</summary>
/// <param name="Game">What never changes.</param>
/// <param name="State">Its claims.</param>
/// <param name="Now">Block time in seconds.</param>
/// <param name="Ours">Our balance in wei.</param>
/// <param name="Theirs">The proposer's.</param>
/// <param name="Us">Our account.</param>
internal sealed record DemoScene(GameMetadata Game, GameState State, ulong Now, UInt256 Ours, UInt256 Theirs, Address Us);
