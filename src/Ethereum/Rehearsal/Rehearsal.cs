namespace Gavel.Ethereum;

/// <summary>What a call would do on the state of a block: <see cref="Succeeded"/>, <see cref="Reverted"/> or <see cref="NotRehearsed"/>.</summary>
public abstract record Rehearsal
{
    /// <summary>Why the result may differ from the chain's although nothing is wrong: L1 runs rules newer than the library knows. Null where it is exact.</summary>
    public string? NotExact { get; init; }

    /// <summary>What the node's own <c>eth_call</c> at the same block gave; null where it was not asked.</summary>
    public NodeOutcome? Node { get; init; }

    /// <summary>Requests that this rehearsal made, single calls inside batches counted one by one.</summary>
    public int Requests { get; init; }

    /// <summary>Round trips to the node that this rehearsal waited for.</summary>
    public int RoundTrips { get; init; }

    /// <summary>Time that it took in all.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Whether the node contradicts this rehearsal: one of them reverts and the other does not, or their output or revert data differ. False
    /// where one of the two has nothing to say.
    /// </summary>
    public bool ContradictsNode => (this, Node) switch
    {
        (Succeeded mine, { Kind: NodeOutcomeKind.Output } node) => !mine.Output.Span.SequenceEqual(node.Data.Span),
        (Succeeded, { Kind: NodeOutcomeKind.Revert }) => true,
        (Reverted, { Kind: NodeOutcomeKind.Output }) => true,
        (Reverted mine, { Kind: NodeOutcomeKind.Revert } node) => !mine.Data.Span.SequenceEqual(node.Data.Span),
        _ => false,
    };
}

/// <summary>The call goes through.</summary>
/// <param name="GasUsed">Gas that the receipt would show, after refunds.</param>
/// <param name="GasNeeded">Gas spent before refunds: a limit below it fails.</param>
/// <param name="Logs">The logs in their order.</param>
/// <param name="Output">What the contract returns.</param>
public sealed record Succeeded(ulong GasUsed, ulong GasNeeded, IReadOnlyList<RehearsedLog> Logs, ReadOnlyMemory<byte> Output) : Rehearsal;

/// <summary>The call fails.</summary>
/// <param name="GasUsed">Gas that would be lost.</param>
/// <param name="Data">What the contract gives as its reason: selector and arguments of its error; empty for a bare revert or a halt.</param>
/// <param name="Halt">What the machine stopped at (out of gas, an invalid opcode …); null where the contract reverted of its own.</param>
public sealed record Reverted(ulong GasUsed, ReadOnlyMemory<byte> Data, string? Halt) : Rehearsal;

/// <summary>Nothing is known from here: a bound was reached, the library cannot execute it, or the state could not be had.</summary>
/// <param name="Reason">Why, in words.</param>
public sealed record NotRehearsed(string Reason) : Rehearsal;

/// <summary>A log that the call would write.</summary>
/// <param name="Address">The contract that writes it.</param>
/// <param name="Topics">Up to four topics.</param>
/// <param name="Data">The rest.</param>
public sealed record RehearsedLog(Address Address, IReadOnlyList<Hash32> Topics, ReadOnlyMemory<byte> Data);

/// <summary>What kind of answer a node gave to <c>eth_call</c>.</summary>
public enum NodeOutcomeKind
{
    /// <summary>The call succeeded.</summary>
    Output,

    /// <summary>The contract reverted.</summary>
    Revert,

    /// <summary>Neither: the node could not or would not say.</summary>
    Unknown,
}

/// <summary>The node's own answer to <c>eth_call</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Data">Output or revert data.</param>
/// <param name="Problem">The node's words, where <paramref name="Kind"/> is <see cref="NodeOutcomeKind.Unknown"/>.</param>
public sealed record NodeOutcome(NodeOutcomeKind Kind, ReadOnlyMemory<byte> Data, string? Problem = null)
{
    internal static NodeOutcome Of(RpcReply reply)
    {
        try
        {
            return reply.Error switch
            {
                null => new NodeOutcome(NodeOutcomeKind.Output, new RpcValue(reply.Result, "eth_call").Bytes()),
                { Kind: RpcErrorKind.Revert } revert => new NodeOutcome(NodeOutcomeKind.Revert, revert.RevertData),
                { } error => new NodeOutcome(NodeOutcomeKind.Unknown, default, error.Message),
            };
        }
        catch (RpcException error)
        {
            return new NodeOutcome(NodeOutcomeKind.Unknown, default, error.Message);
        }
    }
}
