namespace Gavel.Cannon;

/// <summary>
/// The part of the 64-bit guest's address space that programs live in: 1 TiB from 0 (code, data, Go's heap) and 1 TiB from where
/// <c>mmap</c> begins. The host keeps both at one distance from the guest's addresses, so that translated code finds either by one test
/// and one addition. The rest of the address space goes through <see cref="GuestWindow"/>.
/// </summary>
internal static class MainArea
{
    /// <summary>Bits of an address within a part.</summary>
    public const int PartBits = 40;

    /// <summary>Bytes in a part.</summary>
    public const ulong PartSize = 1ul << PartBits;

    /// <summary>Guest address of the second part.</summary>
    public const ulong SecondPart = 1ul << 44;

    /// <summary>From the first byte of the first part to the last of the second.</summary>
    public const ulong Span = SecondPart + PartSize;

    /// <summary>Above this the host's address space (47 bits) holds its own things.</summary>
    public const ulong HighestPlace = (1ul << 47) - Span - (1ul << 44);

    /// <summary>Bits above <see cref="PartBits"/> that are zero in every address of the area, shifted down.</summary>
    public const int OutsideMask = 0xff_ffff & ~(int)(SecondPart >> PartBits);

    /// <summary>True when an address is in the area.</summary>
    public static bool Holds(ulong address) => ((int)(address >> PartBits) & OutsideMask) == 0;
}
