using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>What a look at a game's metadata came to.</summary>
/// <param name="Metadata">What never changes about the game; without rules where it cannot be played.</param>
/// <param name="Problem">Why it cannot be played; null when it can.</param>
/// <param name="IsDanger">True where the factory makes games of this type whose rules are known: then it is the reading that fails.</param>
internal sealed record Inspection(GameMetadata Metadata, string? Problem = null, bool IsDanger = false);

/// <summary>Reads what the book needs of factories and of games, such that an error about one game is that game's outcome.</summary>
internal sealed class GameInspector(ChainReader l1, bool closes)
{
    private readonly GameReader _reader = new(l1);

    /// <summary>The games from an index on. A count that cannot be is asked for again before it is told.</summary>
    /// <exception cref="ContractReadException">The factory did not answer as one, twice.</exception>
    public async Task<IReadOnlyList<ListedGame>> ListAsync(Address factory, ulong from, BlockRef at, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ListAsync(factory, from, at, cancellationToken);
        }
        catch (ContractReadException)
        {
            return await _reader.ListAsync(factory, from, at, cancellationToken); // a wrong digit, or a backend's bad moment
        }
    }

    /// <summary>Which games matter; one that cannot be asked does, until it is known better.</summary>
    public async Task<IReadOnlyList<bool>> MatterAsync(
        ListedGame[] games, IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.MatterAsync(games, accounts, at, cancellationToken, closes);
        }
        catch (Exception error) when (Trouble.IsAboutOne(error))
        {
            int half = games.Length / 2;
            return half == 0
                ? [true]
                : [.. await MatterAsync(games[..half], accounts, at, cancellationToken), .. await MatterAsync(games[half..], accounts, at, cancellationToken)];
        }
    }

    /// <summary>Games' metadata, or why they cannot be played.</summary>
    public async Task<IReadOnlyList<Inspection>> InspectAsync(
        IReadOnlyList<ListedGame> listed, BlockRef at, CancellationToken cancellationToken)
    {
        List<Inspection> inspections = [];
        foreach ((ListedGame game, GameMetadata metadata) in listed.Zip(await _reader.MetadataAsync(listed, at, cancellationToken)))
        {
            inspections.Add(metadata.Doubt is { } doubt ? await JudgeAsync(game.Factory, metadata, doubt, at, cancellationToken) : new Inspection(metadata));
        }

        return inspections;
    }

    /// <summary>Forgets what was remembered of implementations, after a reorganisation.</summary>
    public void Forget() => _reader.Forget();

    /// <summary>The marks of games: together, or one by one where the node refuses that.</summary>
    /// <returns>The marks, and why they were not told together; null when they were, or were not asked for so.</returns>
    public async Task<(IReadOnlyList<ulong> Marks, RpcException? Refusal)> MarksAsync(
        IReadOnlyList<Address> games, L1View view, bool together, CancellationToken cancellationToken)
    {
        RpcException? refusal = null;
        if (together)
        {
            try
            {
                return (await GameMarks.ReadAsync(l1, games, view.Block.Number, view.Block.Hash, view.ParentHash, cancellationToken), null);
            }
            catch (RpcException error) when (error.Kind is RpcErrorKind.NodeError or RpcErrorKind.Malformed or RpcErrorKind.Revert)
            {
                refusal = error;
            }
        }

        return (await GameMarks.ReadOneByOneAsync(l1, games, view.At, cancellationToken), refusal);
    }

    private async Task<Inspection> JudgeAsync(Address factory, GameMetadata metadata, GameDoubt doubt, BlockRef at, CancellationToken cancellationToken)
    {
        // A node's failure; or it says nothing, or says something and does not answer like it.
        bool isOdd = !doubt.IsGames || metadata.Version.Length == 0 || RuleSet.MayBePlayed(metadata.Version);
        bool isDanger = isOdd && await IsPlayedAsync(factory, metadata.GameType, at, cancellationToken);
        return new Inspection(metadata, isDanger ? $"{doubt.Problem}, although the factory's games of type {metadata.GameType} can be played" : doubt.Problem, isDanger);
    }

    // Whether the factory's present implementation of a type is one that we play.
    private async Task<bool> IsPlayedAsync(Address factory, uint gameType, BlockRef at, CancellationToken cancellationToken)
    {
        try
        {
            ReadBatch batch = new(l1, at);
            Read<Address> implementation = DisputeGameFactory.Implementation(batch, factory, gameType);
            await batch.RunAsync(cancellationToken);
            Read<string> version = FaultDisputeGame.VersionOf(batch, implementation.Value);
            await batch.RunAsync(cancellationToken);
            return RuleSet.MayBePlayed(version.ValueOr(""));
        }
        catch (Exception error) when (Trouble.IsAboutOne(error))
        {
            return false;
        }
    }
}
