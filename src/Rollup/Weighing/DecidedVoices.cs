using System.Globalization;

namespace Gavel.Rollup;

/// <summary>
/// Whom a person's decision about a game leaves a voice. Only who has said something of the proposed block that is in keeping with it is heard:
/// a node that has said nothing of it yet may contradict it, and then its values of earlier blocks may be of another chain.
/// </summary>
internal sealed class DecidedVoices
{
    private readonly GameFacts _facts;
    private readonly Dictionary<RollupWatch, Objection> _objections = [];

    public DecidedVoices(GameFacts facts, RootDecision decision, IReadOnlyList<RollupWatch> rollup, IReadOnlyList<ExecutionWatch> execution, BlockId? l1Head)
    {
        _facts = facts;
        bool isValid = decision.Truth == Truth.Valid;
        RollupWatch[] others = [.. rollup.Where(watch => Told(watch) is { } root && root != facts.RootClaim)];
        IsComplete = rollup.All(watch => watch.SilentSince is not null || (HasSpoken(watch) && (isValid || others.Length > 0 || HasShown(watch, l1Head))));
        if (isValid)
        {
            Hear(rollup, [.. rollup.Where(watch => Told(watch) == facts.RootClaim)]);
            Bounds = l1Head is null ? default : new DerivableBounds(facts.Block, null);
        }
        else if (others.Length > 0)
        {
            // What nobody gives from a header and a proof has no weight beside what somebody does.
            RollupWatch[] proven = [.. others.Where(watch => execution.Any(node => node.Output(facts.Block) is { HasValue: true } given && given.Value!.OutputRoot == Told(watch)))];
            Hear(rollup, proven.Length > 0 ? proven : others);
        }
        else
        {
            // Nobody knows another value: what the person says is that this one came too early.
            Hear(rollup, [.. rollup.Where(watch => IsEarly(watch, l1Head))]);
            Bounds = l1Head is not null && IsComplete ? new DerivableBounds(null, facts.Block) : default;
        }

        SetAside = isValid || others.Length > 0
            ? [.. execution.Where(node => node.Output(facts.Block) is { HasValue: true } given && given.Value!.OutputRoot == facts.RootClaim != isValid)]
            : [];
    }

    /// <summary>Rollup nodes that are not heard, and why.</summary>
    public IReadOnlyDictionary<RollupWatch, Objection> Objections => _objections;

    /// <summary>Execution nodes that contradict the decision.</summary>
    public IReadOnlyList<ExecutionWatch> SetAside { get; }

    /// <summary>What the decision makes derivable, and what not.</summary>
    public DerivableBounds Bounds { get; }

    /// <summary>False where a node that answers has still to say what it says of the proposed block.</summary>
    public bool IsComplete { get; }

    private Hash32? Told(RollupWatch watch) => watch.Output(_facts.Block) is { HasValue: true } told ? told.Value!.OutputRoot : null;

    // One that has not derived the block is not asked for it; one that gives an error for a block that it has derived may know another value.
    private bool HasSpoken(RollupWatch watch) => Told(watch) is not null || watch.Status.Value?.LocalSafeL2.Number < _facts.Block;

    // Before it is past the game's L1 head it may still derive the block by it.
    private static bool HasShown(RollupWatch watch, BlockId? l1Head) => l1Head is { } head
        && watch.CurrentL1?.Number > head.Number && watch.Record(head.Number) is { HasValue: true } or { Error: not null };

    private bool IsEarly(RollupWatch watch, BlockId? l1Head)
    {
        DerivationWitness? witness = l1Head is { } head ? watch.Witness(head) : null;
        return !(witness?.Derived >= _facts.Block)
            && (Told(watch) is not null || witness?.Pieces.Any(piece => piece.FirstUnderivable <= _facts.Block) == true);
    }

    private void Hear(IReadOnlyList<RollupWatch> rollup, RollupWatch[] heard)
    {
        foreach (RollupWatch watch in rollup.Except(heard))
        {
            _objections[watch] = Told(watch) is { } root
                ? new Objection(ObjectionKind.AgainstDecision, string.Create(CultureInfo.InvariantCulture, $"set aside by a person's decision: it says {root} for block {_facts.Block}"))
                : new Objection(ObjectionKind.Undeclared, string.Create(CultureInfo.InvariantCulture, $"not heard beside a person's decision: it has not told the output of block {_facts.Block}"));
        }
    }
}
