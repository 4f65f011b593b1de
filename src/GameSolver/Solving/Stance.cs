namespace Gavel.GameSolver.Solving;

/// <summary>What the honest party thinks of a claim, and by which rule. Numbers refer to the rules in <c>docs/honest-strategy.md</c>.</summary>
public enum Stance : byte
{
    /// <summary>Nothing was decided yet, because this claim lies below one that the trace could not answer for (rule 15).</summary>
    BelowUndecided,

    /// <summary>The trace could not answer for this claim (rule 15).</summary>
    Undecided,

    /// <summary>The root, and it is true (rule 5): left alone, all its children are answered.</summary>
    TrueRoot,

    /// <summary>The root claims the output of another block than the proposed one, and is otherwise true (rule 13): nothing is played.</summary>
    RootOfOtherBlock,

    /// <summary>A move that the honest party makes itself, whoever posted it (rules 1, 3): left alone.</summary>
    OurMove,

    /// <summary>The root, and it is false: attacked.</summary>
    FalseRoot,

    /// <summary>It answers an honest claim: countered (rule 2).</summary>
    AgainstUs,

    /// <summary>Beside our answer to the same claim and not to its right: countered (rule 4).</summary>
    BesideUs,

    /// <summary>To the right of our answer to the same claim, or below such a claim: ignored (rule 4).</summary>
    Ignored,

    /// <summary>Its subgame is resolved (rule 7): no move is possible.</summary>
    Resolved,

    /// <summary>It should be countered, but the contract takes no honest answer to it (rules 8, 16), or none that could be held (rule 17).</summary>
    NoHonestMove,
}
