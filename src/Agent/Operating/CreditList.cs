using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Settlement;

namespace Gavel.Agent.Operating;

/// <summary>What a game owes one account.</summary>
internal sealed record CreditRow
{
    /// <summary>Place in the factory's list.</summary>
    public required ulong Index { get; init; }

    /// <summary>The factory that made the game.</summary>
    public required Address Factory { get; init; }

    public required Address Game { get; init; }

    public required Address Account { get; init; }

    public required GameStatus Status { get; init; }

    /// <summary>What the game pays, or would if it were closed now.</summary>
    public required UInt256 OwedWei { get; init; }

    /// <summary>What is unlocked in the bond store.</summary>
    public required UInt256 UnlockedWei { get; init; }

    /// <summary>Seconds since the epoch from which it can be withdrawn; null where nothing is unlocked.</summary>
    public ulong? WithdrawableAt { get; init; }

    public required CreditStage Stage { get; init; }

    /// <summary>What the guardian holds of the game; null where that is not known.</summary>
    public GameStanding? Standing { get; init; }

    /// <summary>How the game's bonds are paid; undecided until it is closed. Always normal up to 1.3.x.</summary>
    public required BondDistributionMode BondMode { get; init; }

    /// <summary>How they are, or would be paid if it were closed as it stands now.</summary>
    public required BondDistributionMode ExpectedBondMode { get; init; }

    /// <summary>What it would pay as it ends, if nobody moves again; null where it is decided what it pays.</summary>
    public UInt256? IfNormalWei { get; init; }

    /// <summary>What it would refund; null where it is decided what it pays, and up to 1.3.x.</summary>
    public UInt256? IfRefundedWei { get; init; }
}

/// <summary>All that the games of a chain owe some accounts.</summary>
internal sealed record CreditList
{
    public required L1Block L1Block { get; init; }

    public required IReadOnlyList<Address> Accounts { get; init; }

    public required UInt256 TotalOwedWei { get; init; }

    public required UInt256 WithdrawableWei { get; init; }

    /// <summary>The live factory.</summary>
    public required Address Factory { get; init; }

    public required IReadOnlyList<CreditRow> Credits { get; init; }

    /// <summary>Scans all games of all the chain's factories.</summary>
    public static async Task<CreditList> ReadAsync(ChainAccess chain, IReadOnlyList<Address> accounts, CancellationToken cancellationToken)
    {
        L1View view = await L1View.OfHeadAsync(chain.L1, cancellationToken);
        GameReader reader = new(chain.L1);
        IReadOnlyList<ListedGame> listed = await GameList.MattersAsync(
            reader, (await ListedGames.ReadAsync(chain, reader, 0, view, cancellationToken)).Games, accounts, view, cancellationToken);
        List<CreditRow> rows = [];
        foreach (ListedGame game in listed)
        {
            GameMetadata metadata = await reader.MetadataAsync(game, view.At, cancellationToken);
            if (await GameView.ReadAsync(chain, metadata, accounts, view, cancellationToken) is { } read)
            {
                rows.AddRange(accounts.Select(account => Row(game, read, account)).Where(Owes));
            }
        }

        return new CreditList
        {
            L1Block = new L1Block(view),
            Accounts = accounts,
            TotalOwedWei = Sum(rows, row => row.OwedWei),
            WithdrawableWei = Sum(rows.Where(row => row.Stage == CreditStage.Withdrawable), row => row.OwedWei),
            Factory = chain.Factory,
            Credits = rows,
        };
    }

    /// <summary>Writes the list.</summary>
    public void Show(Screen screen)
    {
        screen.Json(this);
        screen.Line($"credit of {string.Join(", ", Accounts)} at L1 block {L1Block.Number}");
        if (Credits.Count > 0)
        {
            screen.Table(
                ["#>", "game", "account", "status", "guardian", "bonds paid", "by result ETH>", "refunded ETH>", "owed ETH>", "unlocked ETH>", "stage"],
                [
                    .. Credits.Select(credit => new[]
                    {
                        credit.Index.ToString(CultureInfo.InvariantCulture) + (credit.Factory == Factory ? "" : " draining"), credit.Game.ToString(), credit.Account.ToString(), Screen.Status(credit.Status),
                        credit.Standing?.ToString() ?? "?", Screen.Mode(credit.BondMode, credit.ExpectedBondMode),
                        Screen.Eth(credit.IfNormalWei ?? UInt256.Zero), Screen.Eth(credit.IfRefundedWei ?? UInt256.Zero),
                        Screen.Eth(credit.OwedWei), Screen.Eth(credit.UnlockedWei), StageOf(credit),
                    }),
                ]);
        }

        screen.Line($"owed {Ether.Format(TotalOwedWei)} ETH, of which {Ether.Format(WithdrawableWei)} ETH can be withdrawn now");
    }

    // Also what may yet come to be owed.
    private static bool Owes(CreditRow credit) => new[] { credit.OwedWei, credit.UnlockedWei, credit.IfNormalWei ?? UInt256.Zero, credit.IfRefundedWei ?? UInt256.Zero }.Any(wei => !wei.IsZero);

    private static CreditRow Row(ListedGame listed, GameView game, Address account)
    {
        CreditStanding credit = CreditStanding.Of(game.Metadata, game.State, account, game.View.Timestamp);
        CreditForecast? forecast = CreditForecast.Of(game.Rules.RuleSet, game.State, game.Claims, account);
        return new CreditRow
        {
            Index = listed.Index,
            Factory = listed.Factory,
            Game = listed.Game,
            Account = account,
            Status = game.State.Status,
            OwedWei = credit.Due,
            UnlockedWei = game.State.Credits[account].Pending.Amount,
            WithdrawableAt = credit.WithdrawableAt,
            Stage = credit.Stage,
            Standing = game.State.Standing,
            BondMode = game.State.BondMode,
            ExpectedBondMode = game.State.ExpectedMode,
            IfNormalWei = forecast?.Normal,
            IfRefundedWei = forecast?.Refund,
        };
    }

    private string StageOf(CreditRow credit) => credit.Stage switch
    {
        CreditStage.InGame => "the game goes on",
        CreditStage.ToBeFinal => "the game must become final, then be closed",
        CreditStage.ToClose => "must be claimed, which closes the game",
        CreditStage.Paused => "the system is paused",
        CreditStage.ToUnlock => "must be unlocked",
        CreditStage.Withdrawable => "can be withdrawn",
        _ => credit.WithdrawableAt is ulong at ? $"in {Screen.Duration((long)at - (long)L1Block.Timestamp)}" : "waits",
    };

    private static UInt256 Sum(IEnumerable<CreditRow> rows, Func<CreditRow, UInt256> amount) =>
        rows.Aggregate(UInt256.Zero, (sum, row) => sum + amount(row));
}
