using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>
/// Where a window of the guest's address space lies in the host's. Both are differences: <c>guest address + Delta</c> is the host address
/// of a guest byte, <c>guest page number + StatusDelta</c> the host address of the page's <see cref="PageStatus"/>. Zero: not reserved.
/// The layout is read by generated code.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GuestWindow
{
    /// <summary>Bits of a guest address below the window's number: windows of 64 GiB.</summary>
    public const int Bits = 36;

    /// <summary>Windows that can be reserved: the lower half (47 bits) of what 64-bit hosts give to user space.</summary>
    public const int Count = 1 << (47 - Bits);

    public nint Delta;

    public nint StatusDelta;
}
