namespace Gavel.Sending;

/// <summary>What a <see cref="SenderNotice"/> tells of.</summary>
public enum SenderNoticeKind
{
    /// <summary>An intent was enqueued.</summary>
    Queued,

    /// <summary>A node took a transaction.</summary>
    Sent,

    /// <summary>A dearer transaction with the same nonce was signed.</summary>
    Bumped,

    /// <summary>A nonce is being taken back.</summary>
    Cancelling,

    /// <summary>A receipt was seen for the first time.</summary>
    Mined,

    /// <summary>A receipt is gone, or a finished entry's block is.</summary>
    Reorganised,

    /// <summary>An entry reached a final state.</summary>
    Finished,

    /// <summary>An entry went back to the queue.</summary>
    Requeued,

    /// <summary>An intent has to wait: funds, daily limit, fee cap, or nothing known of it.</summary>
    Held,

    /// <summary>A node, a signer or a guard gave an error; it is tried again.</summary>
    Trouble,
}

/// <summary>Something that an operator may want to see. Holds no secrets.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Entry">The entry as it then was; null where it concerns none.</param>
/// <param name="Message">In words.</param>
public sealed record SenderNotice(SenderNoticeKind Kind, OutboxEntry? Entry, string Message);

/// <summary>A sender cannot work with what it was given: another chain, or a journal of another account.</summary>
public sealed class SenderException(string message) : Exception(message);
