namespace Gavel.Cannon;

/// <summary>When the translator does what. The defaults are measured (docs/adr); tests make everything happen at once.</summary>
internal sealed record TranslatorTuning
{
    /// <summary>
    /// Steps that the interpreter runs alone before anything is looked at: translating needs some 50 ms before its first gain, which a
    /// short run never earns back.
    /// </summary>
    public ulong WarmUp { get; init; } = 40_000_000;

    /// <summary>Steps between two looks at where the interpreter is.</summary>
    public long SampleInterval { get; init; } = 8192;

    /// <summary>Heat at which a place is translated.</summary>
    public int Threshold { get; init; } = 8192;

    /// <summary>Heat of being where the interpreter is looked at.</summary>
    public int SampleHeat { get; init; } = 320;

    /// <summary>Steps that are noted one by one before a place is translated, so that only what runs there is; 0 takes all that ever ran.</summary>
    public int TraceLength { get; init; } = 4096;

    /// <summary>Times that one region must leave to the same place before it is made to hold that place too.</summary>
    public int MergeThreshold { get; init; } = 16_384;

    /// <summary>True to make regions look outside the main area from the first, not only those that left for that often.</summary>
    public bool IsThorough { get; init; }

    /// <summary>Most instructions in a region.</summary>
    public int RegionLimit { get; init; } = 1500;

    /// <summary>Most instructions in all regions of a VM.</summary>
    public int CacheLimit { get; init; } = 200_000;

    /// <summary>Most regions waiting to be compiled.</summary>
    public int QueueLimit { get; init; } = 16;

    /// <summary>False compiles on the VM's own thread.</summary>
    public bool InBackground { get; init; } = true;
}
