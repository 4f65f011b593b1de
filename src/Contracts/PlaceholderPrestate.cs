using System.Globalization;

namespace Gavel.Contracts;

/// <summary>
/// Absolute prestates that are no state's hash, such as <c>0xdead…</c> or zero: deployments put them where a game type is only kept in reserve. What it
/// means for the play is the rule of the last word (docs/honest-strategy.md).
/// </summary>
public static class PlaceholderPrestate
{
    // A hash has so many zero bytes once in more games than there will ever be.
    private const int Zeros = 16;

    /// <summary>Whether a prestate is none: nearly all of its bytes are zero.</summary>
    public static bool Is(Hash32 prestate) => Hash32.BytesOf(in prestate).Count((byte)0) >= Zeros;

    /// <summary>What a placeholder means in games of a maximum depth, and what Gavel does there.</summary>
    public static string Meaning(int maxDepth) => string.Create(
        CultureInfo.InvariantCulture,
        $"nobody has such a state, so that nobody can step on the first instruction, and who claims at the maximum depth {maxDepth} wins. {(maxDepth % 2 == 1 ? Challengers : Defenders)}");

    private const string Challengers =
        "That is who attacks the root: false roots are attacked and answered down to that depth; a true root that is attacked can be held by nobody, gets no bond and is a page (game-unwinnable)";

    private const string Defenders =
        "That is who defends the root: true roots are defended down to that depth; a false root can be beaten by nobody, gets no bond and is a page (game-unwinnable)";
}
