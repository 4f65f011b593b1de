using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>Fees for the next block, in wei per gas.</summary>
/// <param name="BaseFee">What the next block burns.</param>
/// <param name="Tip">What its builder gets.</param>
/// <param name="MaxFee">The most to offer, within the cap.</param>
/// <param name="MaxBlobFee">The most to offer for blob gas, at least 1 wei; null where the chain has no blobs.</param>
public readonly record struct FeeQuote(UInt256 BaseFee, UInt256 Tip, UInt256 MaxFee, UInt256? MaxBlobFee);

/// <summary>Estimates fees by EIP-1559 (and EIP-4844 for blob gas) from the last blocks.</summary>
public sealed class FeeEstimator(ChainReader eth, FeeOptions options)
{
    // What half of a block's gas paid at most, and for what must not wait nine tenths of it.
    private static readonly double[] _percentiles = [50, 90];

    /// <summary>Fees for the block after the head, with the tip within <see cref="FeeOptions.TipCap"/>.</summary>
    /// <exception cref="RpcException">The node gave none, or the chain is from before London.</exception>
    public Task<FeeQuote> QuoteAsync(UInt256 cap, CancellationToken cancellationToken) =>
        QuoteAsync(new FeeCaps(cap, options.TipCap), options.HistoryBlocks, isUrgent: false, cancellationToken);

    /// <summary>Fees for the block after the head by what the last blocks took.</summary>
    /// <exception cref="RpcException">The node gave none, or the chain is from before London.</exception>
    internal async Task<FeeQuote> QuoteAsync(FeeCaps caps, int blocks, bool isUrgent, CancellationToken cancellationToken)
    {
        FeeHistory history = await eth.GetFeeHistoryAsync(blocks, BlockRef.Latest, _percentiles, cancellationToken).ConfigureAwait(false);
        return history.BaseFees.Count == 0
            ? throw new RpcException(RpcErrorKind.NodeError, "eth_feeHistory gives no base fee: the chain is from before London, which is not supported")
            : Quote(history, caps, isUrgent);
    }

    /// <summary>The same from a history at hand.</summary>
    internal FeeQuote Quote(FeeHistory history, FeeCaps caps, bool isUrgent = false)
    {
        UInt256 cap = caps.MaxFee;
        UInt256 baseFee = history.BaseFees[^1];
        UInt256 cappedTip = Min(Max(MedianTip(history, isUrgent), options.TipFloor), caps.Tip);
        UInt256 tip = Min(cappedTip, cap);
        UInt256 wanted = (Min(baseFee, cap) * (ulong)options.BaseFeePercent / 100ul) + tip;
        UInt256? blob = history.BlobBaseFees.Count == 0 ? null : Max(Min(history.BlobBaseFees[^1], cap) * (ulong)options.BaseFeePercent / 100ul, UInt256.One);
        return new FeeQuote(baseFee, tip, Max(Min(wanted, cap), tip), blob);
    }

    /// <summary>
    /// The fees of a replacement, at least <see cref="FeeOptions.BumpPercent"/> above those of <paramref name="last"/> in both fields; null if that is over a cap.
    /// </summary>
    internal (UInt256 Tip, UInt256 MaxFee)? Bump(SignedAttempt last, FeeQuote quote, FeeCaps caps)
    {
        UInt256 tip = Max(Raised(last.MaxPriorityFeePerGas), quote.Tip);
        UInt256 least = Max(Raised(last.MaxFeePerGas), tip);
        return least > caps.MaxFee || tip > caps.Tip ? null : (tip, Min(Max(least, quote.MaxFee), caps.MaxFee));
    }

    /// <summary>
    /// The most for a first offer: so much below the caps that it can be replaced twice within them, by a dearer call and by what takes that back.
    /// </summary>
    internal FeeCaps ForFirstOffer(FeeCaps caps) => new(TwiceBelow(caps.MaxFee), TwiceBelow(caps.Tip));

    /// <summary>
    /// The most for a cancellation: nodes ask it to be dearer than the call whose nonce it takes, wherever that stands. So it may go over the caps,
    /// or over the dearest call where that is above them, by one replacement.
    /// </summary>
    internal FeeCaps ForCancellation(FeeCaps caps, IEnumerable<SignedAttempt> attempts)
    {
        foreach (SignedAttempt call in attempts.Where(attempt => attempt.Purpose == AttemptPurpose.Call))
        {
            caps = new FeeCaps(Max(caps.MaxFee, call.MaxFeePerGas), Max(caps.Tip, call.MaxPriorityFeePerGas));
        }

        return new FeeCaps(Raised(caps.MaxFee), Raised(caps.Tip));
    }

    private static UInt256 MedianTip(FeeHistory history, bool isUrgent)
    {
        // Empty blocks report 0, which says nothing of what a builder takes.
        UInt256[] tips = [.. history.Tips.Where(block => block.Count > 0).Select(block => isUrgent ? block[^1] : block[0]).Where(tip => !tip.IsZero).Order()];
        return tips.Length == 0 ? UInt256.Zero : tips[tips.Length / 2];
    }

    private static UInt256 Max(UInt256 a, UInt256 b) => a > b ? a : b;

    private static UInt256 Min(UInt256 a, UInt256 b) => a < b ? a : b;

    // Each raise rounds up, which takes less than two wei from the result of both.
    private UInt256 TwiceBelow(UInt256 cap)
    {
        UInt256 factor = (UInt256)(ulong)(100 + options.BumpPercent);
        UInt256 room = cap * 10_000ul / (factor * factor);
        return room > (UInt256)2ul ? room - (UInt256)2ul : UInt256.Zero;
    }

    private UInt256 Raised(UInt256 fee) => ((fee * (ulong)(100 + options.BumpPercent)) + 99ul) / 100ul;
}
