namespace Gavel.Cannon;

/// <summary>
/// Translated code. Runs whole instructions while <paramref name="budget"/> lasts and returns what is left of it; leaves the pc and the
/// <see cref="RegionExit"/> in the context.
/// </summary>
/// <param name="context">Registers in and out.</param>
/// <param name="budget">Most instructions to run.</param>
/// <param name="entry">Which of the region's entries to begin at.</param>
internal unsafe delegate long RegionCode(CpuContext* context, long budget, int entry);
