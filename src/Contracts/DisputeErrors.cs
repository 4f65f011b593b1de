using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Contracts;

/// <summary>
/// The errors of the dispute contracts, of every supported version: the classes with <see cref="ErrorAttribute"/> of this assembly, and what
/// the contracts raise from assembly. <see cref="Decoder"/> turns revert data into a name with arguments.
/// </summary>
public static class DisputeErrors
{
    /// <summary>
    /// The oracle's <c>addLeavesLPP</c> raises <c>InvalidInputSize()</c> for a wrong count of blocks from assembly, with two hex digits of the
    /// selector transposed (0x07b1daf1 for 0x7b1dafd1); both selectors occur on chain.
    /// </summary>
    public static ContractError InvalidInputSizeFromAssembly { get; } = ContractError.Of<InvalidInputSizeError>(new Selector(0x07b1daf1));

    /// <summary>Every error that is registered with <see cref="Decoder"/>.</summary>
    public static IReadOnlyList<ContractError> All { get; } =
    [
        InvalidInputSizeFromAssembly,
        .. typeof(DisputeErrors).Assembly.GetTypes()
            .Where(static type => type.IsAssignableTo(typeof(IErrorDTO)) && !type.IsAbstract)
            .Select(static type => ContractError.Of(type)),
    ];

    /// <summary>Names the reason of a revert of any dispute contract.</summary>
    public static RevertDecoder Decoder { get; } = new(All, [new RawRevert("MIPS memory proof does not fit the state", MemoryProofMismatch())]);

    /// <summary>MIPS 1.0 raises one bare word when a memory proof does not lead to the memory root.</summary>
    private static byte[] MemoryProofMismatch() => Hash32.FromUInt256(0x0badf00d).ToArray();
}
