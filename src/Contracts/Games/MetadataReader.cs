using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>
/// Reads what never changes about games, many at once. A game that is a plain clone costs three requests: its code, which holds its
/// arguments, one getter that must agree with them, and its starting output. Any other game is asked for everything.
/// </summary>
internal sealed class MetadataReader(ChainReader client)
{
    /// <summary>Games that are asked for everything at the same time: each needs up to 95 requests.</summary>
    private const int FullAtOnce = 8;

    private readonly ImplementationCache _cache = new(client);

    public void Forget() => _cache.Forget();

    public async Task<IReadOnlyList<GameMetadata>> ReadAsync(IReadOnlyList<ListedGame> games, BlockRef at, CancellationToken cancellationToken)
    {
        if (games.Count == 0)
        {
            return [];
        }

        IReadOnlyList<CallResult> codes = await client.GetCodesAsync([.. games.Select(game => game.Game)], at, cancellationToken);
        CloneCode?[] clones = [.. codes.Select(code => code.Error is null ? CloneCode.Parse(code.Output) : null)];
        await _cache.LearnAsync(clones.OfType<CloneCode>().Select(clone => clone.Implementation), at, cancellationToken);

        GameMetadata?[] found = new GameMetadata?[games.Count];
        await ReadClonesAsync(games, codes, clones, found, at, cancellationToken);
        foreach (int[] portion in Enumerable.Range(0, games.Count).Where(i => found[i] is null).Chunk(FullAtOnce))
        {
            await ReadFullAsync(games, codes, found, portion, at, cancellationToken);
        }

        return [.. found.Select(metadata => metadata!)];
    }

    private async Task ReadClonesAsync(
        IReadOnlyList<ListedGame> games,
        IReadOnlyList<CallResult> codes,
        CloneCode?[] clones,
        GameMetadata?[] found,
        BlockRef at,
        CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        List<CloneReads> reads = [];
        for (int i = 0; i < games.Count; i++)
        {
            if (clones[i] is { } clone && CloneArguments.Parse(clone.Arguments.Span) is { } arguments
                && _cache.Find(clone.Implementation) is var (parameters, chain) && (arguments.Constants ?? chain) is { } constants)
            {
                Address game = games[i].Game;
                reads.Add(new CloneReads(
                    i,
                    arguments,
                    parameters,
                    constants,
                    batch.AddOptional<GameDataFunction, GameDataAnswer, GameDataAnswer>(game, new(), static answer => answer),
                    GameIdentity.StartingOf(batch, game),
                    DelayedWeth.MaybeDelay(batch, constants.Weth)));
            }
        }

        await batch.RunAsync(cancellationToken);
        await _cache.LearnVmsAsync(reads.Select(read => read.Chain.Vm), at, cancellationToken);
        foreach (CloneReads read in reads)
        {
            ListedGame game = games[read.Index];
            if (!Agrees(read, game) || !read.Starting.HasValue || !read.Delay.HasValue || _cache.FindVm(read.Chain.Vm) is not { } vm)
            {
                continue; // the full reading finds out what is wrong
            }

            CloneArguments arguments = read.Arguments;
            found[read.Index] = new GameMetadata
            {
                Game = game.Game,
                GameType = game.GameType,
                Version = read.Parameters.Version,
                Generation = read.Parameters.RuleSet.Generation,
                CreatedAt = game.CreatedAt,
                RootClaim = arguments.RootClaim,
                L1Head = arguments.L1Head,
                L2BlockNumber = arguments.L2BlockNumber,
                Creator = arguments.Creator,
                CodeHash = Keccak256.Hash(codes[read.Index].Output.Span),
                IsPrestateInCode = arguments.Constants is not null,
                Rules = Rules(read.Parameters, read.Chain, vm, read.Starting.Value, read.Delay.Value),
            };
        }
    }

