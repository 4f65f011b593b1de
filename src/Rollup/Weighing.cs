using System.Globalization;

namespace Gavel.Rollup;

/// <summary>The output of a block as the nodes tell it.</summary>
/// <param name="Vote">What the groups of rollup nodes say: output root and block hash.</param>
/// <param name="Verified">The output, once the minimum of groups says it and an execution node's header and proof give it; null otherwise.</param>
/// <param name="Rule">Why there is none; of no meaning otherwise.</param>
/// <param name="Problem">The same in words.</param>
public sealed record OutputFinding(QuorumResult<(Hash32 Root, Hash32 Block)> Vote, VerifiedOutput? Verified, VerdictRule Rule, string Problem);

/// <summary>
/// What follows from the answers of the trusted nodes about one game: what was derivable by its L1 head, the outputs of blocks, the verdict on its
/// root, and what a move at a block may claim. It asks nothing and changes nothing.
/// </summary>
public sealed class Weighing
{
    private readonly TrustedNodes _nodes;
    private readonly bool _isLastResort;
    private readonly Dictionary<RollupWatch, Objection> _objections = [];
    private readonly RollupWatch[] _voices;
    private readonly ExecutionWatch[] _provers;
    private readonly Dictionary<ulong, OutputFinding> _outputs = [];
    private readonly IReadOnlyDictionary<ulong, VerifiedOutput> _held;
    private readonly Lazy<Verdict> _verdict;

    internal Weighing(GameFacts facts, TrustedNodes nodes, bool isLastResort, DerivableBounds heldBounds, IReadOnlyDictionary<ulong, VerifiedOutput> held)
    {
        _held = held;
        Facts = facts;
        _nodes = nodes;
        _isLastResort = isLastResort;
        Kept<ulong> head = nodes.L1.Head(facts.L1Head);
        L1Head = head.HasValue && nodes.L1.IsCanonical(new BlockId(facts.L1Head, head.Value)) == true ? new BlockId(facts.L1Head, head.Value) : null;
        bool isLost = head.HasValue && nodes.L1.IsCanonical(new BlockId(facts.L1Head, head.Value)) == false; // then nothing is to be posted, whatever was shown
        foreach (RollupWatch watch in nodes.Rollup)
        {
            if (watch.ObjectionTo(nodes.L1ChainId, facts.L2ChainId, nodes.SystemConfig) is { } objection)
            {
                _objections[watch] = objection;
            }
        }

        JudgeAnchor();
        _voices = [.. nodes.Rollup.Where(watch => !_objections.ContainsKey(watch))];
        _provers = [.. nodes.Execution.Where(watch => watch.ObjectionTo(facts.L2ChainId) is null)];
        IReadOnlyList<DerivationWitness> witnesses = L1Head is { } block ? [.. _voices.Select(watch => watch.Witness(block))] : [];

        // The last resort lowers the bar for what was derivable, never for what was not.
        Derivability = new Derivability(witnesses, nodes.Minimum, isLastResort && WellGroups == 1 ? 1 : nodes.Minimum, isLost ? default : heldBounds);
        _verdict = new Lazy<Verdict>(Judge);
    }

    /// <summary>The game.</summary>
    public GameFacts Facts { get; }

    /// <summary>The game's L1 head, if it is on our L1's chain; null while that is not known.</summary>
    public BlockId? L1Head { get; }

    /// <summary>What was derivable by it.</summary>
    public Derivability Derivability { get; }

    /// <summary>True when the minimum of groups has another output at the block that the game starts from, and more than have this one.</summary>
    public bool IsAnchorFalse { get; private set; }

    /// <summary>Nodes that have no voice about this game, and why.</summary>
    public IReadOnlyDictionary<string, Objection> Objections => _objections.ToDictionary(entry => entry.Key.Label.Name, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>Groups with an identified node that answers at present.</summary>
    public int WellGroups => _nodes.Rollup.Where(watch => !_objections.ContainsKey(watch) && watch.SilentSince is null)
        .Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();

    /// <summary>The verdict on the root.</summary>
    public Verdict Verdict => _verdict.Value;

    /// <summary>True when no answer that is still open could change the verdict.</summary>
    internal bool IsSettled => Verdict.Truth != Truth.Unavailable && (Verdict.Truth == Truth.Valid || Derivability.Of(Facts.Block) != Derivable.Unknown);

    /// <summary>The oldest answer that the verdict rests on; null where it rests on none.</summary>
    public DateTimeOffset? OldestAnswer => Verdict.Evidence.Testimonies
        .Where(said => said.Problem is null && said.Question is Questions.Output or Questions.Record).Min(said => said.At);

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
                return new HonestOutput(null, null, WhyUnknown(target));
            }

