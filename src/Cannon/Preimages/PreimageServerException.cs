namespace Gavel.Cannon.Preimages;

/// <summary>What went wrong with a source of preimages.</summary>
public enum PreimageServerFault
{
    /// <summary>The program could not be started: no such file, not executable, no such working directory.</summary>
    NotStarted,

    /// <summary>The process ended, or closed its end of a channel, while it was needed.</summary>
    Exited,

    /// <summary>No complete answer came within the time of one request.</summary>
    TimedOut,

    /// <summary>The channel broke off inside an answer.</summary>
    ShortRead,

    /// <summary>An answer claims more bytes than are allowed.</summary>
    Oversized,

    /// <summary>Bytes came that nobody asked for, so that the channel is out of step.</summary>
    Garbage,

    /// <summary>A value does not belong to its key.</summary>
    WrongValue,

    /// <summary>The key is of a type that is not served, or is not among the expected local keys.</summary>
    Refused,

    /// <summary>The run was cancelled while it waited for an answer.</summary>
    Cancelled,
}

/// <summary>A preimage could not be had, or must not be believed. The run that asked for it cannot go on; no step has been taken.</summary>
public sealed class PreimageServerException : PreimageException
{
    /// <summary>With the fault and its words.</summary>
    public PreimageServerException(PreimageServerFault fault, string message)
        : base(message) => Fault = fault;

    /// <summary>With the fault, its words and its cause.</summary>
    public PreimageServerException(PreimageServerFault fault, string message, Exception innerException)
        : base(message, innerException) => Fault = fault;

    /// <summary>The kind of fault.</summary>
    public PreimageServerFault Fault { get; }
}
