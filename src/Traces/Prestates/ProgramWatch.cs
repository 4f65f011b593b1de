using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Traces;

/// <summary>
/// What is needed to execute the programs of a chain's games, before a game needs it: the prestates of the types that the factory can create now
/// and of the games in progress, and a preimage server. Placeholders are told of every type that the factory can create, played or not.
/// Not for several threads at once, but for <see cref="Dangers"/>.
/// </summary>
/// <param name="chain">The chain's options.</param>
/// <param name="l1">The L1 nodes.</param>
/// <param name="factories">The chain's factories, the live one first.</param>
/// <param name="prestates">Where prestates come from.</param>
/// <param name="clock">The host's clock.</param>
public sealed class ProgramWatch(ChainOptions chain, ChainReader l1, IReadOnlyList<Address> factories, PrestateStore prestates, TimeProvider clock) : IDangerSource
{
    // Blocks between two looks at the factory's implementations.
    private const ulong Between = 25;
    private static readonly TimeSpan SoughtAgain = TimeSpan.FromMinutes(5);

    private readonly StandingDangers _standing = new();
    private readonly ConcurrentDictionary<Hash32, Sought> _sought = new();
    private readonly Lock _loading = new(); // one state at a time: they are large
    private IReadOnlyList<OfferedType> _types = [];
    private ulong? _looked;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _standing.Dangers;

    /// <summary>The factory's types have changed: they are read anew the next time.</summary>
    public void LookAgain() => _looked = null;

    /// <summary>Looks at the types, and at the games of a cycle.</summary>
    /// <exception cref="RpcException">L1 gave no usable answer.</exception>
    /// <exception cref="ContractReadException">The factory did not answer as one.</exception>
    public async Task CheckAsync(IEnumerable<WatchedGame> watched, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(watched);
        ArgumentNullException.ThrowIfNull(view);
        GameMetadata[] games = [.. watched.Where(game => game.State?.Status == GameStatus.InProgress && IsPlayed(game.Metadata.GameType)).Select(game => game.Metadata)];
        ulong block = view.Block.Number;
        if (_looked is not ulong last || block >= last + Between || block < last)
        {
            _types = await OfferedAsync(OfferedType.Known.Concat(chain.GameTypes).Concat(games.Select(game => game.GameType)), view, cancellationToken);
            _looked = block;
        }

        DateTimeOffset now = clock.GetUtcNow();
        Need[] needs =
        [
            .. _types.Where(type => type.IsKnown && IsPlayed(type.GameType)).Select(type => (Prestate: type.AbsolutePrestate, Type: (uint?)type.GameType, Game: (Address?)null))
                .Concat(games.Select(game => (Prestate: game.Rules!.AbsolutePrestate, Type: (uint?)null, Game: (Address?)game.Game)))
                .Where(need => !PlaceholderPrestate.Is(need.Prestate))
                .GroupBy(need => need.Prestate)
                .Select(group => new Need(group.Key, [.. group.Select(need => need.Type).OfType<uint>().Distinct()], [.. group.Select(need => need.Game).OfType<Address>()])),
        ];
        _standing.Replace(needs.Select(need => Of(need, now)).Append(WithoutServer(needs, now)).Append(NotLoadable(needs, now)).OfType<Danger>().Concat(Placeholders(games, now)));
    }

    // Games can be created in a factory that only drains, too; one that does not answer is the book's danger, and none of the others' types.
    private async Task<IReadOnlyList<OfferedType>> OfferedAsync(IEnumerable<uint> types, L1View view, CancellationToken cancellationToken)
    {
        List<OfferedType> offered = [];
        foreach (Address factory in factories)
        {
            try
            {
                offered.AddRange(await OfferedType.ReadAsync(l1, factory, types, view.At, cancellationToken));
            }
            catch (ContractReadException) when (factory != factories[0])
            {
                continue;
            }
        }

        return offered;
    }

    private bool IsConfigured(uint type) => chain.GameTypes.Count == 0 || chain.GameTypes.Contains(type);

    private bool IsPlayed(uint type) => !chain.Cannon.AlphabetGameTypes.Contains(type) && IsConfigured(type);

