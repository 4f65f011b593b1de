using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>Reads games at one L1 block, many at a time.</summary>
public sealed class GameReader(ChainReader client)
{
    private const ulong GamesAtATime = 1000;

    /// <summary>The games of a factory with indices <paramref name="from"/> … count - 1.</summary>
    /// <exception cref="ContractReadException">The factory did not answer as one, or tells a number of games that cannot be.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<IReadOnlyList<ListedGame>> ListAsync(Address factory, ulong from, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        Read<ulong> count = DisputeGameFactory.GameCount(batch, factory);
        await batch.RunAsync(cancellationToken);
        if (count.Value < from)
        {
            throw new ContractReadException(factory, "gameCount()", at, $"it tells {count.Value} games and has told {from}");
        }

        if (count.Value == from)
        {
            return [];
        }

        // One wrong digit would be billions of reads: the last game must exist before anything is spent on the others.
        Read<ListedGame> last = DisputeGameFactory.GameAtIndex(batch, factory, count.Value - 1);
        try
        {
            await batch.RunAsync(cancellationToken);
        }
        catch (ContractReadException missing)
        {
            throw new ContractReadException(factory, "gameCount()", at, $"it tells {count.Value} games, of which the last is not to be had", missing);
        }

        List<ListedGame> games = [];
        while (from < count.Value - 1)
        {
            ulong portion = Math.Min(GamesAtATime, count.Value - 1 - from);
            Read<ListedGame>[] reads = [.. Enumerable.Range(0, (int)portion).Select(i => DisputeGameFactory.GameAtIndex(batch, factory, from + (ulong)i))];
            await batch.RunAsync(cancellationToken);
            games.AddRange(reads.Select(game => game.Value));
            from += portion;
        }

