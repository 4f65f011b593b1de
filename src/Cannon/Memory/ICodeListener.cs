namespace Gavel.Cannon;

/// <summary>Holds instructions decoded, and must forget those whose bytes change.</summary>
internal interface ICodeListener
{
    /// <summary>The 8 bytes around an address are about to change.</summary>
    void OnCodeWrite(ulong address);
}
