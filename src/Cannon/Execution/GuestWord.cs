using System.Runtime.CompilerServices;

namespace Gavel.Cannon;

/// <summary>A word of 32 bits as registers hold it.</summary>
internal static class GuestWord
{
    /// <summary>Sign-extended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extend(uint value) => (ulong)(long)(int)value;
}