        return [.. games, last.Value];
    }

    /// <summary>
    /// For each game whether it matters: it is in progress, its status cannot be read, or it owes one of the accounts something. Two small
    /// reads a game tell, so that a factory of thousands of finished games is scanned quickly. (On 2.x what would be refunded counts too, for
    /// as long as the game's bond mode may still become that of refunds.)
    /// </summary>
    public async Task<IReadOnlyList<bool>> MatterAsync(
        IReadOnlyList<ListedGame> games, IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        var reads = games.Select(game => (
            Status: batch.AddOptional(game.Game, FaultDisputeGame.Get.Status, null, data => data.UInt8()),
            Weth: batch.AddOptional(game.Game, FaultDisputeGame.Get.Weth, null, data => data.Address()),
            Credits: accounts.SelectMany(account => new[] { FaultDisputeGame.Get.Credit, FaultDisputeGame.Get.RefundModeCredit }
                .Select(function => batch.AddOptional(game.Game, function, a => a.Address(account), data => data.UInt()))).ToArray())).ToArray();
        await batch.RunAsync(cancellationToken);

        // What is unlocked waits in the bond store. A game that names none, or another contract, is no reason to end the scan.
        var pending = reads.Select((read, i) => !read.Weth.HasValue ? [] : accounts
            .Select(account => DelayedWeth.MaybeWithdrawal(batch, read.Weth.Value, games[i].Game, account)).ToArray()).ToArray();
        await batch.RunAsync(cancellationToken);
        return [.. reads.Select((read, i) => read.Status.ValueOr(0) == (byte)GameStatus.InProgress
            || IsUnclear(read.Weth)
            || read.Credits.Any(credit => IsUnclear(credit) || !credit.ValueOr(default).IsZero)
            || pending[i].Any(withdrawal => IsUnclear(withdrawal) || !withdrawal.ValueOr(default).Amount.IsZero))];

        // Only a revert is the contract's own answer; what came out of a node's bad moment must not make us forget a game.
        static bool IsUnclear<T>(Read<T> read) => read.Fault is ReadFault.Garbled or ReadFault.Unanswered;
    }

    /// <summary>What never changes about a game of which only the address is known.</summary>
    /// <exception cref="ContractReadException">The address holds no dispute game: it tells no game type.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<GameMetadata> MetadataAsync(Address game, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        Read<uint> gameType = batch.Add(game, FaultDisputeGame.Get.GameType, null, data => data.UInt32());
        Read<ulong> createdAt = batch.AddOptional(game, FaultDisputeGame.Get.CreatedAt, null, data => data.UInt64());
        await batch.RunAsync(cancellationToken);
        return await MetadataAsync(new ListedGame(0, gameType.Value, createdAt.ValueOr(0), game), at, cancellationToken);
    }

    /// <summary>What never changes about a game. A game of an unknown kind gives metadata without rules, never an error.</summary>
    public async Task<GameMetadata> MetadataAsync(ListedGame listed, BlockRef at, CancellationToken cancellationToken)
    {
        Address game = listed.Game;
        ReadBatch batch = new(client, at);
        Read<string> version = batch.AddOptional(game, FaultDisputeGame.Get.Version, null, data => data.String());
        Read<Hash32> rootClaim = batch.AddOptional(game, FaultDisputeGame.Get.RootClaim, null, data => data.Bytes32());
        Read<Hash32> l1Head = batch.AddOptional(game, FaultDisputeGame.Get.L1Head, null, data => data.Bytes32());
        Read<UInt256> block = batch.AddOptional(game, FaultDisputeGame.Get.L2BlockNumber, null, data => data.UInt());
        Read<Address> creator = batch.AddOptional(game, FaultDisputeGame.Get.GameCreator, null, data => data.Address());
        Read<int> maxDepth = batch.AddOptional(game, FaultDisputeGame.Get.MaxGameDepth, null, data => (int)data.UInt32());
        Read<int> splitDepth = batch.AddOptional(game, FaultDisputeGame.Get.SplitDepth, null, data => (int)data.UInt32());
        Read<Address> vm = batch.AddOptional(game, FaultDisputeGame.Get.Vm, null, data => data.Address());
        await batch.RunAsync(cancellationToken);

        GameGeneration generation = maxDepth.HasValue && splitDepth.HasValue && vm.HasValue && maxDepth.Value is > 0 and <= Position.MaxDepth && splitDepth.Value >= 0 && splitDepth.Value < maxDepth.Value
            ? GenerationOf(version.ValueOr(""))
            : GameGeneration.Unsupported;
        GameRules? rules = null;
        try
        {
            rules = generation == GameGeneration.Unsupported
                ? null
                : await RulesAsync(game, generation, maxDepth.Value, splitDepth.Value, vm.Value, at, cancellationToken);
        }
        catch (ContractReadException)
        {
            // It calls itself a version that we know and does not answer like one: shown, never moved on.
            generation = GameGeneration.Unsupported;
        }

        return new GameMetadata
        {
            Game = game,
            GameType = listed.GameType,
            Version = version.ValueOr(""),
            Generation = generation,
            CreatedAt = listed.CreatedAt,
            RootClaim = rootClaim.ValueOr(default),
            L1Head = l1Head.ValueOr(default),
            L2BlockNumber = block.ValueOr(default),
            Creator = creator.ValueOr(default),
            Rules = rules,
        };
    }

    /// <summary>The state of games at a block.</summary>
    /// <param name="games">Games with rules.</param>
    /// <param name="recipients">Whose credit to read.</param>
    /// <param name="at">The block, by hash.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>States in the order of <paramref name="games"/>.</returns>
    public async Task<IReadOnlyList<GameState>> StatesAsync(
        IReadOnlyList<GameMetadata> games, IReadOnlyList<Address> recipients, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        GameStateReads[] reads = [.. games.Select(game => new GameStateReads(batch, game, recipients))];
        await batch.RunAsync(cancellationToken);
        foreach (GameStateReads read in reads)
        {
            read.AddLastOfMany(batch, at);
        }

        await batch.RunAsync(cancellationToken);
        foreach (GameStateReads read in reads)
        {
            read.AddClaims(batch);
        }

        await batch.RunAsync(cancellationToken);
        return [.. reads.Select(read => read.Finish())];
    }

    private static GameGeneration GenerationOf(string version)
    {
        try
        {
            return GameGenerations.Of(SemanticVersion.Parse(version));
        }
        catch (FormatException)
        {
            return GameGeneration.Unsupported;
        }
    }

    private async Task<GameRules> RulesAsync(
        Address game, GameGeneration generation, int maxDepth, int splitDepth, Address vm, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        Read<(Hash32 Root, ulong Block)> starting = batch.Add(
            game, FaultDisputeGame.Get.StartingOutputRoot, null, data => (data.Bytes32(), data.UInt64()));
        Read<Hash32> prestate = batch.Add(game, FaultDisputeGame.Get.AbsolutePrestate, null, data => data.Bytes32());
        Read<ulong> maxClock = batch.Add(game, FaultDisputeGame.Get.MaxClockDuration, null, data => data.UInt64());
        Read<ulong> extension = batch.Add(game, FaultDisputeGame.Get.ClockExtension, null, data => data.UInt64());
        Read<Address> weth = batch.Add(game, FaultDisputeGame.Get.Weth, null, data => data.Address());
        Read<Address> registry = batch.Add(game, FaultDisputeGame.Get.AnchorStateRegistry, null, data => data.Address());
        Read<ulong> chainId = batch.Add(game, FaultDisputeGame.Get.L2ChainId, null, data => data.UInt64());
        Read<Address> oracle = batch.Add(vm, FaultDisputeGame.Get.Oracle, null, data => data.Address());
        Read<Address> proposer = batch.AddOptional(game, FaultDisputeGame.Get.Proposer, null, data => data.Address());
        Read<Address> challenger = batch.AddOptional(game, FaultDisputeGame.Get.Challenger, null, data => data.Address());
        IReadOnlyList<Read<UInt256>> bonds = FaultDisputeGame.RequiredBonds(batch, game, maxDepth);
        await batch.RunAsync(cancellationToken);
        Read<ulong> challengePeriod = PreimageOracle.ChallengePeriod(batch, oracle.Value);
        Read<ulong> delay = DelayedWeth.Delay(batch, weth.Value);
        await batch.RunAsync(cancellationToken);
        return new GameRules
        {
            StartingOutputRoot = starting.Value.Root,
            StartingBlockNumber = starting.Value.Block,
            AbsolutePrestate = prestate.Value,
            MaxDepth = maxDepth,
            SplitDepth = splitDepth,
            Clock = new ClockRules(
                maxClock.Value,
                extension.Value,
                splitDepth,
                maxDepth,
                generation == GameGeneration.V1 ? ClockExtensionRule.PlainTest : ClockExtensionRule.TestByDepth,
                challengePeriod.Value),
            Vm = vm,
            Oracle = oracle.Value,
            Weth = weth.Value,
            AnchorStateRegistry = registry.Value,
            L2ChainId = chainId.Value,
            Bonds = new BondTable(bonds.Select(bond => bond.Value)),
            WethDelay = delay.Value,
            Permitted = proposer.HasValue && challenger.HasValue ? (proposer.Value, challenger.Value) : null,
        };
    }
}
