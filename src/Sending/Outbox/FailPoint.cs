namespace Gavel.Sending;

/// <summary>
/// Named places between every two steps of an intent's way, where a test ends the process to prove that nothing is lost or doubled.
/// </summary>
public enum FailPoint
{
    /// <summary>A frame of the journal is composed, not a byte of it written.</summary>
    JournalBeforeWrite,

    /// <summary>Half of a frame is written. Only asked for where a fail point is armed; see <see cref="IFailPoints.TearsWrites"/>.</summary>
    JournalHalfWritten,

    /// <summary>A frame is written, not synced.</summary>
    JournalWritten,

    /// <summary>A frame is synced, nobody told.</summary>
    JournalSynced,

    /// <summary>Compaction has written the new file, not synced it.</summary>
    CompactionWritten,

    /// <summary>Compaction has synced the new file, not put it in place.</summary>
    CompactionSynced,

    /// <summary>Compaction has put the new file in place, not synced the folder.</summary>
    CompactionRenamed,

    /// <summary>Compaction is done.</summary>
    CompactionDone,

    /// <summary>An intent passed the caller's check, the policy and the estimate; it has no nonce.</summary>
    SenderChosen,

    /// <summary>A nonce is chosen, nothing signed.</summary>
    SenderNonceAssigned,

    /// <summary>A transaction is signed, not recorded.</summary>
    SenderSigned,

    /// <summary>A signed transaction is recorded, not sent.</summary>
    SenderSignedRecorded,

    /// <summary>A node has answered a sent transaction, which is not recorded.</summary>
    SenderSent,

    /// <summary>That a transaction was sent is recorded.</summary>
    SenderSentRecorded,

    /// <summary>A replacement is signed, not recorded.</summary>
    SenderBumpSigned,

    /// <summary>A replacement is recorded, not sent.</summary>
    SenderBumpRecorded,

    /// <summary>A node has answered a sent replacement.</summary>
    SenderBumpSent,

    /// <summary>A receipt was seen for the first time.</summary>
    SenderReceiptSeen,

    /// <summary>A receipt is deep enough, which is not recorded.</summary>
    SenderReceiptDeep,

    /// <summary>A final state is recorded.</summary>
    SenderFinishedRecorded,
}

/// <summary>Is told when a fail point is reached.</summary>
public interface IFailPoints
{
    /// <summary>True if half-written frames are to be made reachable: a frame is then written in two parts.</summary>
    bool TearsWrites { get; }

    /// <summary>Called each time that a point is reached. A test may not return from it.</summary>
    void Reached(FailPoint point);
}

/// <summary>The fail points of production: none.</summary>
public sealed class NoFailPoints : IFailPoints
{
    /// <summary>The one instance.</summary>
    public static NoFailPoints Instance { get; } = new();

    /// <inheritdoc/>
    public bool TearsWrites => false;

    /// <inheritdoc/>
    public void Reached(FailPoint point)
    {
    }
}
