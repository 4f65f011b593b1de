namespace Gavel.Cannon;

/// <summary>A straight line of a region, up to and with its branch.</summary>
/// <param name="Start">Address of its first instruction.</param>
/// <param name="End">Address after its last one, its slot left out.</param>
/// <param name="Length">Steps that it takes when run through.</param>
internal sealed record RegionBlock(ulong Start, ulong End, int Length)
{
    /// <summary>True where the budget is looked at.</summary>
    public bool IsCheck { get; set; }

    /// <summary>Most steps from here until the budget is looked at again.</summary>
    public int Room { get; set; }
}
