using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// Reads what never changes about super games (types 9 and 5) at one L1 block. They are recognised by what they are, not by their type's number: the root claim is the keccak of a super root in the extra data,
/// whose timestamp is the sequence number. A minor of version 0 that nobody has measured is read by its functions. What such a game is, is all that this tells: nothing plays one yet.
/// </summary>
public sealed class SuperGameReader(ChainReader client)
{
    private readonly ImplementationCache _cache = new(client);

    /// <summary>What never changes about games, in their order; null for one that is no super game as far as it could be read.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<IReadOnlyList<SuperGameMetadata?>> MetadataAsync(IReadOnlyList<ListedGame> games, BlockRef at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(games);
        if (games.Count == 0)
        {
            return [];
        }

        IReadOnlyList<CallResult> codes = await client.GetCodesAsync([.. games.Select(game => game.Game)], at, cancellationToken);
        ReadBatch batch = new(client, at);
        SuperGameReads[] reads = [.. games.Select(game => new SuperGameReads(batch, game.Game))];
        await batch.RunAsync(cancellationToken);
        foreach (SuperGameReads read in reads.Where(read => read.Claimed is not null))
        {
            read.AddRest(batch);
        }

        await batch.RunAsync(cancellationToken);
        IReadOnlyDictionary<Address, ReadTrouble> vmTroubles = await _cache.LearnVmsAsync(
            reads.Where(read => read.Claimed is not null && read.Kind != SuperGameKind.Published).Select(read => read.Vm).OfType<Address>(), at, cancellationToken);
        return [.. games.Select((game, i) => reads[i].Claimed is null ? null : Read(game, reads[i], codes[i], vmTroubles))];
    }

    private SuperGameMetadata Read(ListedGame game, SuperGameReads read, CallResult code, IReadOnlyDictionary<Address, ReadTrouble> vmTroubles)
    {
        SuperCloneArguments? clone = code.Error is null && CloneCode.Parse(code.Output) is { } parsed ? SuperCloneArguments.Parse(parsed.Arguments.Span) : null;
        ReadTrouble? trouble = code.Error is { } error ? new ReadTrouble($"the node did not tell its code ({error.Message})", true)
            : code.Output.IsEmpty ? new ReadTrouble("the node says that there is no code at its address", true)
            : read.GameType != game.GameType ? ReadTrouble.Lasting($"it says that it is of type {read.GameType}, its factory of {game.GameType}")
            : read.Trouble
                ?? (clone is not null && read.DifferenceFrom(clone) is { } difference ? ReadTrouble.Lasting(difference) : null)
                ?? (read.Kind != SuperGameKind.Published && read.Vm is { } vm ? vmTroubles.GetValueOrDefault(vm) : null);
        return new SuperGameMetadata
        {
            Game = game.Game,
            GameType = game.GameType,
            Kind = read.Kind,
            Version = read.Version,
            CreatedAt = game.CreatedAt,
            Claimed = read.Claimed!,
            L1Head = read.L1Head,
            Creator = read.Creator,
            AnchorStateRegistry = read.Registry,
            Proposer = read.Proposer,
            CodeHash = clone is not null && trouble is null ? Keccak256.Hash(code.Output.Span) : null,
            Rules = trouble is null && read.Kind != SuperGameKind.Published ? read.Rules(_cache.FindVm(read.Vm!.Value)!.Value) : null,
            Doubt = trouble is null ? null : new GameDoubt(trouble.Text, !trouble.IsNodes),
        };
    }
}