            if (safe < Facts.StartBlock)
            {
                return new HonestOutput(
                    null, null, string.Create(CultureInfo.InvariantCulture, $"the safe head {safe} at the game's L1 head is below the block {Facts.StartBlock} that the game starts from"));
            }

            target = safe;
        }

        OutputFinding finding = OutputOf(target);
        return finding.Verified is { } output ? new HonestOutput(output, null, null) : new HonestOutput(null, target, finding.Problem);
    }

    /// <summary>The last block that honest claims speak of; null while that is not known.</summary>
    public ulong? CappedBlock => Derivability.Of(Facts.Block) == Derivable.Yes ? Facts.Block : Derivability.SafeHead is { } safe && safe < Facts.Block ? safe : null;

    /// <summary>All outputs known of blocks that were looked up, now or before.</summary>
    public IEnumerable<VerifiedOutput> KnownOutputs => _outputs.Values.Select(finding => finding.Verified).OfType<VerifiedOutput>()
        .Concat(_held.Where(held => !_outputs.ContainsKey(held.Key)).Select(held => held.Value));

    /// <summary>Blocks whose outputs were looked up in this weighing.</summary>
    public IEnumerable<ulong> LookedUp => _outputs.Keys;

    /// <summary>Outputs found by the full minimum in this weighing, and null where it contradicts one that was held.</summary>
    internal IEnumerable<KeyValuePair<ulong, VerifiedOutput?>> Found => _isLastResort
        ? []
        : _outputs.Where(entry => entry.Value.Verified is not null || _held.ContainsKey(entry.Key))
            .Select(entry => new KeyValuePair<ulong, VerifiedOutput?>(entry.Key, entry.Value.Verified));

    /// <summary>What the nodes say of the output of a block.</summary>
    public OutputFinding OutputOf(ulong block)
    {
        if (!_outputs.TryGetValue(block, out OutputFinding? finding))
        {
            _outputs[block] = finding = Held(block, Find(block));
        }

        return finding;
    }

    // What was found stands until the minimum says the opposite: silence, and one dissenting voice, undo nothing.
    private OutputFinding Held(ulong block, OutputFinding found)
    {
        if (found.Verified is not null || !_held.TryGetValue(block, out VerifiedOutput? held))
        {
            return found;
        }

        (Hash32, Hash32) known = (held.OutputRoot, held.Block.Hash);
        int against = _voices.Where(watch => watch.Output(block) is { HasValue: true } told && (told.Value!.OutputRoot, told.Value.Block.Hash) != known)
            .Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();
        return against < _nodes.Minimum ? found with { Verified = held } : found;
    }

    private OutputFinding Find(ulong block)
    {
        int minimum = _isLastResort && WellGroups == 1 ? 1 : _nodes.Minimum;
        QuorumResult<(Hash32 Root, Hash32 Block)> vote = Vote(_voices, block, minimum);
        if (vote.Outcome == QuorumOutcome.Contradicted && !_isLastResort
            && Vote(_voices.Where(watch => watch.SilentSince is null), block, minimum) is { Outcome: QuorumOutcome.Agreed } well)
        {
            vote = well; // one that lied and then fell silent cannot take it back
        }

        string what = string.Create(CultureInfo.InvariantCulture, $"the output of block {block}");
        switch (vote.Outcome)
        {
            case QuorumOutcome.Silent:
                return new OutputFinding(vote, null, VerdictRule.Silent, $"no rollup node has told {what}{Troubles(block)}");
            case QuorumOutcome.TooFew:
                return new OutputFinding(vote, null, VerdictRule.TooFew, $"only {vote.For.Count} of the {minimum} groups needed has told {what}{Troubles(block)}");
            case QuorumOutcome.Contradicted:
                return new OutputFinding(vote, null, VerdictRule.Contradicted, $"the rollup nodes contradict each other about {what}: {Names(vote.For)} against {Names(vote.Against.Concat(vote.Torn))}");
        }

        // A proof needs no second voice; but an execution node that has another block there doubts that this is the chain.
        (Hash32 Root, Hash32 Block) said = vote.Value;
        Kept<VerifiedOutput>[] rebuilt = [.. _provers.Select(watch => watch.Output(block)).Where(kept => kept.HasValue)];
        Kept<VerifiedOutput>[] same = [.. rebuilt.Where(kept => kept.Value!.Block.Hash == said.Block)];
        int proving = _provers.Where(watch => watch.Output(block) is { HasValue: true } kept && kept.Value!.Block.Hash == said.Block).Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();
        int doubting = _provers.Where(watch => watch.Output(block) is { HasValue: true } kept && kept.Value!.Block.Hash != said.Block).Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();
        if (same.Length == 0 || proving <= doubting)
        {
            return doubting > 0
                ? new OutputFinding(vote, null, VerdictRule.Contradicted, $"rollup nodes say block {said.Block} for {what}; execution nodes have another block there: {string.Join(", ", rebuilt.Select(kept => kept.Value!.Block.Hash).Where(hash => hash != said.Block).Distinct())}")
                : new OutputFinding(vote, null, VerdictRule.Silent, $"no L2 execution node has proven {what}{ProverTroubles(block)}");
        }

        VerifiedOutput proven = same[0].Value!;
        return proven.OutputRoot == said.Root
            ? new OutputFinding(vote, proven, default, "")
            : new OutputFinding(vote, null, VerdictRule.Contradicted, $"the rollup nodes say {said.Root} for {what}, but the header and account proof of {proven.Block} give {proven.OutputRoot}");
    }

    private static QuorumResult<(Hash32 Root, Hash32 Block)> Vote(IEnumerable<RollupWatch> voices, ulong block, int minimum) => Quorum.Count(
        voices.Select(watch => (watch.Label.Group, Told: watch.Output(block))).Where(said => said.Told.HasValue)
            .Select(said => (said.Group, (said.Told.Value!.OutputRoot, said.Told.Value.Block.Hash))),
        minimum);

    // A node that contradicts the game's anchor while others confirm it is of another chain, or broken. Where the minimum contradicts it, and
    // more than confirm it, the anchor is what is wrong: else one liar that confirms a false one would bar all others.
    private void JudgeAnchor()
    {
        if (Facts.IsPlaceholderAnchor)
        {
            return;
        }

        (RollupWatch Watch, bool Fits)[] told =
        [
            .. _nodes.Rollup.Where(watch => !_objections.ContainsKey(watch)).Select(watch => (watch, Told: watch.Output(Facts.StartBlock)))
                .Where(said => said.Told.HasValue).Select(said => (said.watch, said.Told.Value!.OutputRoot == Facts.StartRoot)),
        ];
        IsAnchorFalse = Quorum.Count(told.Select(said => (said.Watch.Label.Group, said.Fits)), _nodes.Minimum) is { Outcome: QuorumOutcome.Agreed, Value: false };
        if (IsAnchorFalse || !told.Any(said => said.Fits))
        {
            return;
        }

        foreach ((RollupWatch watch, _) in told.Where(said => !said.Fits))
        {
            _objections[watch] = new Objection(
                ObjectionKind.OtherAnchor, string.Create(CultureInfo.InvariantCulture, $"it has output {watch.Output(Facts.StartBlock).Value!.OutputRoot} at block {Facts.StartBlock}, where the game starts from {Facts.StartRoot}"));
        }
    }

    private Verdict Judge()
    {
        if (L1Head is not { } head)
        {
            Kept<ulong> known = _nodes.L1.Head(Facts.L1Head);
            return Of(Truth.Unavailable, VerdictRule.HeadUnknown, known.HasValue && _nodes.L1.At(known.Value).HasValue
                ? $"the game's L1 head {Facts.L1Head} is not on our L1's chain"
                : $"the game's L1 head {Facts.L1Head} is not known: {known.Trouble ?? "L1 has not answered yet"}");
        }

        ulong block = Facts.Block;
        Derivable derivable = Derivability.Of(block);
        string at = string.Create(CultureInfo.InvariantCulture, $"at L1 head {head}");
        if (derivable == Derivable.No)
        {
            string safe = Derivability.SafeHead is { } known ? string.Create(CultureInfo.InvariantCulture, $"the safe head is {known}, so ") : "";
            return Of(Truth.Invalid, VerdictRule.NotDerivable, $"{at} {safe}block {Facts.ProposedBlock} cannot be derived");
        }

        OutputFinding finding = OutputOf(block);
        if (finding.Verified is { } output && output.OutputRoot != Facts.RootClaim)
        {
            // Derivable or not, this root is not the block's output.
            return Of(Truth.Invalid, VerdictRule.OtherOutput, $"the output of block {output.Block} is {output.OutputRoot}, not {Facts.RootClaim}", finding);
        }

        if (derivable == Derivable.Yes && finding.Verified is { } same)
        {
            return Of(Truth.Valid, VerdictRule.SameOutput, $"{at} block {same.Block} was derivable, and {Facts.RootClaim} is its output", finding);
        }

        if (derivable != Derivable.Yes && finding.Verified is not null && FinalisedBy(block) >= _nodes.Minimum)
        {
            return Of(Truth.Unavailable, VerdictRule.Harmless, $"{WhyUnknown(block)}; our nodes derive this very root from finalised L1", finding);
        }

        return derivable switch
        {
            Derivable.Yes => Of(Truth.Unavailable, finding.Rule, finding.Problem, finding),
            Derivable.Contradicted => Of(Truth.Unavailable, VerdictRule.Contradicted, WhyUnknown(block), finding),
            _ => Of(Truth.Unavailable, RuleOfUnknown(), WhyUnknown(block), finding),
        };
    }

    private int FinalisedBy(ulong block) => _voices.Where(watch => watch.Status.Value?.FinalizedL2.Number >= block)
        .Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();

    private VerdictRule RuleOfUnknown()
    {
        RollupWatch[] well = [.. _voices.Where(watch => watch.Status.HasValue)];
        return well.Length == 0 ? VerdictRule.Silent
            : L1Head is { } head && !well.Any(watch => watch.CurrentL1 is { } current && current.Number > head.Number) ? VerdictRule.Behind
            : well.Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count() < _nodes.Minimum ? VerdictRule.TooFew
            : VerdictRule.TooLittleEvidence;
    }

    private string WhyUnknown(ulong block)
    {
        List<string> reasons = [];
        foreach (RollupWatch watch in _nodes.Rollup)
        {
            if (_objections.TryGetValue(watch, out Objection? objection))
            {
                reasons.Add($"{watch.Label}: {objection.Problem}");
            }
            else if (!watch.Status.HasValue || watch.SilentSince is not null)
            {
                reasons.Add($"{watch.Label}: {watch.Status.Trouble ?? "no answer yet"}");
            }
            else if (watch.CurrentL1 is not { } current)
            {
                reasons.Add($"{watch.Label} is at L1 block {watch.Status.Value!.CurrentL1}, which our L1 does not have on its chain");
            }
            else if (L1Head is { } head && current.Number <= head.Number)
            {
                reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{watch.Label} has processed L1 up to block {current.Number} and must be past {head.Number}"));
            }
            else if (L1Head is { } past && watch.Record(past.Number) is { HasValue: false, Error: { } error })
            {
                reasons.Add($"{watch.Label}: its record of safe heads: {error.Message}");
            }
        }

        string what = Derivability.Of(block) == Derivable.Contradicted
            ? string.Create(CultureInfo.InvariantCulture, $"the nodes contradict each other about whether block {block} was derivable by the game's L1 head")
            : string.Create(CultureInfo.InvariantCulture, $"it is not shown whether block {block} was derivable by the game's L1 head (derivable up to {Show(Derivability.LastDerivable)}, not from {Show(Derivability.FirstUnderivable)} on)");
        return reasons.Count == 0 ? what : $"{what}: {string.Join("; ", reasons)}";
    }

    private static string Show(ulong? block) => block?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private Verdict Of(Truth truth, VerdictRule rule, string because, OutputFinding? finding = null)
    {
        Derivable derivable = L1Head is null ? Derivable.Unknown : Derivability.Of(Facts.Block);
        IReadOnlyList<Piece> pieces = derivable == Derivable.No ? Derivability.Against(Facts.Block) : [];
        return new Verdict(
            truth,
            rule,
            new Evidence(
                L1Head,
                derivable,
                Derivability.LastDerivable,
                Derivability.FirstUnderivable,
                finding?.Verified,
                pieces,
                Testimonies.Of(this, _nodes, _objections),
                rule == VerdictRule.NotDerivable ? [.. pieces.Select(piece => piece.Node.Group).Distinct(StringComparer.Ordinal)] : finding?.Vote.For ?? [],
                finding is null ? [] : [.. finding.Vote.Against, .. finding.Vote.Torn],
                _isLastResort && WellGroups == 1 && rule == VerdictRule.OtherOutput ? 1 : _nodes.Minimum),
            because);
    }

    private string Troubles(ulong block) => Joined(_nodes.Rollup.Select(watch => _objections.TryGetValue(watch, out Objection? objection)
        ? $"{watch.Label}: {objection.Problem}"
        : watch.Output(block) is { HasValue: false, Error: { } error } ? $"{watch.Label}: {error.Message}" : null));

    private string ProverTroubles(ulong block) => Joined(_nodes.Execution.Select(watch => watch.ObjectionTo(Facts.L2ChainId) is { } objection
        ? $"{watch.Label}: {objection.Problem}"
        : watch.Output(block) is { HasValue: false, Error: { } error } ? $"{watch.Label}: {error.Message}" : null));

    private static string Joined(IEnumerable<string?> problems) => problems.OfType<string>().ToArray() is { Length: > 0 } all ? $": {string.Join("; ", all)}" : "";

    private static string Names(IEnumerable<string> groups) => string.Join(", ", groups);
}

/// <summary>What an honest claim at a block must be.</summary>
/// <param name="Output">The output; null where it is not known.</param>
/// <param name="Wanted">The block whose output is lacking and may be asked for; null where asking for an output does not help.</param>
/// <param name="Problem">Why there is none, in words for people; null where there is one.</param>
public sealed record HonestOutput(VerifiedOutput? Output, ulong? Wanted, string? Problem);
