namespace Gavel.Sending;

/// <summary>Where an intent stands. All but the first three are final unless the entry is requeued on purpose. Journals hold the numbers.</summary>
public enum OutboxState
{
    /// <summary>Wanted; holds no nonce.</summary>
    Queued,

    /// <summary>Holds a nonce and at least one signed transaction, none of which is known to have reached a node.</summary>
    Signed,

    /// <summary>A node has taken at least one of its transactions.</summary>
    Sent,

    /// <summary>Mined with success, as deep as asked.</summary>
    Confirmed,

    /// <summary>The chain shows the effect without it, or nobody wants it any more.</summary>
    Superseded,

    /// <summary>Mined, as deep as asked, and reverted.</summary>
    Failed,

    /// <summary>Not sent: it would revert, or the spend policy or the caller's check forbids it.</summary>
    Refused,

    /// <summary>Not sent before its deadline passed.</summary>
    Expired,
}
