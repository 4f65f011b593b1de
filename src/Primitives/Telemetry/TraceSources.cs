namespace Gavel.Primitives;

/// <summary>Names of the <see cref="System.Diagnostics.ActivitySource"/> of each project that makes spans; the host exports these.</summary>
public static class TraceSources
{
    /// <summary>Round trips to nodes.</summary>
    public const string Ethereum = "Gavel.Ethereum";

    /// <summary>Intents on their way to the chain.</summary>
    public const string Sending = "Gavel.Sending";

    /// <summary>Cycles, decisions on games, and handing over of intents.</summary>
    public const string Challenger = "Gavel.Challenger";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Ethereum, Sending, Challenger];
}
