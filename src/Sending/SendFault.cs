using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>What nodes said of a raw transaction; what says most comes first.</summary>
internal enum SendOutcome
{
    /// <summary>It is in the pool, now or already.</summary>
    Taken,

    /// <summary>The nonce is used: by this transaction, another of ours, or a foreign one. The receipts tell.</summary>
    NonceUsed,

    /// <summary>Too cheap to take, or to replace what is there.</summary>
    TooCheap,

    /// <summary>The pool has no room for it now.</summary>
    PoolFull,

    /// <summary>The account cannot pay for it.</summary>
    NoFunds,

    /// <summary>Refused for another reason.</summary>
    Refused,

    /// <summary>Refused by some, while another may have it: no reason to take its nonce back.</summary>
    Doubtful,

    /// <summary>Nobody knows whether a node has it.</summary>
    Unknown,
}

/// <summary>
/// Sorts what geth, reth, Nethermind, Besu, Erigon and anvil say to <c>eth_sendRawTransaction</c>. They share no codes, so the words must do.
/// </summary>
internal static class SendFault
{
    private static readonly (SendOutcome Outcome, string[] Words)[] _table =
    [
        (SendOutcome.Taken, ["already known", "alreadyknown", "known transaction", "already imported", "already exists", "already in mempool"]),
        (SendOutcome.NonceUsed, ["nonce too low", "nonce is too low", "oldnonce", "nonce_too_low", "nonce_expired", "invalid transaction nonce"]),
        (SendOutcome.TooCheap,
        [
            "underpriced", "replacementnotallowed", "could not replace", "fee too low", "feetoolow", "less than block base fee", "gas price below",
            "feecap too low", "below configured minimum", "max fee per gas less", "fee cap less than",
        ]),
        (SendOutcome.NoFunds, ["insufficient funds", "insufficient balance", "insufficientfunds", "upfront cost exceeds", "overshot"]),
        (SendOutcome.PoolFull,
        [
            "txpool is full", "pool is full", "limit exceeded", "already reserved", "nonce too high", "nonce gap", "too many", "in-flight",
            "noncegap", "exceeds the limit", "pending limit",
        ]),
    ];

    public static SendOutcome Sort(RpcException error) =>
        error.IsTransient
            ? SendOutcome.Unknown
            : Array.Find(_table, row => Array.Exists(row.Words, word => error.NodeMessage.Contains(word, StringComparison.OrdinalIgnoreCase))) is { Words: not null } found
                ? found.Outcome
                : SendOutcome.Refused;

    public static bool IsNoFunds(RpcException error) => Sort(error) == SendOutcome.NoFunds;
}
