namespace Gavel.Cannon;

/// <summary>
/// The width of the VM as a type, so that the compiler makes one interpreter loop for each from the same source. Registers are held as
/// 64 bits in both: on the 32-bit VM always sign-extended, under which its instructions mean the same as on the 64-bit one; only
/// addresses need cutting to 32 bits.
/// </summary>
internal interface IVmWidth
{
    /// <summary>True for 64-bit words and addresses.</summary>
    static abstract bool Is64 { get; }
}

/// <summary>64-bit words and addresses.</summary>
internal readonly struct Wide : IVmWidth
{
    public static bool Is64 => true;
}

/// <summary>32-bit words and addresses.</summary>
internal readonly struct Narrow : IVmWidth
{
    public static bool Is64 => false;
}

/// <summary>How the loop counts steps, as a type.</summary>
internal interface IPace
{
    /// <summary>Stops after any number of steps and reports memory accesses; otherwise counts only where control flow turns.</summary>
    static abstract bool IsExact { get; }
}

/// <summary>Counts where control flow turns; needs room for a page's worth of steps.</summary>
internal readonly struct Running : IPace
{
    public static bool IsExact => false;
}

/// <summary>Counts every step and reports memory accesses.</summary>
internal readonly struct Stepping : IPace
{
    public static bool IsExact => true;
}
