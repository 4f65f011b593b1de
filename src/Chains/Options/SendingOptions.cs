using System.ComponentModel.DataAnnotations;

namespace Gavel.Chains;

/// <summary>How transactions are sent. Amounts are gwei for a unit of gas unless the name says otherwise, durations seconds.</summary>
public sealed class SendingOptions
{
    /// <summary>Blocks, with its own, after which a transaction counts. Default 3.</summary>
    [Range(1, 10_000)]
    public ulong Confirmations { get; set; } = 3;

    /// <summary>Most wei a day in bonds and gas, as decimal text; 0 for no limit. Steps and moves may pass it, since a lost game costs more.</summary>
    public string MaxWeiPerDay { get; set; } = "0";

    /// <summary>
    /// Most gwei that a unit of gas may cost; 0 for no limit. Default 500. First offers stay a fifth below this and the other three caps, so that
    /// they can be replaced; taking a transaction back, 21,000 gas, may cost 12 % more than it.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public ulong MaxFeeGwei { get; set; } = 500;

    /// <summary>The same while a move or step waits to be sent or mined; 0 for no limit. Default 2500.</summary>
    [Range(0, 1_000_000_000)]
    public ulong UrgentMaxFeeGwei { get; set; } = 2500;

    /// <summary>Most gwei of it for the block's builder; 0 for no limit of its own. Default 20.</summary>
    [Range(0, 1_000_000_000)]
    public ulong MaxTipGwei { get; set; } = 20;

    /// <summary>The same while a move or step waits to be sent or mined; 0 for no limit of its own. Default 100.</summary>
    [Range(0, 1_000_000_000)]
    public ulong UrgentMaxTipGwei { get; set; } = 100;

    /// <summary>Nodes that every signed transaction is offered to (http, https, ws, wss). Empty: all of the chain's L1 nodes.</summary>
    public IList<string> Endpoints { get; init; } = [];

    /// <summary>
    /// Services that keep transactions to themselves, tried alone until <see cref="PublicSlackSeconds"/> before a deadline: whoever copies a step
    /// takes its bond. What has no deadline goes to all at once.
    /// </summary>
    public IList<string> PrivateEndpoints { get; init; } = [];

    /// <summary>Seconds before its deadline from which a transaction is offered to all endpoints. Default 600.</summary>
    [Range(12, 604_800)]
    public double PublicSlackSeconds { get; set; } = 600;

    /// <summary>Seconds that an endpoint has for one offer; the others are not kept waiting by it. Default 5.</summary>
    [Range(0.1, 60)]
    public double OfferSeconds { get; set; } = 5;

    /// <summary>Seconds after which a transaction that is not mined is looked at again: offered anew, or replaced if blocks have passed. Default 24.</summary>
    [Range(0.1, 3600)]
    public double ResubmitSeconds { get; set; } = 24;

    /// <summary>Seconds for which no node may have a transaction before that is told as a danger and the transaction replaced. Default 120.</summary>
    [Range(1, 86_400)]
    public double NotInMempoolSeconds { get; set; } = 120;

    /// <summary>Most transactions that wait to be mined at a time; nodes keep 16 of one account for certain. Default 16.</summary>
    [Range(1, 1000)]
    public int MaxInFlight { get; set; } = 16;

    /// <summary>How many of these places are for moves and steps alone. Less than <see cref="MaxInFlight"/>. Default 4.</summary>
    [Range(0, 999)]
    public int ReservedForMoves { get; set; } = 4;

    /// <summary>MiB of disk that are kept for the journal and let go when the disk is full; 0 for none. Default 4.</summary>
    [Range(0, 1024)]
    public int ReserveMiB { get; set; } = 4;

    /// <summary>These options and another chain's that sends from the same account: of each limit the stricter one, and the endpoints of both.</summary>
    public SendingOptions StricterOf(SendingOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new SendingOptions
        {
            Confirmations = Math.Max(Confirmations, other.Confirmations),
            MaxWeiPerDay = Least(UInt256.Parse(MaxWeiPerDay), UInt256.Parse(other.MaxWeiPerDay)).ToString(),
            MaxFeeGwei = Least(MaxFeeGwei, other.MaxFeeGwei),
            UrgentMaxFeeGwei = Least(UrgentMaxFeeGwei, other.UrgentMaxFeeGwei),
            MaxTipGwei = Least(MaxTipGwei, other.MaxTipGwei),
            UrgentMaxTipGwei = Least(UrgentMaxTipGwei, other.UrgentMaxTipGwei),
            Endpoints = [.. Endpoints.Union(other.Endpoints)],
            PrivateEndpoints = [.. PrivateEndpoints.Union(other.PrivateEndpoints)],
            PublicSlackSeconds = Math.Max(PublicSlackSeconds, other.PublicSlackSeconds),
            OfferSeconds = Math.Min(OfferSeconds, other.OfferSeconds),
            ResubmitSeconds = Math.Max(ResubmitSeconds, other.ResubmitSeconds),
            NotInMempoolSeconds = Math.Min(NotInMempoolSeconds, other.NotInMempoolSeconds),
            MaxInFlight = Math.Min(MaxInFlight, other.MaxInFlight),
            ReservedForMoves = Math.Min(Math.Max(ReservedForMoves, other.ReservedForMoves), Math.Min(MaxInFlight, other.MaxInFlight) - 1),
            ReserveMiB = Math.Max(ReserveMiB, other.ReserveMiB),
        };
    }

    private static ulong Least(ulong a, ulong b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);

    private static UInt256 Least(UInt256 a, UInt256 b) => a.IsZero ? b : b.IsZero ? a : a < b ? a : b;
}
