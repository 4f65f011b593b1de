using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>Why a read of a contract has no value. The three are different things: only the first is the contract's own answer.</summary>
public enum ReadFault
{
    /// <summary>The contract reverted: a lasting answer, for instance of one that lacks the function.</summary>
    Reverted,

    /// <summary>
    /// Bytes came that are not what the function returns: of a contract of another kind, of an address without code, or of a node that lacks the
    /// state and says "0x". One such answer proves nothing.
    /// </summary>
    Garbled,

    /// <summary>The node gave an error for this call (invalid opcode, out of gas, a time limit of its own): it says nothing of the contract.</summary>
    Unanswered,
}

/// <summary>A contract did not answer a read as its interface says.</summary>
public sealed class ContractReadException(
    Address contract, string function, BlockRef at, string problem, Exception? inner = null, ReadFault fault = ReadFault.Garbled)
    : Exception($"{function} of {contract} at block {at}: {problem}", inner)
{
    /// <summary>The contract asked.</summary>
    public Address Contract { get; } = contract;

    /// <summary>The function asked.</summary>
    public string Function { get; } = function;

    /// <summary>What kind of trouble it was.</summary>
    public ReadFault Fault { get; } = fault;
}
