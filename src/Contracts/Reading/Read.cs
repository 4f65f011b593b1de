using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>A read that waits in a <see cref="ReadBatch"/>.</summary>
public abstract class PendingRead
{
    private protected PendingRead(Address contract, string function)
    {
        Contract = contract;
        Function = function;
    }

    /// <summary>The contract asked.</summary>
    public Address Contract { get; }

    /// <summary>The canonical signature of the function asked.</summary>
    public string Function { get; }

    /// <summary>Whether the contract answered. True for every read that is not optional, once the batch ran without an error.</summary>
    public bool HasValue { get; private protected set; }

    /// <summary>What kind of trouble there is instead of an answer; null where there is one, or the batch has not run.</summary>
    public ReadFault? Fault { get; private protected set; }

    /// <summary>The trouble in words, or null.</summary>
    public string? Problem { get; private protected set; }

    internal bool IsOptional { get; init; }

    internal Exception? Cause { get; private protected set; }

    internal abstract void Finish(CallResult result);
}

/// <summary>One read of a <see cref="ReadBatch"/> and, after the batch ran, its answer.</summary>
public sealed class Read<T> : PendingRead
{
    private readonly Func<ReadOnlyMemory<byte>, T> _decode;
    private T? _value;

    internal Read(Address contract, string function, Func<ReadOnlyMemory<byte>, T> decode)
        : base(contract, function) => _decode = decode;

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The batch has not run, or this optional read has no answer.</exception>
    public T Value => HasValue ? _value! : throw new InvalidOperationException($"{Function} of {Contract} has no answer");

    /// <summary>The answer, or <paramref name="otherwise"/> where an optional read has none.</summary>
    public T ValueOr(T otherwise) => HasValue ? _value! : otherwise;

    internal override void Finish(CallResult result)
    {
        if (result.Revert is { } revert)
        {
            Fail(ReadFault.Reverted, $"it reverted with {DisputeErrors.Decoder.Decode(revert.RevertData)}", revert);
            return;
        }

        if (result.Error is { } error)
        {
            ReadFault fault = error.Kind == RpcErrorKind.Malformed ? ReadFault.Garbled : ReadFault.Unanswered;
            Fail(fault, $"the node gave no usable answer ({error.Message})", error);
            return;
        }

        try
        {
            _value = _decode(result.Output);
            HasValue = true;
        }
        catch (Exception garbled) when (garbled is AbiMismatchException or FormatException or ArgumentException or OverflowException)
        {
            // No contract at the address, one whose fallback answers, or a node that is wrong.
            Fail(ReadFault.Garbled, $"the answer is not what the function returns ({(garbled as AbiMismatchException)?.Problem ?? garbled.Message})", garbled);
        }
    }

    private void Fail(ReadFault fault, string problem, Exception cause)
    {
        Fault = fault;
        Problem = problem;
        Cause = cause;
    }
}
