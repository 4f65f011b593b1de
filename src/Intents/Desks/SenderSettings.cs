using Gavel.Chains;
using Gavel.Sending;

namespace Gavel.Intents;

/// <summary>What a chain's <see cref="SendingOptions"/> mean to its sender.</summary>
internal static class SenderSettings
{
    private const ulong WeiPerGwei = 1_000_000_000;

    /// <summary>Sender's options with these limits and durations.</summary>
    /// <param name="sending">What the chain is configured with.</param>
    /// <param name="options">What does not come from there.</param>
    public static SenderOptions Of(SendingOptions sending, SenderOptions options)
    {
        UInt256 perDay = UInt256.Parse(sending.MaxWeiPerDay);
        return options with
        {
            Policy = new SpendPolicy(perDay.IsZero ? UInt256.MaxValue : perDay, Priorities.Move),
            Fees = new FeeOptions
            {
                MaxFeeCap = Cap(sending.MaxFeeGwei),
                EmergencyFeeCap = Cap(sending.UrgentMaxFeeGwei),
                TipCap = Cap(sending.MaxTipGwei),
                EmergencyTipCap = Cap(sending.UrgentMaxTipGwei),
            },
            Confirmations = sending.Confirmations,
            PublicSlack = TimeSpan.FromSeconds(sending.PublicSlackSeconds),
            OfferLimit = TimeSpan.FromSeconds(sending.OfferSeconds),
            ResubmitAfter = TimeSpan.FromSeconds(sending.ResubmitSeconds),
            NotInMempoolAfter = TimeSpan.FromSeconds(sending.NotInMempoolSeconds),
            MaxInFlight = sending.MaxInFlight,
            ReservedForUrgent = sending.ReservedForMoves,
        };
    }

    // Small enough to be multiplied.
    private static UInt256 Cap(ulong gwei) => gwei == 0 ? (UInt256)ulong.MaxValue * WeiPerGwei : (UInt256)gwei * WeiPerGwei;
}
