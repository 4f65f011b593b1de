using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>A contract did not answer a read as its interface says: it reverted, is no contract, or gave data of another shape.</summary>
public sealed class ContractReadException(Address contract, string function, BlockRef at, string problem, Exception? inner = null)
    : Exception($"{function} of {contract} at block {at}: {problem}", inner)
{
    /// <summary>The contract asked.</summary>
    public Address Contract { get; } = contract;

    /// <summary>The function asked.</summary>
    public string Function { get; } = function;
}
