namespace Gavel.Contracts;

/// <summary>Which rules a dispute game follows, told by the version of its contract.</summary>
public enum GameGeneration
{
    /// <summary>Listed and shown, never moved on: the rules of this version are not known to us.</summary>
    Unsupported,

    /// <summary>1.2.0: credit is unlocked at resolution, local datum 4 is not capped at the proposed block.</summary>
    V1,

    /// <summary>2.x: games are closed, credit is claimed in two calls, datum 4 is capped, the clock extension before the last depth is longer.</summary>
    V2,
}

/// <summary>Tells generations from versions.</summary>
public static class GameGenerations
{
    /// <summary>The generation of a fault dispute game of this version.</summary>
    public static GameGeneration Of(SemanticVersion version) => version switch
    {
        { Major: 1, Minor: 2, Patch: 0 } => GameGeneration.V1,
        { Major: 2 } => GameGeneration.V2,
        _ => GameGeneration.Unsupported,
    };
}
