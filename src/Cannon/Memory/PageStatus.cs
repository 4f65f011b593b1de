namespace Gavel.Cannon;

/// <summary>
/// One byte a guest page, next to the page's bytes. A store may go straight to memory only when the byte is exactly
/// <see cref="Writable"/>; every other value sends it through <see cref="PagedMemory.PrepareWrite"/>, which makes it so when it can.
/// </summary>
internal static class PageStatus
{
    /// <summary>Allocated: counted, and written to state files.</summary>
    public const byte Present = 1;

    /// <summary>Queued for the next Merkle root.</summary>
    public const byte Dirty = 2;

    /// <summary>Queued for the next checkpoint.</summary>
    public const byte Changed = 4;

    /// <summary>Instructions of this page are held decoded.</summary>
    public const byte Code = 8;

    /// <summary>The latest checkpoint reads this page from here; it must be copied out before it changes.</summary>
    public const byte Shared = 16;

    /// <summary>The LL reservation is in this page; stores that do not look at reservations themselves must not pass.</summary>
    public const byte Watched = 32;

    /// <summary>Stores need no further care.</summary>
    public const byte Writable = Present | Dirty | Changed;
}
