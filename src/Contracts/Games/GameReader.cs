using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>
/// Reads games at one L1 block, many at a time. It remembers what is the same for all games of an implementation, so one reader should live as
/// long as its chain is watched. Safe for concurrent use.
/// </summary>
/// <param name="client">The L1 node.</param>
/// <param name="portal">The chain's portal, which alone tells the standing of games of 1.2.0 and 1.3.x; null where it is not known.</param>
public sealed class GameReader(ChainReader client, Address? portal = null)
{
    private readonly MetadataReader _metadata = new(client);

    /// <summary>The games of a factory with indices <paramref name="from"/> … count - 1.</summary>
    /// <exception cref="ContractReadException">
    /// The factory did not answer as one, or told a count that cannot be: more than fit the chain's blocks, or more than it lists.
    /// </exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<IReadOnlyList<ListedGame>> ListAsync(Address factory, ulong from, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        Read<ulong> told = DisputeGameFactory.GameCount(batch, factory);
        await batch.RunAsync(cancellationToken);
        ulong count = told.Value;
        if (count < from)
        {
            throw Impossible(told, at, $"it tells {count} games and has told {from}");
        }

        if (count == from)
        {
            return [];
        }

        if (count - from > CountBounds.Chunk)
        {
            RpcBlock block = await client.GetBlockAsync(at, cancellationToken);
            ulong bound = CountBounds.Games(block.Number, block.GasLimit);
            if (count > bound)
            {
                throw Impossible(told, at, $"{count} games are more than {bound}, which is the most that can be at block {block.Number}");
            }
        }

        // The last one first: a count that is wrong ends here, not after all that it promises was asked for.
        Read<ListedGame> last = DisputeGameFactory.GameAtIndex(batch, factory, count - 1);
        try
        {
            await batch.RunAsync(cancellationToken);
        }
        catch (ContractReadException missing)
        {
            throw Impossible(told, at, $"it tells {count} games, of which the last is not to be had", missing);
        }

        List<ListedGame> games = [];
        while (from < count - 1)
        {
            ulong end = Math.Min(count - 1, from + CountBounds.Chunk);
            List<Read<ListedGame>> reads = [];
            for (; from < end; from++)
            {
                reads.Add(DisputeGameFactory.GameAtIndex(batch, factory, from));
            }

            await batch.RunAsync(cancellationToken);
            games.AddRange(reads.Select(read => read.Value));
        }

