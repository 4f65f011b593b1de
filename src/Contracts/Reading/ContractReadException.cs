using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>Why a read of a contract has no value. The three are different things: only the first is the contract's own answer.</summary>
public enum ReadFault
{
    /// <summary>The contract reverted.</summary>
    Reverted,

    /// <summary>Data of another shape came: there is no code at the address, another contract, or a node's bad moment.</summary>
    Garbled,

    /// <summary>The node gave an error for this call (invalid opcode, out of gas, a time limit of its own).</summary>
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
