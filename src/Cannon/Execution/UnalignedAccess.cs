using System.Buffers.Binary;
using static Gavel.Cannon.GuestWord;

namespace Gavel.Cannon;

/// <summary>
/// Loads and stores of a part of a word (cannon-vm section 7): <c>place</c> is where the naturally aligned group lies, <c>address</c>
/// the guest's own, whose low bits say which part.
/// </summary>
internal static unsafe class UnalignedAccess
{
    public static ulong LoadWordLeft(byte* place, ulong address, ulong old)
    {
        int shift = 8 * (int)(address & 3);
        uint kept = (uint)old & ((1u << shift) - 1);
        return Extend(kept | (BinaryPrimitives.ReverseEndianness(*(uint*)place) << shift));
    }

    public static ulong LoadWordRight(byte* place, ulong address, ulong old)
    {
        int shift = 24 - 8 * (int)(address & 3);
        uint low = ((uint)old & ~(uint.MaxValue >> shift)) | (BinaryPrimitives.ReverseEndianness(*(uint*)place) >> shift);

        // Only a whole word is sign-extended; otherwise the upper half stays (and on 32 bits is the sign of the unchanged top byte).
        return shift == 0 ? Extend(low) : (old & 0xffff_ffff_0000_0000) | low;
    }

    public static ulong LoadDoubleLeft(byte* place, ulong address, ulong old)
    {
        int shift = 8 * (int)(address & 7);
        return (old & ((1ul << shift) - 1)) | (BinaryPrimitives.ReverseEndianness(*(ulong*)place) << shift);
    }

    public static ulong LoadDoubleRight(byte* place, ulong address, ulong old)
    {
        int shift = 56 - 8 * (int)(address & 7);
        return (old & ~(ulong.MaxValue >> shift)) | (BinaryPrimitives.ReverseEndianness(*(ulong*)place) >> shift);
    }

    public static void StoreWordLeft(byte* place, ulong address, uint value)
    {
        int shift = 8 * (int)(address & 3);
        uint kept = BinaryPrimitives.ReverseEndianness(*(uint*)place) & ~(uint.MaxValue >> shift);
        *(uint*)place = BinaryPrimitives.ReverseEndianness(kept | (value >> shift));
    }

    public static void StoreWordRight(byte* place, ulong address, uint value)
    {
        int shift = 24 - 8 * (int)(address & 3);
        uint kept = BinaryPrimitives.ReverseEndianness(*(uint*)place) & ~(uint.MaxValue << shift);
        *(uint*)place = BinaryPrimitives.ReverseEndianness(kept | (value << shift));
    }

    public static void StoreDoubleLeft(byte* place, ulong address, ulong value)
    {
        int shift = 8 * (int)(address & 7);
        ulong kept = BinaryPrimitives.ReverseEndianness(*(ulong*)place) & ~(ulong.MaxValue >> shift);
        *(ulong*)place = BinaryPrimitives.ReverseEndianness(kept | (value >> shift));
    }

    public static void StoreDoubleRight(byte* place, ulong address, ulong value)
    {
        int shift = 56 - 8 * (int)(address & 7);
        ulong kept = BinaryPrimitives.ReverseEndianness(*(ulong*)place) & ~(ulong.MaxValue << shift);
        *(ulong*)place = BinaryPrimitives.ReverseEndianness(kept | (value << shift));
    }
}
