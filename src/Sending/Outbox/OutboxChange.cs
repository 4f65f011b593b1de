namespace Gavel.Sending;

/// <summary>Something that happened to an entry of the outbox. What is allowed when is written at <see cref="OutboxEntry.Apply"/>.</summary>
public abstract record OutboxChange
{
    private OutboxChange()
    {
    }

    /// <summary>A transaction was signed. It may only be sent once this is recorded.</summary>
    public sealed record Signed(SignedAttempt Attempt) : OutboxChange;

    /// <summary>A node took an attempt.</summary>
    public sealed record Sent(Hash32 TransactionHash, DateTimeOffset At) : OutboxChange;

    /// <summary>The call was mined with success, as deep as asked.</summary>
    public sealed record Confirmed(MinedAttempt Mined, DateTimeOffset At) : OutboxChange;

    /// <summary>The call was mined, as deep as asked, and reverted.</summary>
    public sealed record Failed(MinedAttempt Mined, string Reason, ReadOnlyMemory<byte> RevertData, DateTimeOffset At) : OutboxChange;

    /// <summary>The effect is there without this intent.</summary>
    public sealed record Superseded(string Reason, DateTimeOffset At) : OutboxChange;

    /// <summary>It must not be sent.</summary>
    public sealed record Refused(string Reason, ReadOnlyMemory<byte> RevertData, DateTimeOffset At) : OutboxChange;

    /// <summary>Its deadline passed while it was queued: the chain would not take it any more.</summary>
    public sealed record Expired(string Reason, DateTimeOffset At) : OutboxChange;

    /// <summary>
    /// A decision of the running process wants it: before that, what an earlier run left in the queue is not sent. The state stays.
    /// </summary>
    /// <param name="Deadline">When the call loses its worth, as it is known now; null for never.</param>
    /// <param name="Epoch">The <see cref="IOutbox.Epoch"/> of whoever permits it.</param>
    /// <param name="At">When.</param>
    public sealed record Permitted(DateTimeOffset? Deadline, ulong Epoch, DateTimeOffset At) : OutboxChange;

    /// <summary>
    /// Back to the queue, without a nonce: none of its attempts can be mined any more, or a final state was wrong. Attempts are forgotten.
    /// </summary>
    /// <param name="Reason">Why.</param>
    /// <param name="GasFloor">The next gas limit is at least this; 0 leaves it to the estimate.</param>
    /// <param name="Mined">The attempt that used the nonce up, where it was one of ours.</param>
    /// <param name="At">When.</param>
    public sealed record Requeued(string Reason, ulong GasFloor, MinedAttempt? Mined, DateTimeOffset At) : OutboxChange;

    /// <summary>A reorganisation took the block of a finished entry away; its attempts are in flight again.</summary>
    public sealed record Unmined(string Reason, DateTimeOffset At) : OutboxChange;
}
