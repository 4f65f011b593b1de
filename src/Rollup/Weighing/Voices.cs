using System.Globalization;

namespace Gavel.Rollup;

/// <summary>Who has a voice about a game: nodes that have shown who they are, do not contradict the game's anchor, and not what a person decided.</summary>
internal sealed class Voices
{
    private readonly TrustedNodes _nodes;
    private readonly Dictionary<RollupWatch, Objection> _objections = [];

    public Voices(GameFacts facts, TrustedNodes nodes, RootDecision? decision, BlockId? l1Head)
    {
        _nodes = nodes;
        foreach (RollupWatch watch in nodes.Rollup)
        {
            if (watch.ObjectionTo(nodes.L1ChainId, facts.L2ChainId, nodes.SystemConfig) is { } objection)
            {
                _objections[watch] = objection;
            }
        }

        JudgeAnchor(facts);
        Execution = [.. nodes.Execution.Where(watch => watch.ObjectionTo(facts.L2ChainId) is null)];
        if (decision is not null)
        {
            DecidedVoices decided = new(facts, decision, [.. nodes.Rollup.Where(watch => !_objections.ContainsKey(watch))], Execution, l1Head);
            foreach ((RollupWatch watch, Objection objection) in decided.Objections)
            {
                _objections[watch] = objection;
            }

            Execution = [.. Execution.Except(decided.SetAside)];
            Bounds = decided.Bounds;
            IsComplete = decided.IsComplete;
        }

        Minimum = decision is null ? nodes.Minimum : 1;
        Rollup = [.. nodes.Rollup.Where(watch => !_objections.ContainsKey(watch))];
    }

    /// <summary>Rollup nodes with a voice.</summary>
    public IReadOnlyList<RollupWatch> Rollup { get; }

    /// <summary>Execution nodes whose proofs count.</summary>
    public IReadOnlyList<ExecutionWatch> Execution { get; }

    /// <summary>Rollup nodes without, and why.</summary>
    public IReadOnlyDictionary<RollupWatch, Objection> Objections => _objections;

    /// <summary>How many groups must agree.</summary>
    public int Minimum { get; }

    /// <summary>What a person's decision makes derivable, and what not; neither where nobody decided.</summary>
    public DerivableBounds Bounds { get; }

    /// <summary>False where a node that answers has still to say what it says of a person's decision.</summary>
    public bool IsComplete { get; } = true;

    /// <summary>True when the minimum of groups has another output at the block that the game starts from, and more than have this one.</summary>
    public bool IsAnchorFalse { get; private set; }

    /// <summary>Groups with a node that has a voice and answers at present.</summary>
    public int WellGroups => Groups(Rollup.Where(watch => watch.SilentSince is null));

    public static int Groups(IEnumerable<RollupWatch> watches) => watches.Select(watch => watch.Label.Group).Distinct(StringComparer.Ordinal).Count();

    // A node that contradicts the game's anchor while others confirm it is of another chain, or broken. Where the minimum contradicts it, and
    // more than confirm it, the anchor is what is wrong: else one liar that confirms a false one would bar all others.
    private void JudgeAnchor(GameFacts facts)
    {
        if (facts.IsPlaceholderAnchor)
        {
            return;
        }

        (RollupWatch Watch, bool Fits)[] told =
        [
            .. _nodes.Rollup.Where(watch => !_objections.ContainsKey(watch)).Select(watch => (watch, Told: watch.Output(facts.StartBlock)))
                .Where(said => said.Told.HasValue).Select(said => (said.watch, said.Told.Value!.OutputRoot == facts.StartRoot)),
        ];
        IsAnchorFalse = Quorum.Count(told.Select(said => (said.Watch.Label.Group, said.Fits)), _nodes.Minimum) is { Outcome: QuorumOutcome.Agreed, Value: false };
        if (IsAnchorFalse || !told.Any(said => said.Fits))
        {
            return;
        }

        foreach ((RollupWatch watch, _) in told.Where(said => !said.Fits))
        {
            _objections[watch] = new Objection(
                ObjectionKind.OtherAnchor, string.Create(CultureInfo.InvariantCulture, $"it has output {watch.Output(facts.StartBlock).Value!.OutputRoot} at block {facts.StartBlock}, where the game starts from {facts.StartRoot}"));
        }
    }
}
