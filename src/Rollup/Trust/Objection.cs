namespace Gavel.Rollup;

/// <summary>Why a node has no voice about a game.</summary>
public enum ObjectionKind
{
    /// <summary>It has not shown which chain it is of.</summary>
    Unidentified,

    /// <summary>It is of another chain.</summary>
    Foreign,

    /// <summary>It contradicts the anchor that the game starts from, which other nodes confirm.</summary>
    OtherAnchor,

    /// <summary>It contradicts what a person decided of the game.</summary>
    AgainstDecision,

    /// <summary>A person has decided the game, and what it says of the decision is not known.</summary>
    Undeclared,
}

/// <summary>Why a node has no voice about a game.</summary>
/// <param name="Kind">What stands against it.</param>
/// <param name="Problem">In words.</param>
public sealed record Objection(ObjectionKind Kind, string Problem);
