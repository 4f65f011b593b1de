using System.Buffers.Binary;
using Gavel.SuperRoots;

namespace Gavel.Contracts;

/// <summary>What kind of contract disputes, or only keeps, a super root.</summary>
public enum SuperGameKind
{
    /// <summary>Everybody moves on its claims, down to a step of the VM (type 9).</summary>
    Fault,

    /// <summary>The same, where only a proposer and a challenger move (type 5 of test networks up to June 2026).</summary>
    Permissioned,

    /// <summary>
    /// A proposer publishes the root, and no claim can be made against it: it is born resolved (type 5, 1.0.0). After the air gap anybody may make it the anchor; only the guardian stops it.
    /// </summary>
    Published,
}

/// <summary>
/// The arguments of a super game's clone: creator, root claim, L1 head, type, the encoded super root, and behind it what belongs to the type. Their lengths alone do not tell a kind from another with one chain
/// more; that the root claim is the keccak of the super root does.
/// </summary>
internal sealed record SuperCloneArguments(Address Creator, Hash32 L1Head, uint GameType, SuperRoot Claimed, SuperGameKind Kind)
{
    private const int Head = 88;
    private const int FaultTail = 124;
    private const int PermissionedTail = FaultTail + (2 * Address.Size);
    private const int PublishedTail = 2 * Address.Size;

    /// <summary>Registry that keeps the anchor.</summary>
    public Address AnchorStateRegistry { get; private init; }

    /// <summary>What a game with claims has; null for one without.</summary>
    public (Hash32 AbsolutePrestate, Address Vm, Address Weth)? Dispute { get; private init; }

    /// <summary>Who alone may propose; null where everybody may.</summary>
    public Address? Proposer { get; private init; }

    /// <summary>Who alone may challenge; null where everybody may, or nobody can.</summary>
    public Address? Challenger { get; private init; }

    /// <summary>Reads the arguments; null for those of any other contract.</summary>
    public static SuperCloneArguments? Parse(ReadOnlySpan<byte> arguments) =>
        TryParse(arguments, FaultTail, SuperGameKind.Fault)
        ?? TryParse(arguments, PermissionedTail, SuperGameKind.Permissioned)
        ?? TryParse(arguments, PublishedTail, SuperGameKind.Published);

    /// <summary>The length of the arguments that a factory keeps for a kind.</summary>
    public static int FactoryArguments(SuperGameKind kind) => kind switch
    {
        SuperGameKind.Fault => FaultTail,
        SuperGameKind.Permissioned => PermissionedTail,
        _ => PublishedTail,
    };

    /// <summary>The super root that extra data encode, where it is the one that is claimed; null for any other.</summary>
    public static SuperRoot? Claim(ReadOnlySpan<byte> extraData, Hash32 rootClaim)
    {
        try
        {
            return SuperRoot.Decode(extraData) is var root && root.Hash == rootClaim ? root : null;
        }
        catch (SuperFormatException)
        {
            return null;
        }
    }

    private static SuperCloneArguments? TryParse(ReadOnlySpan<byte> arguments, int tailSize, SuperGameKind kind)
    {
        if (arguments.Length < Head + tailSize || Claim(arguments[Head..^tailSize], WordAt(arguments, 20)) is not { } claimed)
        {
            return null;
        }

        ReadOnlySpan<byte> tail = arguments[^tailSize..];
        SuperCloneArguments read = new(AddressAt(arguments, 0), WordAt(arguments, 52), BinaryPrimitives.ReadUInt32BigEndian(arguments[84..]), claimed, kind);
        if (kind == SuperGameKind.Published)
        {
            return read with { AnchorStateRegistry = AddressAt(tail, 0), Proposer = AddressAt(tail, 20) };
        }

        // The word behind them was the L2 chain's id; a super game is of many, and refuses to be made with one.
        return !WordAt(tail, 92).IsZero ? null : read with
        {
            AnchorStateRegistry = AddressAt(tail, 52),
            Dispute = (WordAt(tail, 0), AddressAt(tail, 32), AddressAt(tail, 72)),
            Proposer = kind == SuperGameKind.Permissioned ? AddressAt(tail, 124) : null,
            Challenger = kind == SuperGameKind.Permissioned ? AddressAt(tail, 144) : null,
        };
    }

    private static Address AddressAt(ReadOnlySpan<byte> bytes, int at) => new(bytes.Slice(at, Address.Size));

    private static Hash32 WordAt(ReadOnlySpan<byte> bytes, int at) => new(bytes.Slice(at, Hash32.Size));
}
