namespace Gavel.Sending;

/// <summary>What a signed transaction does for its intent.</summary>
public enum AttemptPurpose
{
    /// <summary>It is the call.</summary>
    Call = 0,

    /// <summary>It takes the call's nonce away from it: a transfer of nothing to the account itself.</summary>
    Cancel = 1,
}

/// <summary>One signed transaction for an intent. All attempts of an entry share account and nonce, so at most one is ever mined.</summary>
public sealed record SignedAttempt
{
    /// <summary>The sending account.</summary>
    public required Address Account { get; init; }

    /// <summary>The account's nonce.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>What it is for.</summary>
    public AttemptPurpose Purpose { get; init; }

    /// <summary>The transaction's hash.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>The transaction as it goes to a node.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>The gas limit.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>The most paid for a unit of gas, in wei.</summary>
    public required UInt256 MaxFeePerGas { get; init; }

    /// <summary>The most paid to the block's builder for a unit of gas, in wei.</summary>
    public required UInt256 MaxPriorityFeePerGas { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>When a node first took it; null while none is known to have.</summary>
    public DateTimeOffset? SentAt { get; init; }
}

/// <summary>Where an attempt was mined and what it cost.</summary>
/// <param name="TransactionHash">Which attempt.</param>
/// <param name="BlockNumber">The block's number.</param>
/// <param name="BlockHash">The block's hash.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="EffectiveGasPrice">Wei for each unit.</param>
/// <param name="Cost">Gas and, where the call succeeded, value: wei that left the account.</param>
public sealed record MinedAttempt(
    Hash32 TransactionHash,
    ulong BlockNumber,
    Hash32 BlockHash,
    ulong GasUsed,
    UInt256 EffectiveGasPrice,
    UInt256 Cost);

/// <summary>Wei that left the account for an intent, and when that was recorded.</summary>
public readonly record struct Expense(UInt256 Wei, DateTimeOffset At);
