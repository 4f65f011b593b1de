namespace Gavel.Cannon;

/// <summary>Told of each memory access that a step proof must cover, before it happens.</summary>
internal interface IAccessTrace
{
    /// <summary>The word that holds the address is about to be read or written.</summary>
    void OnAccess(ulong address);
}
