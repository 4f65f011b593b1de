namespace Gavel.Ethereum;

/// <summary>Executes a call in this process before it is paid for. It refines and warns; it forbids nothing.</summary>
public interface IRehearsal
{
    /// <summary>Executes the call on the state of its block, within the limits and the time that its slack allows.</summary>
    /// <returns>What would happen. Whatever goes wrong on the way is <see cref="NotRehearsed"/> with its reason.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<Rehearsal> RehearseAsync(RehearsalCall call, CancellationToken cancellationToken);
}

/// <summary>A call to rehearse.</summary>
public sealed record RehearsalCall
{
    /// <summary>The account that will send it.</summary>
    public required Address From { get; init; }

    /// <summary>The contract.</summary>
    public required Address To { get; init; }

    /// <summary>Selector and arguments.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Wei sent along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>The block on whose state it is executed, by hash: the one at which the call was decided.</summary>
    public required Hash32 Block { get; init; }

    /// <summary>Time left until the call loses its worth; a rehearsal takes at most a tenth of it. Null where there is no such time.</summary>
    public TimeSpan? Slack { get; init; }

    /// <summary>What earlier rehearsals of the same cycle took: it counts against this one's time.</summary>
    public TimeSpan Spent { get; init; }

    /// <summary>Whether the node's own <c>eth_call</c> at the same block is asked for too, in the same round trip.</summary>
    public bool AskNode { get; init; } = true;
}
