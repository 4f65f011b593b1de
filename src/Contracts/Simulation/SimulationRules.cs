namespace Gavel.Contracts.Simulation;

/// <summary>What differs between the generations of the dispute contracts, as far as games are simulated.</summary>
/// <param name="Version">The version of the game contract.</param>
internal sealed record SimulationRules(SemanticVersion Version)
{
    // Games of 1.3 cap datum 4 and extend clocks by depth; 1.4 are closed; 1.5 and later look at the pause when they are.
    private const int Caps = 3;
    private const int Closes = 4;
    private const int LooksAtPause = 5;
    private const int BoundsBlocks = 4;

    /// <summary>Local datum 4 is at most the proposed block.</summary>
    public bool CapsBlock => IsFrom(Caps);

    /// <summary>The extension of a late move's clock depends on its depth, and lateness on the extension.</summary>
    public bool ExtendsByDepth => IsFrom(Caps);

    /// <summary>The oracle refuses a part of local data that begins at the very end.</summary>
    public bool RefusesEmptyPart => IsFrom(Caps);

    /// <summary>Games are closed in one of two modes, and credit is claimed in two calls; before, resolving unlocks, and one call pays.</summary>
    public bool ClosesGames => IsFrom(Closes);

    /// <summary>A paused system closes no game, and no game is proper in it. Before, only the bond store is stopped, and all chains at once.</summary>
    public bool PausesByChain => IsFrom(LooksAtPause);

    /// <summary>Respected type, blacklist and retirement lie in the registry; before, in the portal.</summary>
    public bool RegistryDecides => IsFrom(LooksAtPause);

    /// <summary>Proposed blocks fit 64 bits.</summary>
    public bool BoundsBlock => Version.Major == 2 && Version.Minor >= BoundsBlocks;

    /// <summary>A factory of 1.6 looks for a game of the same root before it makes one; before, after it.</summary>
    public bool LooksForTheSameFirst => BoundsBlock;

    /// <summary>The registry has <c>setAnchorState</c>, at least for the guardian.</summary>
    public bool HasSetAnchor => IsFrom(Caps);

    /// <summary>Whether games of a version (as text) can be simulated.</summary>
    public static bool IsKnown(string? version)
    {
        try
        {
            return version is not null && SemanticVersion.Parse(version) is { Major: 1, Minor: >= 2 } or { Major: 2 };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private bool IsFrom(int minorOfOne) => Version.Major > 1 || Version.Minor >= minorOfOne;
}
