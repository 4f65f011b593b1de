using System.Buffers.Binary;

namespace Gavel.Contracts;

/// <summary>
/// What distinguishes the local data of one execution branch of a game: the agreed and the disputed claim above the split
/// (design of <c>FaultDisputeGame.findLocalContext</c>).
/// </summary>
public static class LocalContext
{
    /// <summary>The context of a branch whose agreed output is a claim of the game.</summary>
    public static Hash32 Of(Hash32 agreed, UInt128 agreedPosition, Hash32 disputed, UInt128 disputedPosition)
    {
        Span<byte> data = stackalloc byte[4 * Hash32.Size];
        data.Clear();
        agreed.CopyTo(data);
        BinaryPrimitives.WriteUInt128BigEndian(data[48..], agreedPosition);
        disputed.CopyTo(data[64..]);
        BinaryPrimitives.WriteUInt128BigEndian(data[112..], disputedPosition);
        return Keccak256.Hash(data);
    }

    /// <summary>The context of a branch whose agreed output is the starting output of the game itself.</summary>
    public static Hash32 OfFirstBlock(Hash32 disputed, UInt128 disputedPosition)
    {
        Span<byte> data = stackalloc byte[2 * Hash32.Size];
        data.Clear();
        disputed.CopyTo(data);
        BinaryPrimitives.WriteUInt128BigEndian(data[48..], disputedPosition);
        return Keccak256.Hash(data);
    }

    /// <summary>
    /// The key under which the oracle holds a local datum for a game and context: the keccak of plain key, caller and context, with the
    /// type byte 1 (<c>PreimageKeyLib.localize</c>).
    /// </summary>
    /// <param name="ident">1 … 5: which datum.</param>
    /// <param name="game">The game, which is the oracle's caller both when data are added and when the VM steps.</param>
    /// <param name="context">The branch's context.</param>
    public static Hash32 Localize(byte ident, Address game, Hash32 context)
    {
        Span<byte> data = stackalloc byte[3 * Hash32.Size];
        data.Clear();
        data[0] = 1;
        data[31] = ident;
        game.CopyTo(data[44..]);
        context.CopyTo(data[64..]);
        return Keccak256.Hash(data).WithFirstByte(1);
    }
}
