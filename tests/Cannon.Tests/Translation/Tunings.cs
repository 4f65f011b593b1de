namespace Gavel.Cannon.Tests.Translation;

/// <summary>Tunings that make the translator work at once and on the test's thread.</summary>
internal static class Tunings
{
    /// <summary>Everything that has run is translated at the first turn of control flow after it.</summary>
    public static TranslatorTuning Eager { get; } = new()
    {
        WarmUp = 0,
        SampleInterval = 1,
        Threshold = 1,
        SampleHeat = 1,
        MergeThreshold = 100,
        TraceLength = 0,
        InBackground = false,
    };

    /// <summary>What has run some thousand steps is translated.</summary>
    public static TranslatorTuning Brisk { get; } = Eager with { TraceLength = 300, SampleInterval = 500, Threshold = 50, SampleHeat = 25, MergeThreshold = 200 };

    public static VmOptions Translator { get; } = new() { Engine = VmEngine.Translator };

    public static VmOptions Interpreter { get; } = new() { Engine = VmEngine.Interpreter };
}
