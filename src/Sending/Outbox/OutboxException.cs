namespace Gavel.Sending;

/// <summary>What is wrong with an outbox or a use of it.</summary>
public enum OutboxFault
{
    /// <summary>A record before the last one is damaged, or a sound record says what cannot be.</summary>
    Corrupt,

    /// <summary>Another process, or another object of this one, has the journal open.</summary>
    Locked,

    /// <summary>Not a journal, or one of a later version.</summary>
    WrongFormat,

    /// <summary>The disk refused to write or sync. Nothing is taken until the outbox has mended itself.</summary>
    WriteFailed,

    /// <summary>The entry has changed since it was read: read it again and decide anew.</summary>
    Conflict,

    /// <summary>A change that cannot follow the state of its entry, or an entry that is not there.</summary>
    BadTransition,

    /// <summary>It has been closed.</summary>
    Closed,
}

/// <summary>An outbox cannot do what it was asked for.</summary>
public sealed class OutboxException(OutboxFault fault, string message, long? offset = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of trouble.</summary>
    public OutboxFault Fault { get; } = fault;

    /// <summary>Where in the journal, in bytes from its start, for <see cref="OutboxFault.Corrupt"/>.</summary>
    public long? Offset { get; } = offset;
}
