namespace Gavel.GameSolver.Solving;

/// <summary>What the solver remembers of a claim.</summary>
internal struct Decision
{
    /// <summary>The claim's part in the game.</summary>
    public Stance Stance;

    /// <summary>True when there is an answer to post or a step to make, on chain already or not.</summary>
    public bool HasAnswer;

    /// <summary>True when the answer attacks.</summary>
    public bool IsAttack;

    /// <summary>True when the answer is on chain.</summary>
    public bool IsPosted;

    /// <summary>Where the answer stands; unused for a step.</summary>
    public Position Position;

    /// <summary>What the answer claims; unused for a step.</summary>
    public Hash32 Value;

    /// <summary>The execution branch of the claim itself.</summary>
    public ExecutionBranch? Branch;

    /// <summary>True when every claim that answers this one is to be countered.</summary>
    public readonly bool IsHonest => Stance is Stance.TrueRoot or Stance.OurMove;

    /// <summary>True when there is an answer that is still to be made.</summary>
    public readonly bool IsOpen => HasAnswer && !IsPosted;
}
