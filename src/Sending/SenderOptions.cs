using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// How fees are chosen. All amounts in wei per gas. A first offer stays two replacements below the caps (at 12 %: at most 79.7 % of them), so that it
/// can be made dearer and then taken back; a cancellation may go over them, or over the call that it takes back, by one replacement.
/// </summary>
public sealed record FeeOptions
{
    /// <summary>The least tip. Default 1 gwei.</summary>
    public UInt256 TipFloor { get; init; } = 1_000_000_000;

    /// <summary>The largest tip that is offered for a call. Default 20 gwei.</summary>
    public UInt256 TipCap { get; init; } = 20_000_000_000;

    /// <summary>The same while an emergency waits or is in flight. Default 100 gwei.</summary>
    public UInt256 EmergencyTipCap { get; init; } = 100_000_000_000;

    /// <summary>The most that is offered for a unit of a call's gas. Default 500 gwei.</summary>
    public UInt256 MaxFeeCap { get; init; } = 500_000_000_000;

    /// <summary>The same while an emergency waits or is in flight. Default 2500 gwei.</summary>
    public UInt256 EmergencyFeeCap { get; init; } = 2_500_000_000_000;

    /// <summary>The offer is the next block's base fee times this, in percent, plus the tip. Default 200: six full blocks of headroom.</summary>
    public int BaseFeePercent { get; init; } = 200;

    /// <summary>A replacement costs at least this much more, in percent, in both fields. Nodes ask for 10. Default 12.</summary>
    public int BumpPercent { get; init; } = 12;

    /// <summary>Blocks whose tips are looked at for a first offer. A replacement looks at those that passed since the last one. Default 10.</summary>
    public int HistoryBlocks { get; init; } = 10;
}

/// <summary>The most to offer, in wei for a unit of gas.</summary>
/// <param name="MaxFee">In all.</param>
/// <param name="Tip">Of it for the block's builder.</param>
public readonly record struct FeeCaps(UInt256 MaxFee, UInt256 Tip);

/// <summary>How a <see cref="TransactionSender"/> behaves.</summary>
public sealed record SenderOptions
{
    /// <summary>The chain; a node of another is refused.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>What may be spent.</summary>
    public required SpendPolicy Policy { get; init; }

    /// <summary>How fees are chosen.</summary>
    public FeeOptions Fees { get; init; } = new();

    /// <summary>Names the reverts of the contracts that are called.</summary>
    public RevertDecoder Reverts { get; init; } = RevertDecoder.BuiltIn;

    /// <summary>Blocks, with its own, after which a mined transaction counts. Default 3.</summary>
    public ulong Confirmations { get; init; } = 3;

    /// <summary>How often the chain is looked at. Default 2 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a transaction may wait before it is sent again or replaced. Default 24 s, two slots.</summary>
    public TimeSpan ResubmitAfter { get; init; } = TimeSpan.FromSeconds(24);

    /// <summary>Transactions that wait to be mined at a time. Nodes keep 16 of one account for certain. Default 16.</summary>
    public int MaxInFlight { get; init; } = 16;

    /// <summary>How many of these places are for emergencies alone, so that what can wait never keeps them out. Default 4.</summary>
    public int ReservedForUrgent { get; init; } = 4;

    /// <summary>Nodes and services that every signed transaction is offered to. Default: none, which stands for the node that is read from.</summary>
    public IReadOnlyList<SendingEndpoint> Endpoints { get; init; } = [];

    /// <summary>
    /// Ways that are not open to all, tried alone until <see cref="PublicSlack"/> before an intent's deadline: copiers of a step take its bond.
    /// An intent without a deadline goes to all at once.
    /// </summary>
    public IReadOnlyList<SendingEndpoint> PrivateEndpoints { get; init; } = [];

    /// <summary>Time before an intent's deadline from which it is offered to all. Default 10 minutes.</summary>
    public TimeSpan PublicSlack { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one endpoint has to answer one offer. Default 5 s.</summary>
    public TimeSpan OfferLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long no node may have a transaction before that is a danger and it is replaced. Default 2 minutes.</summary>
    public TimeSpan NotInMempoolAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// True if what an earlier run left in the queue waits for an <see cref="OutboxChange.Permitted"/>, until <see cref="TransactionSender.Settle"/>.
    /// </summary>
    public bool AwaitsDecisions { get; init; }

    /// <summary>What an entry is called in words: for notices, dangers and logs.</summary>
    public Func<OutboxEntry, string> Describe { get; init; } = entry => $"intent {entry.Id}";

    /// <summary>
    /// The gas limit is the estimate and this much of it, in percent. At least 150: estimates of the dispute contracts can be a third
    /// too low, since a repeated write is cheap only within one second (measured on FaultDisputeGame 1.2.0, resolveClaim).
    /// </summary>
    public int GasPercent { get; init; } = 150;

    /// <summary>The largest gas limit. Default 2^24, the limit of EIP-7825.</summary>
    public ulong MaxGas { get; init; } = 1 << 24;

    /// <summary>How often a signed transaction that all nodes refuse is offered before its nonce is taken back. Default 3.</summary>
    public int RefusalsBeforeCancel { get; init; } = 3;

    /// <summary>Blocks after its confirmation for which a finished entry is watched for a reorganisation. Default 128.</summary>
    public ulong ReorgWatch { get; init; } = 128;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>For tests only.</summary>
    public IFailPoints FailPoints { get; init; } = NoFailPoints.Instance;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ReservedForUrgent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ReservedForUrgent, MaxInFlight);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(OfferLimit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Fees.BumpPercent, 10, "BumpPercent");
        ArgumentOutOfRangeException.ThrowIfLessThan(Fees.BaseFeePercent, 100, "BaseFeePercent");
        ArgumentOutOfRangeException.ThrowIfLessThan(GasPercent, 150, "GasPercent");
        ArgumentOutOfRangeException.ThrowIfLessThan(Confirmations, 1ul, "Confirmations");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInFlight, 1, "MaxInFlight");
        ArgumentOutOfRangeException.ThrowIfLessThan(RefusalsBeforeCancel, 1, "RefusalsBeforeCancel");
    }
}
