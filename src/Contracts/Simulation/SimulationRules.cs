using Gavel.GameSolver;

namespace Gavel.Contracts.Simulation;

/// <summary>
/// What differs between the generations of the dispute contracts, as far as games are simulated: the <see cref="RuleSet"/> by which this build plays,
/// and what only the contracts themselves need to know.
/// </summary>
internal sealed class SimulationRules
{
    private readonly RuleSet _rules;
    private readonly SemanticVersion _version;

    private SimulationRules(RuleSet rules, SemanticVersion version)
    {
        _rules = rules;
        _version = version;
    }

    /// <summary>Local datum 4 is at most the proposed block.</summary>
    public bool CapsBlock => _rules.CapsProposedBlock;

    /// <summary>How a late move's clock is extended.</summary>
    public ClockExtensionRule Extension => _rules.Extension;

    /// <summary>Games are closed in one of two modes, and credit is claimed in two calls; before, resolving unlocks, and one call pays.</summary>
    public bool ClosesGames => _rules.IsClosed;

    /// <summary>A paused system closes no game, and no game is proper in it. Before, only the bond store is stopped, and all chains at once.</summary>
    public bool PausesByChain => _rules.RegistryTellsPause;

    /// <summary>Respected type, blacklist and retirement lie in the registry; before, in the portal.</summary>
    public bool RegistryDecides => _rules.RegistryTellsPause;

    /// <summary>The oracle refuses a part of local data that begins at the very end.</summary>
    public bool RefusesEmptyPart => _rules.Generation != GameGeneration.V1;

    /// <summary>The registry has <c>setAnchorState</c>, at least for the guardian.</summary>
    public bool HasSetAnchor => _rules.Generation != GameGeneration.V1;

    /// <summary>Proposed blocks fit 64 bits.</summary>
    public bool BoundsBlock => _version is { Major: 2, Minor: >= 4 };

    /// <summary>A factory of 1.6 looks for a game of the same root before it makes one; before, after it.</summary>
    public bool LooksForTheSameFirst => BoundsBlock;

    /// <summary>The rules of games of a version; null where they are not known.</summary>
    public static SimulationRules? Of(string? version)
    {
        if (version is null || !RuleSet.MayBePlayed(version))
        {
            return null;
        }

        SemanticVersion read = SemanticVersion.Parse(version);
        RuleSet? rules = RuleSet.Of(version, hasModes: read is { Major: 2 } or { Minor: >= 4 }, hasSequenceNumber: read is { Major: 2 } or { Minor: >= 6 });
        return rules is null ? null : new SimulationRules(rules, read);
    }
}