    private async Task ReadFullAsync(
        IReadOnlyList<ListedGame> games, IReadOnlyList<CallResult> codes, GameMetadata?[] found, int[] portion, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        (int Index, GameIdentity Identity, GameConstants Constants)[] reads =
            [.. portion.Select(i => (i, new GameIdentity(batch, games[i].Game), new GameConstants(batch, games[i].Game)))];
        await batch.RunAsync(cancellationToken);
        (int Index, GameIdentity Identity, GameConstants Constants)[] sound =
            [.. reads.Where(read => (read.Constants.Trouble ?? read.Constants.ChainTrouble ?? read.Identity.Trouble) is null)];
        Dictionary<int, Read<ulong>> delays = [];
        foreach ((int index, _, GameConstants constants) in sound)
        {
            constants.AddBonds(batch);
            delays[index] = DelayedWeth.MaybeDelay(batch, constants.Chain.Weth);
        }

        await batch.RunAsync(cancellationToken);
        IReadOnlyDictionary<Address, ReadTrouble> vmTroubles =
            await _cache.LearnVmsAsync(sound.Select(read => read.Constants.Chain.Vm), at, cancellationToken);
        foreach ((int index, GameIdentity identity, GameConstants constants) in reads)
        {
            CallResult code = codes[index];
            bool hasCode = code.Error is null && !code.Output.IsEmpty;
            ReadTrouble? trouble = code.Error is { } error ? new ReadTrouble($"the node did not tell its code ({error.Message})", true)
                : !hasCode ? new ReadTrouble("the node says that there is no code at its address", true)
                : constants.Trouble ?? constants.ChainTrouble ?? identity.Trouble
                    ?? (delays.TryGetValue(index, out Read<ulong>? delay) ? ReadTrouble.Of(delay) : null)
                    ?? vmTroubles.GetValueOrDefault(constants.Chain.Vm);
            ListedGame game = games[index];
            found[index] = new GameMetadata
            {
                Game = game.Game,
                GameType = game.GameType,
                Version = constants.Version,
                Generation = trouble is null ? constants.RuleSet!.Generation : GameGeneration.Unsupported,
                CreatedAt = game.CreatedAt,
                RootClaim = identity.RootClaim.ValueOr(default),
                L1Head = identity.L1Head.ValueOr(default),
                L2BlockNumber = identity.L2BlockNumber.ValueOr(default),
                Sequence = identity.Sequence,
                ParentIndex = identity.ParentIndex,
                Creator = identity.Creator.ValueOr(default),
                Rules = trouble is null
                    ? Rules(constants.ToParameters(), constants.Chain, _cache.FindVm(constants.Chain.Vm)!.Value, identity.Starting.Value, delays[index].Value)
                    : null,
                Doubt = trouble is null ? null : new GameDoubt(trouble.Text, !trouble.IsNodes),
            };
        }
    }

    // A foreign implementation may read its arguments otherwise: what it says of itself must be what we read of them.
    private static bool Agrees(CloneReads read, ListedGame game)
    {
        Hash32 extraData = Hash32.FromUInt256(read.Arguments.L2BlockNumber);
        return read.Data.HasValue
            && read.Data.Value.GameType == game.GameType
            && (read.Arguments.GameType ?? game.GameType) == game.GameType
            && read.Data.Value.RootClaim.ToHash32() == read.Arguments.RootClaim
            && read.Data.Value.ExtraData.AsSpan().SequenceEqual(Hash32.BytesOf(in extraData));
    }

    private static GameRules Rules(
        GameParameters parameters, ChainConstants chain, (Address Oracle, ulong ChallengePeriod) vm, StartingOutputRootAnswer starting, ulong wethDelay) => new()
        {
            RuleSet = parameters.RuleSet,
            StartingOutputRoot = starting.Root.ToHash32(),
            StartingBlockNumber = starting.L2BlockNumber,
            AbsolutePrestate = chain.AbsolutePrestate,
            MaxDepth = parameters.MaxDepth,
            SplitDepth = parameters.SplitDepth,
            Clock = new ClockRules(
                parameters.MaxClock,
                parameters.Extension,
                parameters.SplitDepth,
                parameters.MaxDepth,
                parameters.RuleSet.Extension,
                vm.ChallengePeriod),
            Vm = chain.Vm,
            Oracle = vm.Oracle,
            Weth = chain.Weth,
            AnchorStateRegistry = chain.AnchorStateRegistry,
            L2ChainId = chain.L2ChainId,
            Bonds = parameters.Bonds,
            WethDelay = wethDelay,
            Permitted = chain.Permitted,
        };

    private sealed record CloneReads(
        int Index,
        CloneArguments Arguments,
        GameParameters Parameters,
        ChainConstants Chain,
        Read<GameDataAnswer> Data,
        Read<StartingOutputRootAnswer> Starting,
        Read<ulong> Delay);
}
