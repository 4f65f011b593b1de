namespace Gavel.Cannon;

/// <summary>What a region is to be made of. Immutable, so that it can be compiled while the guest runs on.</summary>
/// <param name="Roots">Where the search began.</param>
/// <param name="Code">Instructions by address, delay slots left out.</param>
/// <param name="Slots">Instructions in delay slots, by address.</param>
/// <param name="Leaders">Where straight lines begin.</param>
/// <param name="Entries">Where the region can be entered, ascending.</param>
/// <param name="Returns">Addresses after calls, where a jump through a register may lead; ascending.</param>
/// <param name="Functions">Called functions and roots, where a call through a register may lead; ascending.</param>
/// <param name="Trace">Addresses that the search kept to; null for all that ever ran.</param>
/// <param name="IsThorough">True to look outside the main area for memory before leaving to the interpreter.</param>
internal sealed record RegionPlan(
    IReadOnlyList<ulong> Roots,
    SortedList<ulong, Insn> Code,
    IReadOnlyDictionary<ulong, Insn> Slots,
    IReadOnlySet<ulong> Leaders,
    IReadOnlyList<ulong> Entries,
    IReadOnlyList<ulong> Returns,
    IReadOnlyList<ulong> Functions,
    IReadOnlySet<ulong>? Trace,
    bool IsThorough)
{
    /// <summary>Instructions, those in slots included.</summary>
    public int Size => Code.Count + Slots.Count;
}
