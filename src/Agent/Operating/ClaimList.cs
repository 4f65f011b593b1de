using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;

namespace Gavel.Agent.Operating;

/// <summary>How a claim came to be.</summary>
internal enum MoveKind
{
    /// <summary>The game's root claim.</summary>
    Root,

    /// <summary>An attack on its parent.</summary>
    Attack,

    /// <summary>A defence of its parent.</summary>
    Defend,
}

/// <summary>A claim as <c>agent claims</c> shows it.</summary>
internal sealed record ClaimRow
{
    public required int Index { get; init; }

    /// <summary>The claim that it answers; null for the root.</summary>
    public int? Parent { get; init; }

    public required MoveKind Move { get; init; }

    public required int Depth { get; init; }

    /// <summary>Generalised index, decimal.</summary>
    public required string Position { get; init; }

    public required Hash32 Value { get; init; }

    public required Address Claimant { get; init; }

    public required UInt256 BondWei { get; init; }

    /// <summary>Seconds in which it can still be answered; null when it or the game is resolved.</summary>
    public long? SecondsLeft { get; init; }

    public required bool IsResolved { get; init; }

    /// <summary>Who has countered it on the chain so far; null for nobody.</summary>
    public Address? CounteredBy { get; init; }

    /// <summary>Who will have countered it if nobody moves again; null if it will stand.</summary>
    public Address? ForecastCounteredBy { get; init; }
}

/// <summary>One game with its claims.</summary>
internal sealed record ClaimList : ShownGame
{
    public required L1Block L1Block { get; init; }

    public required Hash32 L1Head { get; init; }

    public int? SplitDepth { get; init; }

    public int? MaxDepth { get; init; }

    /// <summary>Who proved that the root is another block's output; null for nobody.</summary>
    public Address? L2BlockNumberChallenger { get; init; }

    /// <summary>Null where the rules of the game's version are not known.</summary>
    public IReadOnlyList<ClaimRow>? Claims { get; init; }

    /// <summary>Reads a game.</summary>
    public static async Task<ClaimList> ReadAsync(ChainAccess chain, Address game, CancellationToken cancellationToken)
    {
        L1View view = await L1View.OfHeadAsync(chain.L1, cancellationToken);
        GameMetadata metadata = await new GameReader(chain.L1).MetadataAsync(game, view.At, cancellationToken);
        ClaimList list = new()
        {
            L1Block = new L1Block(view),
            Game = game,
            Type = metadata.GameType,
            Version = metadata.Version,
            IsPlayed = metadata.Rules is not null,
            RootClaim = metadata.RootClaim,
            Creator = metadata.Creator,
            ParentIndex = metadata.ParentIndex,
            Proposed = metadata.Proposed,
            L1Head = metadata.L1Head,
        };
        if (await GameView.ReadAsync(chain, metadata, [], view, cancellationToken) is not { } read)
        {
            return list with { Status = await GameView.StatusAsync(chain, game, view, cancellationToken) };
        }

        Forecast forecast = GameSolver.Resolving.Forecast.Of(read.Claims);
        bool isOpen = read.State.Status == GameStatus.InProgress;
        return list with
        {
            Status = read.State.Status,
            SplitDepth = read.Rules.SplitDepth,
            MaxDepth = read.Rules.MaxDepth,
            SecondsLeft = isOpen ? read.SecondsToResolution : null,
            Forecast = isOpen ? forecast.Status : null,
            Standing = read.State.Standing,
            BondMode = read.State.BondMode,
            ExpectedBondMode = read.State.ExpectedMode,
            L2BlockNumberChallenger = NullIfZero(read.State.L2BlockNumberChallenger),
            Claims = [.. Enumerable.Range(0, read.Claims.Count).Select(i => Row(read, i, forecast, isOpen))],
        };
    }

    /// <summary>Writes the game.</summary>
    public void Show(Screen screen)
    {
        screen.Json(this);
        screen.Line($"game {Game}, type {GameTypeNames.Show(Type)}, version {(Version.Length == 0 ? "unknown" : Version)}, at L1 block {L1Block.Number}");
        string parent = ParentIndex switch
        {
            null => "",
            uint.MaxValue => ", builds on the anchor",
            uint index => $", builds on game {index} of the factory",
        };
        screen.Line($"root claim {RootClaim} for {(Proposed is { Unit: SequenceUnit.Block } ? "L2 " : "")}{Proposed?.ToString() ?? "what it does not tell"}, L1 head {L1Head}");
        screen.Line($"created by {Creator}{parent}");
        string forecast = Forecast is { } winner ? $", {Screen.Status(winner)} if nobody moves; can be resolved in {Screen.Duration(SecondsLeft)}" : "";
        screen.Line($"{Screen.Status(Status)}{forecast}");
        if (BondMode is not null)
        {
            screen.Line($"bonds paid: {Screen.Mode(BondMode, ExpectedBondMode)}{(Standing is { } standing ? $"; by the guardian it is {standing}" : "")}");
        }

        if (L2BlockNumberChallenger is { } challenger)
        {
            screen.Line($"{challenger} has proved that the root claim is another block's output");
        }

        if (Claims is null)
        {
            screen.Line("the rules of this version are not known: its claims cannot be shown, and Gavel does not act on it");
            return;
        }

        screen.Table(
            ["#>", "answers>", "move", "depth>", "index>", "value", "claimant", "bond ETH>", "left>", "state", "if nobody moves"],
            [
                .. Claims.Select(claim => new[]
                {
                    Text(claim.Index), claim.Parent is int parent ? Text(parent) : "-", Word(claim.Move), Text(claim.Depth),
                    new Position(UInt128.Parse(claim.Position, CultureInfo.InvariantCulture)).IndexAtDepth.ToString(CultureInfo.InvariantCulture),
                    Screen.Short(claim.Value), claim.Claimant.ToString(), Ether.Format(claim.BondWei), Screen.Duration(claim.SecondsLeft), State(claim),
                    claim.ForecastCounteredBy is null ? "stands" : "falls",
                }),
            ]);
    }

    private static ClaimRow Row(GameView game, int index, Forecast forecast, bool isOpen)
    {
        Claim claim = game.Claims[index];
        int? parent = game.Claims.ParentOf(index);
        bool resolved = game.Claims.IsResolved(index);
        return new ClaimRow
        {
            Index = index,
            Parent = parent,
            Move = parent is int above ? claim.Position == game.Claims[above].Position.Attack() ? MoveKind.Attack : MoveKind.Defend : MoveKind.Root,
            Depth = claim.Position.Depth,
            Position = claim.Position.ToString(),
            Value = claim.Value,
            Claimant = claim.Claimant,
            BondWei = claim.Bond,
            SecondsLeft = isOpen && !resolved ? game.SecondsLeft(index) : null,
            IsResolved = resolved,
            CounteredBy = NullIfZero(claim.CounteredBy),
            ForecastCounteredBy = NullIfZero(forecast.CounteredBy[index]),
        };
    }

    private static Address? NullIfZero(Address address) => address.IsZero ? null : address;

    private static string Word(MoveKind move) => move switch
    {
        MoveKind.Attack => "attack",
        MoveKind.Defend => "defend",
        _ => "root",
    };

    private static string State(ClaimRow claim) => (claim.IsResolved, claim.CounteredBy) switch
    {
        (true, null) => "resolved: stood",
        (true, { } winner) => $"resolved: lost to {winner}",
        (false, { } stepper) => $"stepped on by {stepper}",
        _ => "open",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
