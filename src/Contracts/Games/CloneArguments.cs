namespace Gavel.Contracts;

/// <summary>
/// The arguments of a game's clone. Games up to 1.8 (and of any type for which the factory keeps no arguments) have four; those of 2.x also have
/// their type, and what older ones have as constants of their implementation.
/// </summary>
internal sealed record CloneArguments(Address Creator, Hash32 RootClaim, Hash32 L1Head, UInt256 L2BlockNumber)
{
    private const int Short = 116;
    private const int Long = 244;
    private const int LongPermissioned = Long + (2 * Address.Size);

    /// <summary>The type, where the clone says it.</summary>
    public uint? GameType { get; private init; }

    /// <summary>2.x: what belongs to this chain and type; null where the implementation has it.</summary>
    public ChainConstants? Constants { get; private init; }

    /// <summary>Reads the layouts of games about one block of one chain; null for any other length.</summary>
    public static CloneArguments? Parse(ReadOnlySpan<byte> arguments)
    {
        if (arguments.Length == Short)
        {
            return new CloneArguments(AddressAt(arguments, 0), WordAt(arguments, 20), WordAt(arguments, 52), WordAt(arguments, 84).ToUInt256());
        }

        if (arguments.Length is not (Long or LongPermissioned) || !WordAt(arguments, 212).ToUInt256().TryToUInt64(out ulong chainId))
        {
            return null;
        }

        return new CloneArguments(AddressAt(arguments, 0), WordAt(arguments, 20), WordAt(arguments, 52), WordAt(arguments, 88).ToUInt256())
        {
            GameType = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(arguments[84..]),
            Constants = new ChainConstants(
                WordAt(arguments, 120),
                AddressAt(arguments, 152),
                AddressAt(arguments, 192),
                AddressAt(arguments, 172),
                chainId,
                arguments.Length == LongPermissioned ? (AddressAt(arguments, 244), AddressAt(arguments, 264)) : null),
        };
    }

    private static Address AddressAt(ReadOnlySpan<byte> bytes, int at) => new(bytes.Slice(at, Address.Size));

    private static Hash32 WordAt(ReadOnlySpan<byte> bytes, int at) => new(bytes.Slice(at, Hash32.Size));
}

/// <summary>What is the same for all games of a chain and type: constants of the implementation, or arguments of each clone.</summary>
internal sealed record ChainConstants(
    Hash32 AbsolutePrestate, Address Vm, Address Weth, Address AnchorStateRegistry, ulong L2ChainId, (Address Proposer, Address Challenger)? Permitted);
