using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>A page of zeros that absent pages are read from. Never written.</summary>
internal static unsafe class SharedZeroPage
{
    public static byte* Bytes { get; } = (byte*)NativeMemory.AllocZeroed(PagedMemory.PageSize);
}
