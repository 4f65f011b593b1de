using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>
/// What differs between the generations of the dispute game, measured on the contracts of each release: the one value by which readers, traces and
/// settlement tell them apart.
/// </summary>
/// <param name="Generation">Its name.</param>
/// <param name="Title">The same for people.</param>
/// <param name="CapsProposedBlock">
/// Whether local datum 4 is the proposed block where the disputed output is of a later one. Where it is not, a true root below the safe head cannot be
/// defended against an attack at the right edge. In super games the datum is the claimed timestamp, always.
/// </param>
/// <param name="Extension">How a late move's clock is extended.</param>
/// <param name="IsClosed">
/// Whether bonds are paid only when the game is closed, in a mode that the registry decides (normal or refund), by two claiming calls. If not,
/// each claim's bond is unlocked when that claim is resolved, and one call pays.
/// </param>
/// <param name="RegistryTellsPause">
/// Whether the registry has <c>paused()</c>, and a paused system closes no game and pays no bond. Where not, the configuration of the bond store tells it,
/// and a pause stops withdrawals alone.
/// </param>
/// <param name="Guardian">Where the guardian's view of a game is kept.</param>
public sealed record RuleSet(
    GameGeneration Generation, string Title, bool CapsProposedBlock, ClockExtensionRule Extension, bool IsClosed, bool RegistryTellsPause, GuardianPlace Guardian)
{
    private static readonly RuleSet[] _all =
    [
        new(GameGeneration.V1, "1.2.0", CapsProposedBlock: false, ClockExtensionRule.PlainTest, IsClosed: false, RegistryTellsPause: false, GuardianPlace.Portal),
        new(GameGeneration.V13, "1.3.x", CapsProposedBlock: true, ClockExtensionRule.TestByDepth, IsClosed: false, RegistryTellsPause: false, GuardianPlace.Portal),
        new(GameGeneration.V14, "1.4.x", CapsProposedBlock: true, ClockExtensionRule.TestByDepth, IsClosed: true, RegistryTellsPause: false, GuardianPlace.PortalThroughRegistry),
        new(GameGeneration.V18, "1.6 to 1.8", CapsProposedBlock: true, ClockExtensionRule.TestByDepth, IsClosed: true, RegistryTellsPause: true, GuardianPlace.Registry),
        new(GameGeneration.V2, "2.x", CapsProposedBlock: true, ClockExtensionRule.TestByDepth, IsClosed: true, RegistryTellsPause: true, GuardianPlace.Registry),
        new(GameGeneration.Super, "super 0.x", CapsProposedBlock: true, ClockExtensionRule.TestByDepth, IsClosed: true, RegistryTellsPause: true, GuardianPlace.Registry),
    ];

    // Versions of which a release was measured, by major and minor.
    private static readonly (int Major, int Minor)[] _measured = [(1, 2), (1, 3), (1, 4), (1, 7), (1, 8), (2, 2), (2, 4), (0, 7)];

    /// <summary>The rules of a generation.</summary>
    /// <exception cref="ArgumentException">They are not known.</exception>
    public static RuleSet Of(GameGeneration generation) =>
        Array.Find(_all, rules => rules.Generation == generation) ?? throw new ArgumentException($"the rules of {generation} are not known", nameof(generation));

    /// <summary>
    /// The rules of a game by what its contract answers. Which functions it has tells the generation; the version must not contradict that, and alone tells
    /// 1.2.0 from 1.3.x, whose functions are the same. A minor version that is not known is taken for what its functions show.
    /// </summary>
    /// <param name="version">What <c>version()</c> says.</param>
    /// <param name="hasModes">Whether it has <c>bondDistributionMode()</c>.</param>
    /// <param name="hasSequenceNumber">Whether it has <c>l2SequenceNumber()</c>.</param>
    /// <returns>Null where they are not known.</returns>
    public static RuleSet? Of(string version, bool hasModes, bool hasSequenceNumber)
    {
        if (Read(version) is not { } read)
        {
            return null;
        }

        return (read.Major, hasModes, hasSequenceNumber) switch
        {
            (1, false, false) when read.Minor == 2 => Of(GameGeneration.V1),
            (1, false, false) when read.Minor > 2 => Of(GameGeneration.V13),
            (1, true, false) => Of(GameGeneration.V14),
            (1, true, true) => Of(GameGeneration.V18),
            (2, true, true) => Of(GameGeneration.V2),
            _ => null,
        };
    }

    /// <summary>
    /// The rules of a super game with claims by what its contract answers: version 0 of any minor, since releases renumber it without changing what it does.
    /// </summary>
    /// <param name="version">What <c>version()</c> says.</param>
    /// <param name="hasModes">Whether it has <c>bondDistributionMode()</c>.</param>
    /// <param name="hasRootsByChain">Whether <c>rootClaimByChainId(uint256)</c> answers as its super root says.</param>
    /// <returns>Null where they are not known.</returns>
    public static RuleSet? OfSuper(string version, bool hasModes, bool hasRootsByChain) =>
        hasModes && hasRootsByChain && Read(version) is { Major: 0 } ? Of(GameGeneration.Super) : null;

    /// <summary>Whether games of a version can be played, as far as the version alone tells.</summary>
    public static bool MayBePlayed(string version) => Read(version) is { Major: 1, Minor: >= 2 } or { Major: 2 };

    /// <summary>Whether a release with this version of the game was measured; another is played by what its functions show, which is told.</summary>
    public static bool IsMeasured(string version) => Read(version) is { } read && _measured.Contains((read.Major, read.Minor));

    private static SemanticVersion? Read(string version)
    {
        try
        {
            return SemanticVersion.Parse(version);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
