namespace Gavel.GameSolver.Tests.Play;

/// <summary>Who plays a gambit.</summary>
internal enum Player
{
    /// <summary>Any move against any claim.</summary>
    Noise,

    /// <summary>Answers one of the newest claims, so that lines grow deep.</summary>
    Fighter,

    /// <summary>Defends along the right edge, repeating the root's value.</summary>
    RightEdge,

    /// <summary>Attacks claims that the honest party defended, left of its answer.</summary>
    SiblingLeft,

    /// <summary>Posts what the honest party is about to post.</summary>
    FrontRunner,

    /// <summary>Posts true values of one place in another, to reach its side.</summary>
    Griefer,

    /// <summary>Answers the honest party's newest claims truthfully for a while, then lies.</summary>
    LateLiar,

    /// <summary>Claims outputs of older blocks.</summary>
    StaleOutput,

    /// <summary>Prepares states before and after a step that fit each other.</summary>
    Poisoner,

    /// <summary>Steps on leaves, its own and others'.</summary>
    Stepper,

    /// <summary>Answers the honest party's deepest claim, so that lines reach the leaves.</summary>
    Digger,
}

/// <summary>One act of the opposition, unpacked from a number so that a failing list of them can be shortened.</summary>
internal readonly record struct Gambit(ulong Seed)
{
    private const int DiggerShare = 4;

    public Player Player => (Player)Math.Min((int)(Seed % ((int)Player.Digger + DiggerShare)), (int)Player.Digger);

    public bool IsAttack => (Seed >> 8 & 1) == 0;

    /// <summary>True when the honest party gets to move before this act.</summary>
    public bool EndsRound => Player == Player.Digger || (Seed >> 9 & 3) == 0;

    /// <summary>True when the opposition waits long before it acts.</summary>
    public bool IsLate => (Seed >> 11 & 7) == 0;

    /// <summary>Which kind of lie.</summary>
    public int Lie => (int)(Seed >> 14 & 15);

    /// <summary>Chooses among claims.</summary>
    public int Pick => (int)(Seed >> 18 & 0xfffff);

    /// <summary>Anything else.</summary>
    public int Salt => (int)(Seed >> 40 & 0xffff);

    public override string ToString() => $"{Player}:{Seed:x}";
}
