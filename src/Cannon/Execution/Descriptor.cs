namespace Gavel.Cannon;

/// <summary>File descriptors as the guest sees them.</summary>
internal static class Descriptor
{
    public const ulong StandardInput = 0;
    public const ulong StandardOutput = 1;
    public const ulong StandardError = 2;
    public const ulong HintRead = 3;
    public const ulong HintWrite = 4;
    public const ulong PreimageRead = 5;
    public const ulong PreimageWrite = 6;

    /// <summary>What <c>eventfd2</c> hands out (64-bit VM).</summary>
    public const ulong Event = 100;
}
