namespace Gavel.TestKit;

/// <summary>
/// How much of a large test is run: a seeded sample by default, the whole count that is asked of us when <c>GAVEL_FULL=1</c>
/// (set by <c>make test-full</c>, which runs only tests marked <c>[Trait("Scale", "full")]</c>).
/// </summary>
public static class Scale
{
    /// <summary>True in <c>make test-full</c>.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("GAVEL_FULL") == "1";

    /// <summary>The count to run.</summary>
    public static int Of(int sample, int full) => IsFull ? full : sample;
}
