namespace Gavel.Contracts;

/// <summary>Which generation of the dispute contracts a game is of: the name of its <see cref="RuleSet"/>.</summary>
public enum GameGeneration
{
    /// <summary>Listed and shown, never moved on: its rules are not known to us.</summary>
    Unsupported,

    /// <summary>1.2.0 (op-contracts v1.4).</summary>
    V1,

    /// <summary>1.3.x (op-contracts v1.6, v1.8).</summary>
    V13,

    /// <summary>1.4.x (op-contracts v2, v3).</summary>
    V14,

    /// <summary>1.6.x to 1.8.x (op-contracts v4, v5).</summary>
    V18,

    /// <summary>2.x (op-contracts v6 and later).</summary>
    V2,

    /// <summary>0.x of super games (op-contracts v7 and later): read by <see cref="SuperGameReader"/>, not played yet.</summary>
    Super,
}
