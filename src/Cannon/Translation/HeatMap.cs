namespace Gavel.Cannon;

/// <summary>Heat by address, in a table where a colder address gives way to another.</summary>
internal sealed class HeatMap(int threshold)
{
    private const int Count = 1 << 13;

    private readonly Spot[] _spots = new Spot[Count];

    /// <summary>Adds heat; true when the address has reached the threshold, from where it begins anew.</summary>
    public bool Add(ulong pc, int heat)
    {
        ref Spot spot = ref _spots[(pc >> 2) % Count];
        if (spot.Pc != pc)
        {
            spot.Heat -= heat;
            if (spot.Heat > 0)
            {
                return false;
            }

            spot = new Spot { Pc = pc };
        }

        spot.Heat += heat;
        if (spot.Heat < threshold)
        {
            return false;
        }

        spot.Heat = 0;
        return true;
    }

    private struct Spot
    {
        public ulong Pc;
        public int Heat;
    }
}
