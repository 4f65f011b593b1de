using System.Globalization;

namespace Gavel.Rollup;

/// <summary>
/// What follows from the answers of the trusted nodes about one game: what was derivable by its L1 head, the outputs of blocks, the verdict on its
/// root, and what a move at a block may claim. It asks nothing and changes nothing.
/// </summary>
public sealed class Weighing
{
    private readonly Voices _voices;
    private readonly OutputFinder _outputs;
    private readonly VerdictFinder _finder;
    private readonly Lazy<Verdict> _verdict;

    internal Weighing(
        GameFacts facts, TrustedNodes nodes, bool isLastResort, DerivableBounds heldBounds, IReadOnlyDictionary<ulong, VerifiedOutput> held, RootDecision? decision = null, IReadOnlyCollection<RunFinding>? runs = null)
    {
        Facts = facts;
        Decision = decision;
        Kept<ulong> head = nodes.L1.Head(facts.L1Head);
        L1Head = head.HasValue && nodes.L1.IsCanonical(new BlockId(facts.L1Head, head.Value)) == true ? new BlockId(facts.L1Head, head.Value) : null;
        bool isLost = head.HasValue && nodes.L1.IsCanonical(new BlockId(facts.L1Head, head.Value)) == false; // then nothing is to be posted, whatever was shown
        _voices = new Voices(facts, nodes, decision, L1Head);
        _outputs = new OutputFinder(facts, nodes, _voices, isLastResort, held);
        IReadOnlyList<DerivationWitness> witnesses = L1Head is { } block ? [.. _voices.Rollup.Select(watch => watch.Witness(block))] : [];

        // The last resort lowers the bar for what was derivable, never for what was not.
        int minimumForYes = isLastResort && WellGroups == 1 ? 1 : _voices.Minimum;
        Shown = new Derivability(witnesses, _voices.Minimum, minimumForYes, isLost ? default : heldBounds, _voices.Bounds);
        Runs = new OwnRuns(facts, L1Head is null ? [] : runs ?? [], _outputs, Shown, nodes.Limits);
        Derivability = new Derivability(witnesses, _voices.Minimum, minimumForYes, isLost ? default : heldBounds, _voices.Bounds, Runs.Bounds);
        _finder = new VerdictFinder(this, nodes, _voices, isLastResort);
        _verdict = new Lazy<Verdict>(_finder.Find);
    }

    /// <summary>The game.</summary>
    public GameFacts Facts { get; }

    /// <summary>What a person decided of its root; null where nobody did.</summary>
    public RootDecision? Decision { get; }

    /// <summary>The game's L1 head, if it is on our L1's chain; null while that is not known.</summary>
    public BlockId? L1Head { get; }

    /// <summary>What was derivable by it.</summary>
    public Derivability Derivability { get; }

    /// <summary>True when the minimum of groups has another output at the block that the game starts from, and more than have this one.</summary>
    public bool IsAnchorFalse => _voices.IsAnchorFalse;

