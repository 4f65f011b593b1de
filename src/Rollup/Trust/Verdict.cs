using System.Globalization;

namespace Gavel.Rollup;

/// <summary>What is true of a game's root claim. Not to know is a value of its own: then nothing is attacked.</summary>
public enum Truth
{
    /// <summary>The nodes cannot tell.</summary>
    Unavailable,

    /// <summary>The root claim is the output of the proposed block, which was derivable by the game's L1 head.</summary>
    Valid,

    /// <summary>It is not.</summary>
    Invalid,
}

/// <summary>The rule that a verdict follows from.</summary>
public enum VerdictRule
{
    /// <summary>The output of the proposed block is the root claim.</summary>
    SameOutput,

    /// <summary>The output of the proposed block is another.</summary>
    OtherOutput,

    /// <summary>The proposed block was not derivable by the game's L1 head.</summary>
    NotDerivable,

    /// <summary>Not shown, and no harm: our nodes derive this very root from finalised L1.</summary>
    Harmless,

    /// <summary>The game's L1 head is not on our L1's chain, or not known yet.</summary>
    HeadUnknown,

    /// <summary>What the game itself says is not settled.</summary>
    WordsUnsettled,

    /// <summary>No node that may be believed has answered.</summary>
    Silent,

    /// <summary>Nodes have not got past the game's L1 head.</summary>
    Behind,

    /// <summary>Fewer groups than the minimum have answered.</summary>
    TooFew,

    /// <summary>Nodes contradict each other.</summary>
    Contradicted,

    /// <summary>Whether the block was derivable rests on too little evidence.</summary>
    TooLittleEvidence,

    /// <summary>A person has decided it.</summary>
    DecidedByAPerson,
}

/// <summary>What a node said to a question, or that it said nothing.</summary>
public sealed record Testimony
{
    /// <summary>The node's address without credentials.</summary>
    public required string Node { get; init; }

    /// <summary>Whose voice it is.</summary>
    public required string Group { get; init; }

    /// <summary>What it was asked: identity, status, record, log, output, rebuilt output, anchor.</summary>
    public required string Question { get; init; }

    /// <summary>The L1 block that the answer speaks of.</summary>
    public BlockId? L1 { get; init; }

    /// <summary>The L2 block that the answer speaks of.</summary>
    public BlockId? L2 { get; init; }

    /// <summary>An output root.</summary>
    public Hash32? Root { get; init; }

    /// <summary>When it answered.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Why it gave no answer, or why its answer does not count.</summary>
    public string? Problem { get; init; }
}

/// <summary>All that a verdict rests on.</summary>
/// <param name="L1Head">The game's L1 head; null while its number is not known.</param>
/// <param name="Derivability">Whether the proposed block was derivable by it.</param>
/// <param name="LastDerivable">The last block known to have been derivable.</param>
/// <param name="FirstUnderivable">The first block known not to have been.</param>
/// <param name="Output">The output of the proposed block (or of the last derivable one below it), told and rebuilt.</param>
/// <param name="Pieces">Evidence that the proposed block was not derivable.</param>
/// <param name="Testimonies">What each node said.</param>
/// <param name="For">Groups behind the verdict.</param>
/// <param name="Against">Groups that say otherwise.</param>
/// <param name="Minimum">How many groups had to agree.</param>
public sealed record Evidence(
    BlockId? L1Head,
    Derivable Derivability,
    ulong? LastDerivable,
    ulong? FirstUnderivable,
    VerifiedOutput? Output,
    IReadOnlyList<Piece> Pieces,
    IReadOnlyList<Testimony> Testimonies,
    IReadOnlyList<string> For,
    IReadOnlyList<string> Against,
    int Minimum);

/// <summary>What is true of a root claim, by which rule, and what that rests on.</summary>
/// <param name="Truth">Valid, invalid or unavailable.</param>
/// <param name="Rule">The rule that it follows from.</param>
/// <param name="Evidence">What it rests on.</param>
/// <param name="Because">In words, for people only.</param>
public sealed record Verdict(Truth Truth, VerdictRule Rule, Evidence Evidence, string Because)
{
    /// <summary>What a person decided of the root, also where the game's L1 head is not known, so that it has no effect yet; null where nobody did.</summary>
    public RootDecision? Decision { get; init; }

    /// <summary>True where nothing is known to be wrong and nothing is at stake by waiting.</summary>
    public bool IsHarmless => Rule == VerdictRule.Harmless;

    /// <summary>Not to know, before any node was asked about it.</summary>
    public static Verdict Unknown(VerdictRule rule, string because) =>
        new(Truth.Unavailable, rule, new Evidence(null, Derivable.Unknown, null, null, null, [], [], [], [], 1), because);

    /// <summary>One line: the words, and who has answered.</summary>
    public override string ToString()
    {
        int rollup = Evidence.Testimonies.Where(t => t.Question == Questions.Status).Select(t => t.Node).Distinct(StringComparer.Ordinal).Count();
        int well = Evidence.Testimonies.Where(t => t.Question == Questions.Status && t.Problem is null).Select(t => t.Node).Distinct(StringComparer.Ordinal).Count();
        return rollup == 0 ? $"{Truth}: {Because}" : string.Create(CultureInfo.InvariantCulture, $"{Truth}: {Because} ({well} of {rollup} rollup nodes answered)");
    }
}

/// <summary>The questions that testimonies answer.</summary>
public static class Questions
{
    /// <summary>Which chain a node is of.</summary>
    public const string Identity = "identity";

    /// <summary>How far a rollup node has got.</summary>
    public const string Status = "status";

    /// <summary>A rollup node's record of the safe head at the game's L1 head.</summary>
    public const string Record = "record";

    /// <summary>Our log of what a rollup node had derived.</summary>
    public const string Log = "log";

    /// <summary>The output that a rollup node tells.</summary>
    public const string Output = "output";

    /// <summary>The output rebuilt from an execution node's header and proof.</summary>
    public const string Rebuilt = "rebuilt output";

    /// <summary>The output at the block that the game starts from.</summary>
    public const string Anchor = "anchor";

    /// <summary>Whether a run of our own of the game's program derives a block by the game's L1 head.</summary>
    public const string OwnRun = "run of our own";

    /// <summary>What a rollup node says against a person's decision.</summary>
    public const string Decision = "decision";
}
