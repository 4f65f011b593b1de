using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>A read that waits in a <see cref="ReadBatch"/>.</summary>
public abstract class PendingRead
{
    private protected PendingRead(CallRequest request) => Request = request;

    internal CallRequest Request { get; }

    internal abstract void Finish(CallResult result, BlockRef at);
}

/// <summary>One read of a <see cref="ReadBatch"/> and, after the batch ran, its answer.</summary>
public sealed class Read<T> : PendingRead
{
    private readonly Address _contract;
    private readonly AbiFunction _function;
    private readonly Func<AbiDecoder, T> _decode;
    private readonly bool _optional;
    private T? _value;

    internal Read(Address contract, AbiFunction function, byte[] data, Func<AbiDecoder, T> decode, bool optional)
        : base(new CallRequest { To = contract, Data = data })
    {
        _contract = contract;
        _function = function;
        _decode = decode;
        _optional = optional;
    }

    /// <summary>Whether the contract answered. True for every read that is not optional, once the batch ran without an error.</summary>
    public bool HasValue { get; private set; }

    /// <summary>Why this optional read has no answer; null where it has one.</summary>
    public ReadFault? Fault { get; private set; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The batch has not run, or this optional read has no answer.</exception>
    public T Value => HasValue ? _value! : throw new InvalidOperationException($"{_function} of {_contract} has no answer");

    /// <summary>The answer, or <paramref name="otherwise"/> where an optional read has none.</summary>
    public T ValueOr(T otherwise) => HasValue ? _value! : otherwise;

    internal override void Finish(CallResult result, BlockRef at)
    {
        HasValue = false;
        if (result.Revert is { } revert)
        {
            Fail(ReadFault.Reverted, $"it reverted with {DisputeErrors.Decoder.Decode(revert.RevertData)}", revert);
        }
        else if (result.Error is { } error)
        {
            Fail(ReadFault.Unanswered, error.Message, error);
        }
        else
        {
            try
            {
                _value = _decode(new AbiDecoder(result.Output, _function.Name));
                HasValue = true;
            }
            catch (Exception garbled) when (garbled is AbiException or FormatException or ArgumentException)
            {
                // No contract at the address, or one whose fallback answers.
                Fail(ReadFault.Garbled, $"the answer is not what the function returns ({garbled.Message})", garbled);
            }
        }

        void Fail(ReadFault fault, string problem, Exception cause)
        {
            Fault = fault;
            if (!_optional)
            {
                throw new ContractReadException(_contract, _function.ToString(), at, problem, cause, fault);
            }
        }
    }
}
