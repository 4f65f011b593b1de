namespace Gavel.Cannon;

/// <summary>
/// Translated code. Runs instructions while <paramref name="budget"/> lasts and returns what is left of it; leaves the number of the
/// <see cref="ExitPlace"/> in the context.
/// </summary>
/// <param name="context">Registers in and out.</param>
/// <param name="budget">Most instructions to run.</param>
/// <param name="entry">Which of the region's entries to begin at.</param>
internal unsafe delegate long RegionCode(CpuContext* context, long budget, int entry);
