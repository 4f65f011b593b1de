namespace Gavel.Cannon;

/// <summary>Holds what was made from decoded instructions, and must forget it with them.</summary>
internal interface ICodeFollower
{
    /// <summary>The 8 bytes around an address, in a page of decoded instructions, are about to change.</summary>
    void OnCodeWrite(ulong address);

    /// <summary>Stores to a page are not reported from now on.</summary>
    void OnPageDropped(ulong page);
}