    /// <summary>Nodes that have no voice about this game, and why.</summary>
    public IReadOnlyDictionary<string, Objection> Objections => _voices.Objections.ToDictionary(entry => entry.Key.Label.Name, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>Groups with a node that has a voice and answers at present.</summary>
    public int WellGroups => _voices.WellGroups;

    /// <summary>False where a node that answers has still to say what it says of a person's decision.</summary>
    public bool IsComplete => _voices.IsComplete;

    /// <summary>The verdict on the root.</summary>
    public Verdict Verdict => _verdict.Value;

    /// <summary>
    /// The run of our own that could settle the verdict; null where none could, where it is settled, and as long as a node's own record may settle it.
    /// </summary>
    public RunWant? WantedRun => Verdict.Rule is VerdictRule.TooLittleEvidence or VerdictRule.Harmless && _voices.Rollup.All(watch => watch.HasTold(L1Head!.Value)) ? Runs.Wanted(Derivability) : null;

    /// <summary>The oldest answer that the verdict rests on; null where it rests on none.</summary>
    public DateTimeOffset? OldestAnswer => Verdict.Evidence.Testimonies
        .Where(said => said.Problem is null && said.Question is Questions.Output or Questions.Record).Min(said => said.At);

    /// <summary>The last block that honest claims speak of; null while that is not known.</summary>
    public ulong? CappedBlock => Derivability.Of(Facts.Block) == Derivable.Yes ? Facts.Block : Derivability.SafeHead is { } safe && safe < Facts.Block ? safe : null;

    /// <summary>All outputs known of blocks that were looked up, now or before.</summary>
    public IEnumerable<VerifiedOutput> KnownOutputs => _outputs.Known;

    /// <summary>Blocks whose outputs were looked up in this weighing.</summary>
    public IEnumerable<ulong> LookedUp => _outputs.LookedUp;

    /// <summary>What was derivable by what nodes show, without runs of our own.</summary>
    internal Derivability Shown { get; }

    /// <summary>Runs of our own.</summary>
    internal OwnRuns Runs { get; }

    /// <summary>Outputs found by the full minimum in this weighing, and null where it contradicts one that was held.</summary>
    internal IEnumerable<KeyValuePair<ulong, VerifiedOutput?>> Found => _outputs.Found;

    /// <summary>True when no answer that is still open could change the verdict.</summary>
    internal bool IsSettled => IsComplete && Verdict.Truth != Truth.Unavailable && (Verdict.Truth == Truth.Valid || Derivability.Of(Facts.Block) != Derivable.Unknown);

    /// <summary>
    /// The output that an honest claim at a block must be: that of the block itself where it was derivable and is not beyond the proposed one,
    /// else that of the last one that is.
    /// </summary>
    /// <param name="block">The block that the position stands for.</param>
    /// <returns>The output, or the block whose output is lacking, or why there is none.</returns>
    public HonestOutput HonestAt(UInt128 block)
    {
        ulong target = block < Facts.Block ? (ulong)block : Facts.Block;
        if (Derivability.Of(target) != Derivable.Yes)
        {
            if (Derivability.SafeHead is not { } safe || safe >= target)
            {
                return new HonestOutput(null, null, _finder.WhyUnknown(target));
            }

            if (safe < Facts.StartBlock)
            {
                return new HonestOutput(
                    null, null, string.Create(CultureInfo.InvariantCulture, $"the safe head {safe} at the game's L1 head is below the block {Facts.StartBlock} that the game starts from"));
            }

            target = safe;
        }

        OutputFinding finding = OutputOf(target);
        return finding.Verified is { } output ? new HonestOutput(output, null, null)
            : target == Facts.Block && Decision is { Truth: Truth.Valid } ? HonestOutput.OfRoot(Facts.RootClaim)
            : new HonestOutput(null, target, finding.Problem);
    }

    /// <summary>What the nodes say of the output of a block.</summary>
    public OutputFinding OutputOf(ulong block) => _outputs.Of(block);
}

/// <summary>What an honest claim at a block must be.</summary>
/// <param name="Output">The output as nodes tell and prove it; null where it is not known.</param>
/// <param name="Wanted">The block whose output is lacking and may be asked for; null where asking for an output does not help.</param>
/// <param name="Problem">Why there is none, in words for people; null where there is one.</param>
public sealed record HonestOutput(VerifiedOutput? Output, ulong? Wanted, string? Problem)
{
    private readonly Hash32? _root;

    /// <summary>The output root: of <see cref="Output"/>, or the game's own where a person has decided that it is true.</summary>
    public Hash32? Root => Output?.OutputRoot ?? _root;

    internal static HonestOutput OfRoot(Hash32 root) => new(null, null, null, root);

    private HonestOutput(VerifiedOutput? output, ulong? wanted, string? problem, Hash32? root)
        : this(output, wanted, problem) => _root = root;
}
