using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>A call that changes state, ready to be made into a transaction.</summary>
/// <param name="To">The contract.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="Value">Wei sent along: the exact bond, or 0.</param>
/// <param name="Name">The function's name, for logs.</param>
public sealed record ContractCall(Address To, ReadOnlyMemory<byte> Data, UInt256 Value, string Name)
{
    internal static ContractCall Of(Address to, AbiFunction function, Action<AbiEncoder> arguments, UInt256 value = default) =>
        new(to, function.Encode(arguments), value, function.Name);
}