        return [.. games, last.Value];
    }

    /// <summary>
    /// For each game whether it matters: it is in progress, its status cannot be read, or it owes one of the accounts something. One small read
    /// tells of a game in progress, few more of a finished one, so that a factory of thousands of games is scanned quickly. (On 2.x what would be
    /// refunded counts too, for as long as the game's bond mode may still become that of refunds.)
    /// </summary>
    /// <param name="games">The games.</param>
    /// <param name="accounts">Whose credit counts.</param>
    /// <param name="at">The block.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <param name="closes">Whether games that the defender has won matter as long as they are not closed.</param>
    public async Task<IReadOnlyList<bool>> MatterAsync(
        IReadOnlyList<ListedGame> games, IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellationToken, bool closes = false)
    {
        ReadBatch batch = new(client, at);
        Read<GameStatus>[] statuses = [.. games.Select(game => batch.Enumeration<StatusFunction, GameStatus>(game.Game, GameStatus.DefenderWins, optional: true))];
        await batch.RunAsync(cancellationToken);
        bool[] matter = [.. statuses.Select(status => status.ValueOr(GameStatus.InProgress) == GameStatus.InProgress)];
        var finished = Enumerable.Range(0, games.Count).Where(i => !matter[i]).Select(i => (
            Index: i,
            Weth: batch.Address<WethFunction>(games[i].Game, optional: true),
            Credits: accounts.SelectMany(account => (Read<UInt256>[])
            [
                batch.Number(games[i].Game, optional: true, new CreditFunction { Recipient = account.ToAbi() }),
                batch.Number(games[i].Game, optional: true, new RefundModeCreditFunction { Account = account.ToAbi() }),
            ]).ToArray(),
            Mode: closes && statuses[i].Value == GameStatus.DefenderWins
                ? batch.Enumeration<BondDistributionModeFunction, BondDistributionMode>(games[i].Game, BondDistributionMode.Refund, optional: true)
                : null)).ToArray();
        await batch.RunAsync(cancellationToken);

        // What is unlocked waits in the bond store. A game that names none, or another contract, is no reason to end the scan.
        var pending = finished.Where(read => read.Weth.HasValue).SelectMany(read => accounts.Select(account => (
            read.Index,
            Withdrawal: DelayedWeth.MaybeWithdrawal(batch, read.Weth.Value, games[read.Index].Game, account)))).ToArray();
        await batch.RunAsync(cancellationToken);
        foreach ((int index, Read<Address> weth, Read<UInt256>[] credits, Read<BondDistributionMode>? mode) in finished)
        {
            matter[index] = mode is { HasValue: true, Value: BondDistributionMode.Undecided } || IsUnclear(weth) || credits.Any(static credit => IsUnclear(credit) || !credit.ValueOr(default).IsZero);
        }

        foreach ((int index, Read<PendingWithdrawal> withdrawal) in pending)
        {
            matter[index] |= IsUnclear(withdrawal) || !withdrawal.ValueOr(default).Amount.IsZero;
        }

        return matter;

        // Only a revert is the contract's own answer; what came out of a node's bad moment must not make us forget a game.
        static bool IsUnclear(PendingRead read) => read.Fault is ReadFault.Garbled or ReadFault.Unanswered;
    }

    /// <summary>What never changes about a game of which only the address is known.</summary>
    /// <exception cref="ContractReadException">The address holds no dispute game: it tells no game type.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<GameMetadata> MetadataAsync(Address game, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        Read<uint> gameType = batch.UInt32<GameTypeFunction>(game);
        Read<ulong> createdAt = batch.UInt64<CreatedAtFunction>(game, optional: true);
        await batch.RunAsync(cancellationToken);
        return await MetadataAsync(new ListedGame(0, gameType.Value, createdAt.ValueOr(0), game), at, cancellationToken);
    }

    /// <summary>What never changes about a game; see <see cref="MetadataAsync(IReadOnlyList{ListedGame}, BlockRef, CancellationToken)"/>.</summary>
    public async Task<GameMetadata> MetadataAsync(ListedGame listed, BlockRef at, CancellationToken cancellationToken) =>
        (await _metadata.ReadAsync([listed], at, cancellationToken))[0];

    /// <summary>
    /// What never changes about games, in their order. A game of an unknown kind, or one that could not be read, gives metadata without rules
    /// and with a <see cref="GameMetadata.Doubt"/>, never an error.
    /// </summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public Task<IReadOnlyList<GameMetadata>> MetadataAsync(IReadOnlyList<ListedGame> listed, BlockRef at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(listed);
        return _metadata.ReadAsync(listed, at, cancellationToken);
    }

    /// <summary>Forgets what was remembered of implementations. To be called after a reorganisation: another contract may stand at an address.</summary>
    public void Forget() => _metadata.Forget();

    /// <summary>The state of games at a block. A game in progress costs five to seven requests, two an account and one a claim.</summary>
    /// <param name="games">Games with rules.</param>
    /// <param name="recipients">Whose credit to read.</param>
    /// <param name="at">The block, by hash; a tag is resolved to the hash of its block first.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>States in the order of <paramref name="games"/>.</returns>
    /// <exception cref="ContractReadException">A game did not answer as one, or told a count of claims that cannot be.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<IReadOnlyList<GameState>> StatesAsync(
        IReadOnlyList<GameMetadata> games, IReadOnlyList<Address> recipients, BlockRef at, CancellationToken cancellationToken)
    {
        RpcBlock block = await client.GetBlockAsync(at, cancellationToken);
        ReadBatch batch = new(client, at.Hash is null ? BlockRef.At(block.Hash) : at);
        GameStateReads[] reads = [.. games.Select(game => new GameStateReads(batch, game, recipients, portal))];
        await batch.RunAsync(cancellationToken);
        foreach (GameStateReads read in reads)
        {
            read.CheckCount(block, batch.At);
            read.AddRest(batch);
        }

        await batch.RunAsync(cancellationToken);
        foreach (GameStateReads read in reads)
        {
            while (read.AddClaims(batch))
            {
                await batch.RunAsync(cancellationToken);
            }

            read.AddLast(batch, block.Timestamp);
        }

        await batch.RunAsync(cancellationToken);
        return [.. reads.Select(read => read.Finish())];
    }

    internal static ContractReadException Impossible(PendingRead read, BlockRef at, string problem, Exception? inner = null) =>
        new(read.Contract, read.Function, at, problem, inner);
}
