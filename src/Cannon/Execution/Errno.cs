namespace Gavel.Cannon;

/// <summary>Error numbers that system calls answer.</summary>
internal static class Errno
{
    public const ulong BadDescriptor = 9;
    public const ulong TryAgain = 0xb;
    public const ulong Invalid = 0x16;
}
