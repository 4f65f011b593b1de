namespace Gavel.Primitives.Tests;

/// <summary>The fixed seed of the random tests of this project.</summary>
internal static class Seed
{
    public const int Value = 20261121;
}
