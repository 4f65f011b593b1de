namespace Gavel.Cannon;

/// <summary>A name in a program.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Start">Its address.</param>
/// <param name="Size">Bytes, or 0 when unknown.</param>
public sealed record ElfSymbol(string Name, ulong Start, ulong Size);
