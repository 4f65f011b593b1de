namespace Gavel.Cannon;

/// <summary>A program's initial state and the names in it.</summary>
/// <param name="State">The state at step 0; the caller owns it.</param>
/// <param name="Symbols">All symbols, by address.</param>
public sealed record LoadedProgram(VmState State, IReadOnlyList<ElfSymbol> Symbols);
