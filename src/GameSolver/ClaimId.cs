using System.Buffers.Binary;

namespace Gavel.GameSolver;

/// <summary>
/// What makes two claims of one game the same: position, value and the claim they answer. Who posted it takes no part, so that another
/// party's copy of our move counts as ours.
/// </summary>
/// <param name="Position">Where the claim stands.</param>
/// <param name="Value">What it claims.</param>
/// <param name="ParentIndex">Contract index of the claim it answers; <see cref="Claim.NoParent"/> for the root.</param>
public readonly record struct ClaimId(Position Position, Hash32 Value, uint ParentIndex)
{
    /// <summary>
    /// The key of the contract's duplicate check: keccak256(value, 16 bytes of position, 16 bytes of parent index), big-endian.
    /// </summary>
    public Hash32 ContractHash()
    {
        Span<byte> packed = stackalloc byte[64];
        Value.CopyTo(packed);
        BinaryPrimitives.WriteUInt128BigEndian(packed[32..], Position.GIndex);
        BinaryPrimitives.WriteUInt128BigEndian(packed[48..], ParentIndex);
        return Keccak256.Hash(packed);
    }

    /// <summary>
    /// The claim id that the reference challenger prints in its logs: keccak256 of 544 bytes: position in 256 bytes, value in 32, parent
    /// index in 256, all big-endian.
    /// </summary>
    public Hash32 ReferenceHash()
    {
        const int Wide = 256;
        Span<byte> packed = stackalloc byte[2 * Wide + Hash32.Size];
        packed.Clear();
        BinaryPrimitives.WriteUInt128BigEndian(packed[(Wide - 16)..], Position.GIndex);
        Value.CopyTo(packed[Wide..]);
        BinaryPrimitives.WriteUInt32BigEndian(packed[^4..], ParentIndex);
        return Keccak256.Hash(packed);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Position, Value, ParentIndex);
}