    // By type, since the depth of its games tells who wins them.
    private IEnumerable<Danger> Placeholders(GameMetadata[] games, DateTimeOffset now) =>
        _types.Select(type => (type.GameType, Prestate: type.AbsolutePrestate, type.MaxDepth, IsPlayed: type.IsKnown && IsConfigured(type.GameType), Game: (Address?)null))
            .Concat(games.Select(game => (game.GameType, Prestate: game.Rules!.AbsolutePrestate, game.Rules.MaxDepth, IsPlayed: true, Game: (Address?)game.Game)))
            .Where(named => PlaceholderPrestate.Is(named.Prestate))
            .GroupBy(named => (named.GameType, named.Prestate, named.MaxDepth))
            .Select(group => new Danger
            {
                Kind = DangerCodes.PrestatePlaceholder,
                Severity = group.Any(named => named.Game is not null) ? DangerSeverity.Warn : DangerSeverity.Watch,
                Subject = string.Create(CultureInfo.InvariantCulture, $"{chain.Name} game type {group.Key.GameType} of prestate {group.Key.Prestate}"),
                Problem = $"a placeholder in {new Need(group.Key.Prestate, [group.Key.GameType], [.. group.Select(named => named.Game).OfType<Address>()])}{(group.Any(named => named.IsPlayed) ? "" : ", which is not played here")}: "
                    + PlaceholderPrestate.Meaning(group.Key.MaxDepth),
                Since = now,
                Mend = "have the chain's operators set a real prestate, or never let such a type be respected",
            });

    private Danger? Of(Need need, DateTimeOffset now) => ProblemOf(need.Prestate, now) is not { } problem ? null : new Danger
    {
        Kind = DangerCodes.PrestateMissing,
        Severity = need.Games.Count > 0 ? DangerSeverity.Page : DangerSeverity.Warn,
        Subject = $"{chain.Name} prestate {need.Prestate}",
        Problem = $"{need}: {problem}",
        Since = now,
        Mend = "put it, named by its hash, into a folder or at an address of Cannon:Prestates; below the split depth such games cannot be played without",
    };

    // Loading a state takes time and memory, so it is done beside the cycle; what was there once is not sought again.
    private string? ProblemOf(Hash32 prestate, DateTimeOffset now)
    {
        Sought sought = _sought.GetValueOrDefault(prestate, new Sought(null, null));
        if (!sought.IsUnderWay && (sought.At is null || (sought.Problem is not null && now - sought.At >= SoughtAgain)))
        {
            _sought[prestate] = sought with { IsUnderWay = true }; // before it begins: it may have ended before we go on
            _ = Task.Run(() => Seek(prestate));
        }

        return sought.Problem;
    }

    private void Seek(Hash32 prestate)
    {
        string? problem = null;
        try
        {
            lock (_loading)
            {
                prestates.Load(prestate, CancellationToken.None).Dispose();
            }
        }
        catch (Exception error)
        {
            problem = error.Message; // on a thread of its own: whatever it was, it is told
        }

        _sought[prestate] = new Sought(clock.GetUtcNow(), problem);
    }

    private Danger? WithoutServer(Need[] needs, DateTimeOffset now) => chain.Cannon.Server.Count > 0 || needs.Length == 0 ? null : new Danger
    {
        Kind = DangerCodes.PreimageServerMissing,
        Severity = needs.Any(need => need.Games.Count > 0) ? DangerSeverity.Page : DangerSeverity.Warn,
        Subject = chain.Name,
        Problem = $"Cannon:Server is empty, so that nothing can be executed for {string.Join("; ", needs.Select(need => $"{need}"))}",
        Since = now,
        Mend = "configure the command line of a preimage server (docs/running.md)",
    };

    private Danger? NotLoadable(Need[] needs, DateTimeOffset now) => needs.Length == 0 ? null : new Danger
    {
        Kind = DangerCodes.PreimagesNotLoadable,
        Subject = chain.Name,
        Problem = "this version cannot bring blob elements, precompile results, and keccak preimages larger than a transaction on chain: a step that reads one cannot be made",
        Since = now,
        Mend = "keep another challenger beside this one until a version can load them",
    };

    private sealed record Sought(DateTimeOffset? At, string? Problem, bool IsUnderWay = false);

    private sealed record Need(Hash32 Prestate, IReadOnlyList<uint> Types, IReadOnlyList<Address> Games)
    {
        // A few games stand for many.
        private const int Shown = 3;

        public override string ToString()
        {
            string types = Types.Count == 0 ? "" : $"game type{(Types.Count == 1 ? "" : "s")} {string.Join(", ", Types)}";
            string games = Games.Count == 0 ? "" : string.Create(
                CultureInfo.InvariantCulture,
                $"{Games.Count} open game{(Games.Count == 1 ? "" : "s")} ({string.Join(", ", Games.Take(Shown))}{(Games.Count > Shown ? ", …" : "")})");
            return string.Join(" and ", new[] { types, games }.Where(part => part.Length > 0));
        }
    }
}
