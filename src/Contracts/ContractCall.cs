using Gavel.Ethereum;
using Nethereum.Contracts;

namespace Gavel.Contracts;

/// <summary>A call that changes state, ready to be made into a transaction.</summary>
/// <param name="To">The contract.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="Value">Wei sent along: the exact bond, or 0.</param>
/// <param name="Name">The function's name, for logs.</param>
public sealed record ContractCall(Address To, ReadOnlyMemory<byte> Data, UInt256 Value, string Name)
{
    /// <summary>The call of a typed message.</summary>
    /// <exception cref="AbiMismatchException">An argument does not fit its type.</exception>
    public static ContractCall Of<TMessage>(Address to, TMessage message, UInt256 value = default)
        where TMessage : FunctionMessage, new() => new(to, StrictAbi.Encode(message), value, StrictAbi.SignatureOf<TMessage>().Split('(')[0]);
}
