using System.Globalization;
using System.Text.Json.Serialization;
using Gavel.Agent.Deciding;
using Gavel.Agent.Hosting;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.Settlement;

namespace Gavel.Agent.Operating;

/// <summary>The games of a chain at one L1 block.</summary>
internal sealed record GameList
{
    // Games whose unchanging part is read at a time; more would only wait for the node.
    private const int ReadsAtATime = 8;
    private const int Portion = 64;

    public required L1Block L1Block { get; init; }

    /// <summary>The live factory.</summary>
    public required Address Factory { get; init; }

    /// <summary>Factories that the chain had before.</summary>
    public required IReadOnlyList<Address> DrainingFactories { get; init; }

    /// <summary>How many games the factories have.</summary>
    public required ulong Total { get; init; }

    public required IReadOnlyList<GameRow> Games { get; init; }

    /// <summary>The dangers of this chain and of no chain in particular that the running agent tells of; null where none could be asked.</summary>
    public IReadOnlyList<DangerView>? Dangers { get; init; }

    /// <summary>Whether the configuration has a page at which an agent would be asked.</summary>
    [JsonIgnore]
    public bool HasAgent { get; init; }

    /// <summary>Reads the list.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="accounts">Whose bonds and credit are summed up.</param>
    /// <param name="last">How many of the newest games; 0 for all.</param>
    /// <param name="open">Only games that are in progress or owe one of the accounts something, wherever they stand in the list.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public static async Task<GameList> ReadAsync(
        ChainAccess chain, IReadOnlyList<Address> accounts, int last, bool open, CancellationToken cancellationToken)
    {
        L1View view = await L1View.OfHeadAsync(chain.L1, cancellationToken);
        GameReader reader = new(chain.L1);
        ListedGames all = await ListedGames.ReadAsync(chain, reader, open ? 0 : last, view, cancellationToken);
        IReadOnlyList<ListedGame> listed = all.Games;
        if (open)
        {
            listed = await MattersAsync(reader, listed, accounts, view, cancellationToken);
            listed = last == 0 ? listed : [.. listed.TakeLast(last)];
        }

        List<GameRow> rows = [];
        foreach (ListedGame[] portion in listed.Chunk(ReadsAtATime))
        {
            rows.AddRange(await Task.WhenAll(portion.Select(game => RowAsync(chain, reader, game, accounts, view, cancellationToken))));
        }

        return new GameList
        {
            L1Block = new L1Block(view),
            Factory = chain.Factory,
            DrainingFactories = chain.Draining,
            Total = all.Total,
            Games = rows,
            Dangers = await RunningAgent.DangersAsync(chain.Listen, danger => danger.Chain is null || danger.Chain == chain.Options?.Name, cancellationToken),
            HasAgent = !string.IsNullOrEmpty(chain.Listen),
        };
    }

    /// <summary>Those games that are in progress or owe one of the accounts something.</summary>
    public static async Task<IReadOnlyList<ListedGame>> MattersAsync(
        GameReader reader, IReadOnlyList<ListedGame> listed, IReadOnlyList<Address> accounts, L1View view, CancellationToken cancellationToken)
    {
        List<ListedGame> kept = [];
        foreach (ListedGame[] portion in listed.Chunk(Portion))
        {
            IReadOnlyList<bool> matter = await reader.MatterAsync(portion, accounts, view.At, cancellationToken);
            kept.AddRange(portion.Zip(matter).Where(pair => pair.Second).Select(pair => pair.First));
        }

        return kept;
    }

    /// <summary>Writes the list.</summary>
    public void Show(Screen screen)
    {
        screen.Json(this);
        screen.Line($"{Games.Count} of {Total} games of factory {string.Join(", and draining ", [Factory, .. DrainingFactories])} at L1 block {L1Block.Number}");
        if (Games.Count > 0)
        {
            ShowTable(screen);
        }

        foreach (GameRow lost in Games.Where(game => game.IsAgainstVerdict == true))
        {
            screen.Line($"LOST: game {lost.Game} ended ({Screen.Status(lost.Status)}) against our verdict; agent explain {lost.Game} tells more");
        }

        foreach (GameRow decided in Games.Where(game => game.Decision is not null))
        {
            screen.Line($"DECIDED: game {decided.Game} is played as {decided.Decision}; agent decide {decided.Game} --withdraw takes it back");
        }

        if (HasAgent)
        {
            RunningAgent.Show(screen, Dangers);
        }
    }

    private void ShowTable(Screen screen)
    {
        screen.Table(
            ["#>", "game", "type", "version", "proposes>", "status", "claims>", "left>", "if nobody moves", "guardian", "bonds paid", "our bonds ETH>", "our credit ETH>", "lost ETH>"],
            [
                .. Games.Select(game => new[]
                {
                    Text(game.Index) + (game.Factory == Factory ? "" : " draining"), game.Game.ToString(), GameTypeNames.Show(game.Type), game.Version.Length == 0 ? "?" : game.IsPlayed ? game.Version : $"{game.Version} (not played)",
                    game.Proposed?.ToString() ?? "?", Screen.Status(game.Status), game.Claims is int claims ? Text((ulong)claims) : "?",
                    Screen.Duration(game.SecondsLeft), game.Forecast is { } forecast ? Screen.Status(forecast) : "-",
                    game.Standing?.ToString() ?? "?", Screen.Mode(game.BondMode, game.ExpectedBondMode),
                    game.OurBondsWei is { } bonds ? Screen.Eth(bonds) : "?", game.OurCreditWei is { } credit ? Screen.Eth(credit) : "?",
                    Screen.Eth(game.OurLostWei ?? UInt256.Zero),
                }),
            ]);
    }

    private static async Task<GameRow> RowAsync(
        ChainAccess chain, GameReader reader, ListedGame listed, IReadOnlyList<Address> accounts, L1View view, CancellationToken cancellationToken)
    {
        GameMetadata metadata = await reader.MetadataAsync(listed, view.At, cancellationToken);
        GameRow row = new()
        {
            Index = listed.Index,
            Factory = listed.Factory,
            Game = listed.Game,
            Type = listed.GameType,
            Version = metadata.Version,
            IsPlayed = metadata.Rules is not null,
            RootClaim = metadata.RootClaim,
            Creator = metadata.Creator,
            ParentIndex = metadata.ParentIndex,
            Proposed = metadata.Proposed,
            CreatedAt = listed.CreatedAt,
        };
        if (await GameView.ReadAsync(chain, metadata, accounts, view, cancellationToken) is not { } game)
        {
            return row with { Status = await GameView.StatusAsync(chain, listed.Game, view, cancellationToken) };
        }

        bool isOpen = game.State.Status == GameStatus.InProgress;
        (KnownVerdict? recorded, bool isLost) = Recorded(chain, listed.Game);
        Truth? verdict = recorded?.Verdict;
        return row with
        {
            Status = game.State.Status,
            Claims = game.State.Claims.Count,
            SecondsLeft = isOpen ? game.SecondsToResolution : null,
            Forecast = isOpen ? Resolving(game.Claims) : null,
            Standing = game.State.Standing,
            BondMode = game.State.BondMode,
            ExpectedBondMode = game.State.ExpectedMode,
            OurBondsWei = Sum(game.State.Claims.Where(claim => accounts.Contains(claim.Claimant)).Select(claim => claim.Bond)),
            OurCreditWei = Sum(game.State.Credits.Values.Select(credit => credit.Due(game.State))),
            OurLostWei = isOpen ? null : LostBonds.WeiOf(game.Claims, LostBonds.ClaimsOf(game.Rules.RuleSet, game.State, game.Claims, accounts)),
            RecordedVerdict = verdict,
            RecordedRule = recorded?.Rule,
            Decision = DecidedOf(chain, metadata),
            IsAgainstVerdict = isOpen ? null : isLost ? true : verdict is { } known ? KnownVerdict.IsAgainst(known, game.State.Status) : null,
        };
    }

    // What the agent keeps of a game that is not settled, and whether its trail tells of a loss.
    private static (KnownVerdict? Verdict, bool IsLost) Recorded(ChainAccess chain, Address game)
    {
        if (chain is not { Options: { } options, DataDirectory: { } data })
        {
            return (null, false);
        }

        string audit = Path.Combine(data, options.Name, "audit");
        bool isLost = Directory.Exists(audit) && new AuditLog(audit).ReadNotes(game).Any(note => note.Note == AuditNoteKind.Lost);
        return (VerdictBook.Peek(Path.Combine(data, options.Name, "verdicts"), game), isLost);
    }

    private static StandingDecision? DecidedOf(ChainAccess chain, GameMetadata game) => chain is { Options: { } options, DataDirectory: { } data }
        && DecisionBook.Peek(Path.Combine(data, options.Name, "decisions"), game.Game).FirstOrDefault(kept => kept.L1Head == game.L1Head.ToString()) is { } decided
            ? StandingDecision.Of(decided)
            : null;

    private static GameStatus Resolving(Game game) => GameSolver.Resolving.Forecast.Of(game).Status;

    private static UInt256 Sum(IEnumerable<UInt256> amounts) => amounts.Aggregate(UInt256.Zero, (sum, amount) => sum + amount);

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The L1 block at which something was read.</summary>
internal sealed record L1Block(ulong Number, Hash32 Hash, ulong Timestamp)
{
    public L1Block(L1View view)
        : this(view.Block.Number, view.Block.Hash, view.Timestamp)
    {
    }
}
